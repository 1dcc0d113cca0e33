// The test picture: colours, movement, numbering, pace.
#include <doctest/doctest.h>

#include <thread>

#include <vbg/registry.hpp>

#include "support/frames.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;

namespace {

/// Mean position of the pure white pixels in the bars' part.
struct Point {
    double x = 0, y = 0;
};
Point ball_of(const ConstFrameView& v) {
    double n = 0;
    Point sum;
    for (int y = 0; y < v.height * 3 / 4; ++y)
        for (int x = 0; x < v.width; ++x)
            if (value_at(v, x, y, 0) == 255 && value_at(v, x, y, 1) == 255 && value_at(v, x, y, 2) == 255)
                ++n, sum.x += x, sum.y += y;
    return {sum.x / n, sum.y / n};
}

}  // namespace

TEST_CASE("pattern: numbering, times, length, end") {
    auto source = make_source("pattern:size=64x48,fps=25,frames=5");
    const FrameSpec spec = source->open();
    CHECK(spec.width == 64);
    CHECK(spec.height == 48);
    CHECK(spec.format == PixelFormat::bgr8);
    CHECK(spec.fps == 25);
    CHECK(source->length() == 5);
    CHECK_FALSE(source->is_live());
    for (int round = 0; round < 2; ++round) {  // open() begins again
        const auto frames = read_all(*source);
        REQUIRE(frames.size() == 5);
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(frames[i].view().sequence == i);
            CHECK(frames[i].view().timestamp == 40ms * i);
        }
        ConstFrameView view;
        CHECK(source->read(view, 0ms) == ReadResult::end);
    }
}

TEST_CASE("pattern: the bars are where they should be, and the ball moves as described") {
    auto source = make_source("pattern:size=640x360,fps=10,frames=40");
    const auto frames = read_all(*source);
    // Frame 0: the ball touches the upper left corner, so the middle of the second bar is free: yellow.
    CHECK(value_at(frames[0].view(), 120, 200, 0) == 0);
    CHECK(value_at(frames[0].view(), 120, 200, 1) == 191);
    CHECK(value_at(frames[0].view(), 120, 200, 2) == 191);
    CHECK(value_at(frames[0].view(), 639, 350, 1) == 255);  // the ramp ends in white
    CHECK(value_at(frames[0].view(), 0, 350, 1) == 0);
    // Radius 30: from the left edge to the right in 2 s, down (of 270 lines) in 1.5 s, at even speed.
    for (std::size_t i : {0U, 5U, 10U, 20U}) {
        const double t = static_cast<double>(i) / 10;
        const Point p = ball_of(frames[i].view());
        CHECK(p.x == doctest::Approx(30 + 580 * (t / 2) - 0.5).epsilon(0.005));
        CHECK(p.y == doctest::Approx(30 + 210 * (t <= 1.5 ? t / 1.5 : 2 - t / 1.5) - 0.5).epsilon(0.005));
    }
    // The number changes from each frame to the next, below the bars.
    for (std::size_t i = 1; i < frames.size(); ++i) {
        bool differs = false;
        for (int y = 270; y < 360; ++y)
            differs =
                differs || std::memcmp(frames[i].view().row(y), frames[i - 1].view().row(y), 640 * 3) != 0;
        CHECK(differs);
    }
}

TEST_CASE("pattern: every size from 1x1 to 8000x6000") {
    for (const char* size : {"1x1", "2x1", "3x7", "17x5", "8000x6000"}) {
        auto source = make_source(std::string("pattern:frames=2,size=").append(size));
        CHECK(read_all(*source).size() == 2);
    }
}

TEST_CASE("pattern: realtime keeps the pace, times out and leaves out what nobody read") {
    auto source = make_source("pattern:size=32x32,fps=20,realtime=true");
    CHECK(source->is_live());
    source->open();
    ConstFrameView view;
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(source->read(view, 1s) == ReadResult::frame);
    CHECK(view.sequence == 0);
    CHECK(source->read(view, 1ms) == ReadResult::timed_out);
    std::uint64_t last = 0;
    while (last < 4) {
        REQUIRE(source->read(view, 1s) == ReadResult::frame);
        CHECK(view.sequence > last);
        last = view.sequence;
        // Never before its time; how late it is depends on the machine.
        CHECK(std::chrono::steady_clock::now() - begin >= 50ms * last - 1ms);
    }
    std::this_thread::sleep_for(220ms);
    REQUIRE(source->read(view, 1s) == ReadResult::frame);
    CHECK(view.sequence >= last + 4);
    CHECK(view.timestamp == 50ms * view.sequence);
}

TEST_CASE("pattern: wrong parameters") {
    check_throws(Errc::invalid_argument, {"frames", "whole number"},
                 [] { (void)make_source("pattern:frames=1.5"); });
    check_throws(Errc::invalid_argument, {"fps"}, [] { (void)make_source("pattern:fps=0"); });
    check_throws(Errc::invalid_argument, {"size"}, [] { (void)make_source("pattern:size=0x5"); });
}
