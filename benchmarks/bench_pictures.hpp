#pragma once
/// @file bench_pictures.hpp  Pictures to measure on, and measuring two things in turns.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <opencv2/core.hpp>
#include <random>
#include <string>
#include <vbg/frame.hpp>

namespace vbg_bench {

inline constexpr int kSizes[][2] = {{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}};

/// Slow gradients with noise, bgr8: nothing in it is flat.
inline vbg::Frame picture(int width, int height, unsigned seed) {
    vbg::Frame frame(width, height, vbg::PixelFormat::bgr8);
    std::minstd_rand rng(seed);
    for (int y = 0; y < height; ++y) {
        auto* row = reinterpret_cast<std::uint8_t*>(frame.view().row(y));
        for (int i = 0; i < 3 * width; ++i) {
            row[i] = static_cast<std::uint8_t>((i * (i % 3 + 1) / 9 + y / 2 + static_cast<int>(rng() >> 27)) &
                                               255);
        }
    }
    return frame;
}

/// A head and shoulders with a soft edge: a third of the frame is person, a tenth of that edge.
inline vbg::Mask matte(int width, int height) {
    vbg::Mask mask(width, height);
    const auto inside = [&](double x, double y, double cx, double cy, double rx, double ry) {
        const double r = std::hypot((x - cx * width) / (rx * width), (y - cy * height) / (ry * height));
        return (1.0 - r) * 12.0 + 0.5;
    };
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double a =
                std::max(inside(x, y, 0.5, 0.4, 0.13, 0.25), inside(x, y, 0.5, 1.05, 0.33, 0.45));
            mask.view().row(y)[x] =
                static_cast<std::byte>(std::lround(255 * std::min(1.0, std::max(0.0, a))));
        }
    }
    return mask;
}

/// The same memory as OpenCV sees it.
inline cv::Mat mat_of(const vbg::FrameView& v) {
    return {v.height, v.width, CV_8UC3, v.planes[0].data, static_cast<std::size_t>(v.planes[0].stride)};
}

/// Runs `ours` and `theirs` in turns, so that both meet the same machine; the time reported is that of
/// `ours`. Counters: ns_per_pixel; bytes_per_second of `bytes_per_pixel`; opencv = their time as a multiple
/// of ours.
inline void measure(benchmark::State& state, int width, int height, int bytes_per_pixel,
                    const std::function<void()>& ours, const std::function<void()>& theirs) {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](const std::function<void()>& work) {
        const auto begin = Clock::now();
        work();
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    double our_time = 0, their_time = 0;
    for (auto _ : state) {
        if (theirs) their_time += seconds(theirs);
        const double time = seconds(ours);
        our_time += time;
        state.SetIterationTime(time);
    }
    const double pixels = static_cast<double>(width) * height;
    const auto frames = static_cast<double>(state.iterations());
    state.counters["ns_per_pixel"] = our_time / frames / pixels * 1e9;
    state.SetBytesProcessed(static_cast<std::int64_t>(frames * pixels * bytes_per_pixel));
    if (theirs) state.counters["opencv"] = their_time / our_time;
}

}  // namespace vbg_bench
