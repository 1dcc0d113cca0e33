// What a segmenter does around its network, apart: from the frame to the network's input, and from its output
// to the matte. Each is first compared with plain loops in double and not timed where it differs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vbg/vbg.hpp>

#include "segment/bodypix.hpp"
#include "segment/matte_output.hpp"
#include "segment/network_input.hpp"

namespace {

using namespace vbg;
using namespace vbg::segment;

Frame noise(int width, int height) {
    Frame frame(width, height, PixelFormat::bgr8);
    std::mt19937 random(1);
    for (int y = 0; y < height; ++y) {
        for (int i = 0; i < 3 * width; ++i) frame.view().row(y)[i] = static_cast<std::byte>(random() & 255U);
    }
    return frame;
}

FrameSpec spec_of(const Frame& frame) {
    return {.width = frame.width(), .height = frame.height(), .format = frame.format()};
}

/// Red at (x, y) of the frame, 0 outside.
double red(const Frame& frame, int x, int y) {
    if (x < 0 || y < 0 || x >= frame.width() || y >= frame.height()) return 0;
    return std::to_integer<int>(frame.view().row(y)[3 * x + 2]);
}

/// Bilinear of the padded frame, as BodyPix' original samples it, at every seventh pixel.
bool padded_is_right(const Frame& frame, const BodyPixSize& size, const float* got) {
    const double sx = static_cast<double>(frame.width() + 2 * size.padding.left) / size.width;
    const double sy = static_cast<double>(frame.height() + 2 * size.padding.top) / size.height;
    for (int y = 0; y < size.height; y += 7) {
        for (int x = 0; x < size.width; x += 7) {
            const double px = x * sx, py = y * sy, fx = px - std::floor(px), fy = py - std::floor(py);
            const int x0 = static_cast<int>(px) - size.padding.left,
                      y0 = static_cast<int>(py) - size.padding.top;
            const double top = red(frame, x0, y0) * (1 - fx) + red(frame, x0 + 1, y0) * fx;
            const double low = red(frame, x0, y0 + 1) * (1 - fx) + red(frame, x0 + 1, y0 + 1) * fx;
            if (std::abs(top * (1 - fy) + low * fy - static_cast<double>(got[3 * (y * size.width + x)])) >
                1e-2)
                return false;
        }
    }
    return true;
}

/// Area averages keep the mean of the whole picture.
bool mean_is_right(const Frame& frame, int width, int height, const float* got) {
    double wanted = 0, mean = 0;
    for (int y = 0; y < frame.height(); ++y) {
        for (int x = 0; x < frame.width(); ++x) wanted += red(frame, x, y);
    }
    for (int i = 0; i < width * height; ++i) mean += static_cast<double>(got[3 * i]);
    return std::abs(wanted / frame.width() / frame.height() - mean / width / height) < 1e-2;
}

void count(benchmark::State& state, const Frame& frame, double bytes_a_pixel) {
    const double pixels =
        static_cast<double>(frame.width()) * frame.height() * static_cast<double>(state.iterations());
    state.counters["ns/pixel"] =
        benchmark::Counter(pixels * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetBytesProcessed(static_cast<std::int64_t>(pixels * bytes_a_pixel));
}

void bodypix_input(benchmark::State& state) {
    const Frame frame = noise(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    Context context(static_cast<int>(state.range(2)));
    const BodyPixSize size = bodypix_size(frame.width(), frame.height(), 0.5, 16);
    NetworkInput input;
    input.configure(spec_of(frame), {}, size.width, size.height, context);
    input.sample_padded(size.padding);
    if (!padded_is_right(frame, size, input.fill(frame.view(), context)))
        return state.SkipWithError("wrong result");
    for (auto _ : state) benchmark::DoNotOptimize(input.fill(frame.view(), context));
    count(state, frame, 3);
}

void selfie_input(benchmark::State& state) {
    const Frame frame = noise(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    Context context(static_cast<int>(state.range(2)));
    NetworkInput input;
    input.configure(spec_of(frame), {}, 256, 256, context);
    if (!mean_is_right(frame, 256, 256, input.fill(frame.view(), context)))
        return state.SkipWithError("wrong result");
    for (auto _ : state) benchmark::DoNotOptimize(input.fill(frame.view(), context));
    count(state, frame, 3);
}

/// A ramp from left to right, enlarged, is a ramp; sigmoid of it where the plane holds logits.
bool ramp_is_right(const Mask& mask, int plane_width, bool logits, int padding) {
    for (int x = mask.width() / 4; x < mask.width() * 3 / 4; ++x) {
        const double at = logits ? (x + padding) * (plane_width - 1.) / (mask.width() + 2 * padding - 1)
                                 : (x + 0.5) * plane_width / mask.width() - 0.5;
        const double ramp = at / (plane_width - 1);
        const double wanted = logits ? 1 / (1 + std::exp(-(ramp * 8 - 4))) : ramp;
        const int got = std::to_integer<int>(mask.view().row(mask.height() / 2)[x]);
        if (std::abs(got - 255 * wanted) > 1.5) return false;
    }
    return true;
}

void matte(benchmark::State& state, bool bodypix) {
    const Frame frame = noise(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    Context context(static_cast<int>(state.range(2)));
    const BodyPixSize size = bodypix_size(frame.width(), frame.height(), 0.5, 16);
    const int width = bodypix ? (size.width - 1) / 16 + 1 : 256,
              height = bodypix ? (size.height - 1) / 16 + 1 : 256;
    std::vector<float> plane(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (std::size_t i = 0; i < plane.size(); ++i) {
        const float ramp =
            static_cast<float>(i % static_cast<std::size_t>(width)) / static_cast<float>(width - 1);
        plane[i] = bodypix ? ramp * 8 - 4 : ramp;
    }
    MatteOutput output;
    output.configure(spec_of(frame), width, height, context);
    if (bodypix) output.cover_padded(size.padding, size.width, size.height);
    output.set_soft(0, 1);
    Mask mask(frame.width(), frame.height());
    output.write(plane.data(), mask.view(), context);
    if (!ramp_is_right(mask, width, bodypix, size.padding.left)) return state.SkipWithError("wrong result");
    for (auto _ : state) {
        output.write(plane.data(), mask.view(), context);
        benchmark::ClobberMemory();
    }
    count(state, frame, 1);
}
void bodypix_matte(benchmark::State& state) { matte(state, true); }
void selfie_matte(benchmark::State& state) { matte(state, false); }

void stage(benchmark::State& state, const char* spec) {
    const Frame frame = noise(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    Context context(static_cast<int>(state.range(2)));
    auto segmenter = make_segmenter(spec);
    segmenter->configure(spec_of(frame), context);
    Mask mask(frame.width(), frame.height());
    for (auto _ : state) segmenter->segment(frame.view(), mask.view(), context);
    count(state, frame, 4);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
    for (const int threads : {1, 2}) {
        benchmark->Args({640, 360, threads})->Args({1280, 720, threads});
        benchmark->Args({1920, 1080, threads})->Args({3840, 2160, threads});
    }
    benchmark->ArgNames({"width", "height", "threads"})->Unit(benchmark::kMicrosecond)->UseRealTime();
}

BENCHMARK(bodypix_input)->Apply(sizes);
BENCHMARK(selfie_input)->Apply(sizes);
BENCHMARK(bodypix_matte)->Apply(sizes);
BENCHMARK(selfie_matte)->Apply(sizes);
BENCHMARK_CAPTURE(stage, chroma_key, "chroma_key")->Apply(sizes);
BENCHMARK_CAPTURE(stage, chroma_key_hsv, "chroma_key:space=hsv")->Apply(sizes);
BENCHMARK_CAPTURE(stage, frame_difference, "frame_difference")->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
