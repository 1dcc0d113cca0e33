#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vbg/preset.hpp>

#include "support/stages.hpp"
#include "under_way.hpp"

using namespace vbg;
using test::CountingSource;
using test::frames_under_way;
using test::FunctionSegmenter;
using test::FunctionSink;
using test::left_half;
using test::PlainOver;

namespace {

int at(const ConstFrameView& v, int x, int y, int c) {
    return std::to_integer<int>(v.row(y)[static_cast<std::ptrdiff_t>(x) * 3 + c]);
}

class Paint final : public Effect {
public:
    explicit Paint(bool still, int* calls) : still_(still), calls_(calls) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "paint"; }
    [[nodiscard]] bool replaces_layer() const noexcept override { return true; }
    [[nodiscard]] bool is_still() const noexcept override { return still_; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView&, const ConstMaskView&, const FrameView& out, Context&) override {
        ++*calls_;
        fill(out, 1, 2, 77);
    }
    bool still_;
    int* calls_;
};

/// Adds one to every byte: shows the order and number of calls.
class AddOne final : public Effect {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "add_one"; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView& layer, const ConstMaskView&, const FrameView& out,
                  Context&) override {
        for (int y = 0; y < out.height; ++y) {
            for (int i = 0; i < out.width * 3; ++i) {
                out.row(y)[i] = static_cast<std::byte>(std::to_integer<int>(layer.row(y)[i]) + 1);
            }
        }
    }
};

/// A pipeline that keeps copies of what it wrote.
struct Rig {
    Pipeline pipeline{1};
    std::vector<Frame> written;

    explicit Rig(int frames, FunctionSegmenter::Function segment = left_half) {
        pipeline.source(std::make_unique<CountingSource>(frames))
            .segmenter(std::make_unique<FunctionSegmenter>(std::move(segment)))
            .compositor(std::make_unique<PlainOver>())
            .sink(std::make_unique<FunctionSink>([this](const ConstFrameView& f) {
                written.emplace_back(f.width, f.height, f.format);
                copy_pixels(f, written.back().view());
                written.back().stamp(f.timestamp, f.sequence);
            }));
    }
};

}  // namespace

TEST_CASE("step composes the person over black, and numbers and times travel") {
    Rig rig(3);
    for (int i = 0; i < 3; ++i) REQUIRE(rig.pipeline.step() == ReadResult::frame);
    CHECK(rig.pipeline.step() == ReadResult::end);
    REQUIRE(rig.written.size() == 3);
    const auto view = std::as_const(rig.written[2]).view();
    CHECK(at(view, 0, 0, 0) == 12);
    CHECK(at(view, 0, 0, 1) == 200);
    CHECK(at(view, 31, 23, 0) == 0);
    CHECK(view.sequence == 2);
    CHECK(view.timestamp == std::chrono::milliseconds(80));
    const Stats stats = rig.pipeline.stats();
    CHECK(stats.frames_in == 3);
    CHECK(stats.frames_out == 3);
    CHECK(stats.mattes == 3);
    CHECK(stats.frames_failed == 0);
    CHECK(stats.mask_lag_max == 0);
    REQUIRE(stats.stages.size() == 4);
    CHECK(stats.stages[1].name == "segmenter function");
    CHECK(stats.stages[2].name == "compose plain_over");
}

TEST_CASE("effects run in order, and a still background is made once") {
    for (const bool still : {true, false}) {
        Rig rig(4);
        int calls = 0;
        rig.pipeline.background(std::make_unique<AddOne>());  // painted over: never shows
        rig.pipeline.background(std::make_unique<Paint>(still, &calls));
        rig.pipeline.background(std::make_unique<AddOne>());
        rig.pipeline.foreground(std::make_unique<AddOne>());
        rig.pipeline.foreground(std::make_unique<AddOne>());
        rig.pipeline.run();
        REQUIRE(rig.written.size() == 4);
        const auto view = std::as_const(rig.written[3]).view();
        CHECK(at(view, 31, 0, 0) == 78);
        CHECK(at(view, 31, 0, 2) == 2);
        CHECK(at(view, 0, 0, 0) == 13 + 2);
        CHECK(calls == (still ? 1 : 4));
    }
}

TEST_CASE("what is shown: matte and side by side") {
    Rig matte(1), side(1);
    matte.pipeline.show(Show::matte).run();
    CHECK(at(matte.written.at(0).view(), 0, 0, 1) == 255);
    CHECK(at(matte.written.at(0).view(), 31, 0, 1) == 0);
    side.pipeline.show(Show::side_by_side).run();
    const auto view = std::as_const(side.written.at(0)).view();
    CHECK(view.width == 96);
    CHECK(side.pipeline.output_spec().width == 96);
    CHECK(at(view, 31, 0, 1) == 200);  // the input
    CHECK(at(view, 32, 0, 1) == 255);  // the matte
    CHECK(at(view, 63, 0, 1) == 0);
    CHECK(at(view, 64, 0, 1) == 200);  // the composite
    CHECK(at(view, 95, 0, 1) == 0);
}

TEST_CASE("a sink that holds another size and format gets that") {
    Rig rig(1);
    Frame got(16, 12, PixelFormat::yuyv);
    rig.pipeline.sink(
        std::make_unique<FunctionSink>([&](const ConstFrameView& f) { copy_pixels(f, got.view()); },
                                       FrameSpec{.width = 16, .height = 12, .format = PixelFormat::yuyv}));
    rig.pipeline.run();
    // b, g, r = 10, 200, 3 -> luma by BT.601, limited range.
    CHECK(std::abs(std::to_integer<int>(got.view().row(0)[0]) -
                   (16 + 219.0 / 255 * (0.299 * 3 + 0.587 * 200 + 0.114 * 10))) <= 1.5);
}

