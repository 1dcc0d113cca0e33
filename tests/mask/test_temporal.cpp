#include <doctest/doctest.h>

#include <chrono>
#include <cmath>

#include "mask/matte_tools.hpp"

using namespace test;

namespace {

/// A frame of one grey, with the time of frame number `i` at `fps`.
vbg::Frame grey(int width, int height, std::uint8_t value, int i, double fps = 30) {
    vbg::Frame frame(width, height, vbg::PixelFormat::bgr8);
    vbg::fill(frame.view(), value, value, value);
    frame.stamp(std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * i / fps)), static_cast<unsigned>(i));
    return frame;
}

struct Stream {
    explicit Stream(const std::string& spec, int width = 64, int height = 48)
        : filter(vbg::make_mask_filter(spec)), out(width, height) {
        filter->configure(spec_of(grey(width, height, 0, 0).view()), context);
    }
    const Matte& feed(const vbg::Frame& frame, Matte matte) {
        filter->apply(frame.view(), matte.view(), out.view(), context);
        return out;
    }
    vbg::Context context;
    std::unique_ptr<vbg::MaskFilter> filter;
    Matte out;
};

}  // namespace

TEST_CASE("temporal: a still picture's matte follows a step exponentially, whatever the frame rate") {
    for (const double fps : {15.0, 30.0, 60.0}) {
        Stream stream("temporal:time=0.2");
        stream.feed(grey(64, 48, 90, 0, fps), Matte(64, 48, 0));
        for (int i = 1; i < 40; ++i) {
            const Matte& out = stream.feed(grey(64, 48, 90, i, fps), Matte(64, 48, 255));
            const double expected = 255 * (1 - std::exp(-i / fps / 0.2));
            CHECK(std::abs(out.at(10, 10) - expected) <= 1);
        }
    }
}

TEST_CASE("temporal: alternating flicker is reduced to a few levels around its mean") {
    Stream stream("temporal:time=0.5");
    int low = 255, high = 0;
    for (int i = 0; i < 120; ++i) {
        const Matte& out = stream.feed(grey(64, 48, 90, i), Matte(64, 48, i % 2 == 0 ? 90 : 150));
        if (i < 60) continue;
        low = std::min(low, int{out.at(5, 5)});
        high = std::max(high, int{out.at(5, 5)});
    }
    CHECK(high - low <= 4);
    CHECK(std::abs((high + low) / 2 - 120) <= 1);
}

TEST_CASE("temporal: what moves is followed at once, what stands still beside it is not") {
    Stream stream("temporal:time=1", 128, 64);
    vbg::Frame before = grey(128, 64, 90, 0);
    stream.feed(before, Matte(128, 64, 0));
    vbg::Frame after = grey(128, 64, 90, 1);
    for (int y = 0; y < 64; ++y) {
        std::memset(after.view().row(y), 140, 3 * 40);  // columns 0 .. 39 changed by 50 grey levels
    }
    const Matte& out = stream.feed(after, Matte(128, 64, 255));
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 40; ++x) CHECK(out.at(x, y) == 255);
        // Cells next to the change follow too; further off one frame in a second's average is 3 %.
        for (int x = 44 + 4; x < 128; ++x)
            CHECK(std::abs(out.at(x, y) - 255 * (1 - std::exp(-1 / 30.0))) <= 1);
    }
}

TEST_CASE("temporal: camera noise does not switch the smoothing off") {
    Stream stream("temporal:time=0.3");
    std::mt19937 random(3);
    std::normal_distribution<double> noise(0, 4);
    int low = 255, high = 0;
    for (int i = 0; i < 90; ++i) {
        vbg::Frame frame = grey(64, 48, 100, i);
        for (int y = 0; y < 48; ++y) {
            auto* row = reinterpret_cast<std::uint8_t*>(frame.view().row(y));
            for (int x = 0; x < 3 * 64; ++x)
                row[x] = static_cast<std::uint8_t>(std::lround(100 + noise(random)));
        }
        const Matte& out = stream.feed(frame, Matte(64, 48, i % 2 == 0 ? 100 : 140));
        if (i < 45) continue;
        low = std::min(low, int{out.at(30, 20)});
        high = std::max(high, int{out.at(30, 20)});
    }
    CHECK(high - low <= 20);  // 40 going in
}

TEST_CASE("temporal: a slow average arrives (8-bit state would stick)") {
    Stream stream("temporal:time=1");
    stream.feed(grey(64, 48, 90, 0), Matte(64, 48, 250));
    for (int i = 1; i < 400; ++i) stream.feed(grey(64, 48, 90, i), Matte(64, 48, 255));
    CHECK(stream.out.at(3, 3) == 255);
}

TEST_CASE("temporal: time=0 and the first frame pass unchanged") {
    Stream off("temporal:time=0");
    Stream fresh("temporal:time=5");
    for (int i = 0; i < 3; ++i) {
        const Matte matte = noise_matte(64, 48, static_cast<unsigned>(i));
        CHECK(off.feed(grey(64, 48, 90, i), matte) == matte);
        fresh.filter->reset();
        CHECK(fresh.feed(grey(64, 48, 90, i), matte) == matte);
    }
}
