// The invariant: while no valid matte can be made, no pixel of the camera comes out, unless passthrough was
// asked for.
#include <doctest/doctest.h>

#include <new>
#include <string>
#include <vector>

#include "support/stages.hpp"

using namespace vbg;
using test::CountingSource;
using test::FunctionSegmenter;
using test::FunctionSink;
using test::PlainOver;

namespace {

/// The camera's green is always 200; nothing else in these tests is.
bool shows_camera(const ConstFrameView& v) {
    for (int y = 0; y < v.height; ++y) {
        for (int x = 0; x < v.width; ++x) {
            if (std::to_integer<int>(v.row(y)[static_cast<std::ptrdiff_t>(x) * 3 + 1]) == 200) return true;
        }
    }
    return false;
}

class Fills final : public Effect {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "fills"; }
    [[nodiscard]] bool replaces_layer() const noexcept override { return true; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView&, const ConstMaskView&, const FrameView& out, Context&) override {
        if (broken) throw std::runtime_error("background gone");
        fill(out, 50, 60, 70);
    }

public:
    bool broken = false;
};

/// Shows the room itself: a background that owes everything to the camera.
class Room final : public Effect {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "room"; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView& layer, const ConstMaskView&, const FrameView& out,
                  Context&) override {
        if (layer.planes[0].data != out.planes[0].data) copy_pixels(layer, out);
    }
};

struct Result {
    std::vector<bool> camera;      // per frame: does it show?
    std::vector<int> first_green;  // per frame: green of the first pixel
    Stats stats;
};

/// Five frames; the segmenter fails on those for which `fails` says so, else keeps nobody (matte 0).
template <class Fails>
Result run(OnFailure policy, Fails fails, bool with_room = false, int person = 0) {
    Result result;
    Pipeline pipeline(1);
    int n = -1;
    pipeline.source(std::make_unique<CountingSource>(5))
        .segmenter(std::make_unique<FunctionSegmenter>([&](const ConstFrameView&, const MaskView& m) {
            ++n;
            fill(m, 255);  // half-done work before the failure must not matter
            fails(n);
            fill(m, static_cast<std::uint8_t>(person));
        }))
        .compositor(std::make_unique<PlainOver>())
        .on_failure(policy)
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            result.camera.push_back(shows_camera(f));
            result.first_green.push_back(std::to_integer<int>(f.row(0)[1]));
        }));
    if (with_room) {
        pipeline.background(std::make_unique<Room>());
    } else {
        pipeline.background(std::make_unique<Fills>());
    }
    pipeline.run();
    result.stats = pipeline.stats();
    return result;
}

void always(int) { throw Error(Errc::model, "the network gave NaN"); }
void out_of_memory(int) { throw std::bad_alloc(); }
void strange(int) { throw 42; }
void second_half(int n) {
    if (n >= 2) always(n);
}

}  // namespace

TEST_CASE("no failure of the segmenter ever shows the camera") {
    for (const OnFailure policy : {OnFailure::hold, OnFailure::background, OnFailure::blank}) {
        CAPTURE(static_cast<int>(policy));
        for (const bool with_room : {false, true}) {
            for (auto* fails : {always, out_of_memory, strange}) {
                const Result r = run(policy, fails, with_room);
                REQUIRE(r.camera.size() == 5);  // the stream goes on
                for (const bool camera : r.camera) CHECK_FALSE(camera);
                CHECK(r.stats.frames_failed == 5);
                CHECK(!r.stats.last_failure.empty());
            }
        }
    }
}

TEST_CASE("each policy shows what it says") {
    CHECK(run(OnFailure::hold, second_half).first_green == std::vector<int>{60, 60, 60, 60, 60});
    CHECK(run(OnFailure::hold, always).first_green == std::vector<int>{60, 60, 60, 60, 60});
    CHECK(run(OnFailure::background, second_half).first_green == std::vector<int>{60, 60, 60, 60, 60});
    CHECK(run(OnFailure::blank, second_half).first_green == std::vector<int>{60, 60, 0, 0, 0});
    CHECK(run(OnFailure::passthrough, second_half).first_green == std::vector<int>{60, 60, 200, 200, 200});
    // With a person that was composed before, hold shows that frame, background does not.
    CHECK(run(OnFailure::hold, second_half, false, 255).camera ==
          std::vector<bool>{true, true, true, true, true});
    CHECK(run(OnFailure::background, second_half, false, 255).camera ==
          std::vector<bool>{true, true, false, false, false});
}

TEST_CASE("stop throws and writes nothing for that frame") {
    int written = 0;
    Pipeline pipeline(1);
    pipeline.source(std::make_unique<CountingSource>(5))
        .segmenter(
            std::make_unique<FunctionSegmenter>([](const ConstFrameView&, const MaskView&) { always(0); }))
        .compositor(std::make_unique<PlainOver>())
        .on_failure(OnFailure::stop)
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView&) { ++written; }));
    CHECK_THROWS_WITH_AS((void)pipeline.step(), "the network gave NaN", Error);
    CHECK(written == 0);
    CHECK(pipeline.stats().frames_failed == 1);
}

TEST_CASE("a background that fails too ends in black, not in the room") {
    for (const bool at_compose : {true, false}) {
        std::vector<int> green;
        Pipeline pipeline(1);
        auto fills = std::make_unique<Fills>();
        fills->broken = true;
        pipeline.source(std::make_unique<CountingSource>(3))
            .segmenter(
                std::make_unique<FunctionSegmenter>([at_compose](const ConstFrameView&, const MaskView& m) {
                    if (!at_compose) always(0);
                    fill(m, 255);
                }))
            .compositor(std::make_unique<PlainOver>())
            .background(std::move(fills))
            .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
                CHECK_FALSE(shows_camera(f));
                green.push_back(std::to_integer<int>(f.row(0)[1]));
            }));
        pipeline.run();
        CHECK(green == std::vector<int>{0, 0, 0});
        CHECK(pipeline.stats().frames_failed == 3);
    }
}

TEST_CASE("side by side shows neither input nor a wrong matte of a failed frame") {
    Pipeline pipeline(1);
    int frames = 0;
    pipeline.source(std::make_unique<CountingSource>(2))
        .segmenter(std::make_unique<FunctionSegmenter>([](const ConstFrameView&, const MaskView& m) {
            fill(m, 255);
            always(0);
        }))
        .compositor(std::make_unique<PlainOver>())
        .show(Show::side_by_side)
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            ++frames;
            CHECK_FALSE(shows_camera(f));
        }));
    pipeline.run();
    CHECK(frames == 2);
}

TEST_CASE("source and sink failures reach the caller") {
    Pipeline pipeline(1);
    auto source = std::make_unique<CountingSource>(5);
    source->before_read = [](int n) {
        if (n == 2) throw Error(Errc::device, "camera unplugged");
    };
    int closed = 0;
    auto sink = std::make_unique<FunctionSink>([](const ConstFrameView&) {});
    sink->closed = &closed;
    pipeline.source(std::move(source))
        .segmenter(
            std::make_unique<FunctionSegmenter>([](const ConstFrameView&, const MaskView& m) { fill(m, 0); }))
        .compositor(std::make_unique<PlainOver>())
        .sink(std::move(sink));
    CHECK_THROWS_WITH_AS(pipeline.run(), "camera unplugged", Error);
    CHECK(pipeline.stats().frames_out == 2);
    CHECK(closed == 0);  // not finished: what was half-written is for the caller to close() or to drop
    pipeline.close();
    CHECK(closed == 1);
}