TEST_CASE("every source format is brought to bgr8") {
    for (const char* name : {"rgb8", "bgra8", "yuyv", "nv12", "i420", "gray8"}) {
        CAPTURE(std::string(name));
        Rig rig(1);
        class Flat final : public Source {
        public:
            explicit Flat(PixelFormat format) : frame_(8, 8, format) {
                Frame bgr(8, 8, PixelFormat::bgr8);
                fill(bgr.view(), 90, 90, 90);
                convert(bgr.view(), frame_.view());
            }
            [[nodiscard]] std::string_view name() const noexcept override { return "flat"; }

        private:
            FrameSpec do_open() override { return {.width = 8, .height = 8, .format = frame_.format()}; }
            ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds) override {
                frame = std::as_const(frame_).view();
                return ReadResult::frame;
            }
            void do_close() noexcept override {}
            Frame frame_;
        };
        rig.pipeline.source(std::make_unique<Flat>(pixel_format(name))).run({}, 1);
        for (int c = 0; c < 3; ++c) CHECK(std::abs(at(rig.written.at(0).view(), 0, 0, c) - 90) <= 2);
    }
}

TEST_CASE("run stops when asked, counts, reports progress and finishes its sinks") {
    Rig rig(1000000);
    std::stop_source stop;
    int seen = 0, closed = 0;
    auto sink = std::make_unique<FunctionSink>([](const ConstFrameView&) {});
    sink->closed = &closed;
    rig.pipeline.sink(std::move(sink));
    rig.pipeline.run(stop.get_token(), 0, [&](const Pipeline& p) {
        ++seen;
        if (p.stats().frames_out == 5) stop.request_stop();
    });
    CHECK(seen == 5 + frames_under_way());
    CHECK(closed == 1);
    rig.pipeline.run({}, 7);  // opens again from the beginning
    CHECK(static_cast<int>(rig.written.size()) == 12 + frames_under_way());
    CHECK(closed == 2);
}

TEST_CASE("lost frames are counted from gaps in the numbering") {
    class Gappy final : public Source {
    public:
        [[nodiscard]] std::string_view name() const noexcept override { return "gappy"; }

    private:
        FrameSpec do_open() override { return {.width = 4, .height = 4, .format = PixelFormat::bgr8}; }
        ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds) override {
            if (n_ == 3) return ReadResult::end;
            frame_.stamp({}, static_cast<std::uint64_t>(n_++) * 4);
            frame = std::as_const(frame_).view();
            return ReadResult::frame;
        }
        void do_close() noexcept override {}
        Frame frame_{4, 4, PixelFormat::bgr8};
        int n_ = 0;
    };
    Rig rig(0);
    rig.pipeline.source(std::make_unique<Gappy>()).run();
    CHECK(rig.pipeline.stats().frames_dropped == 6);
}

TEST_CASE("process() does one picture by hand, in rgb8 too, and blackens it when that fails") {
    Pipeline pipeline(1);
    Frame frame(20, 10, PixelFormat::rgb8), out(20, 10, PixelFormat::rgb8);
    Mask matte(20, 10);
    fill(frame.view(), 9, 8, 7);
    fill(out.view(), 9, 8, 7);  // as the room left by an earlier frame
    CHECK_THROWS_WITH_AS(pipeline.process(frame.view(), out.view()), doctest::Contains("no segmenter"),
                         Error);
    CHECK(at(out.view(), 0, 0, 0) == 0);
    bool fail = false;
    pipeline.segmenter(std::make_unique<FunctionSegmenter>([&](const ConstFrameView& f, const MaskView& m) {
        if (fail) throw Error(Errc::model, "broken");
        left_half(f, m);
    }));
    pipeline.compositor(std::make_unique<PlainOver>());
    pipeline.process(frame.view(), out.view(), matte.view());
    CHECK(at(out.view(), 0, 0, 0) == 9);
    CHECK(at(out.view(), 19, 0, 0) == 0);
    CHECK(matte.view().row(0)[0] == std::byte{255});
    fail = true;
    CHECK_THROWS_AS(pipeline.process(frame.view(), out.view()), Error);
    CHECK(at(out.view(), 0, 0, 0) == 0);
    fail = false;
    Frame other(6, 6, PixelFormat::bgr8), other_out(6, 6, PixelFormat::bgr8);
    CHECK_NOTHROW(pipeline.process(other.view(), other_out.view()));
    CHECK_THROWS_AS(pipeline.process(frame.view(), other_out.view()), Error);
    CHECK_THROWS_AS(pipeline.process(Frame(4, 4, PixelFormat::nv12).view(), other_out.view()), Error);
}

TEST_CASE("missing and null parts are named") {
    Pipeline pipeline(1);
    CHECK_THROWS_WITH_AS(pipeline.open(), doctest::Contains("no source"), Error);
    CHECK_THROWS_WITH_AS(pipeline.source(std::unique_ptr<Source>()), doctest::Contains("the source is null"),
                         Error);
    CHECK_THROWS_WITH_AS((void)pipeline.step(), doctest::Contains("no source"), Error);
    CHECK_THROWS_AS(pipeline.preset("nope"), Error);
}
