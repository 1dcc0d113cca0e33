// What the public halves of the stages refuse, before an implementation ever sees it.
#include <doctest/doctest.h>

#include "support/stages.hpp"

using namespace vbg;

namespace {

class Copy final : public MaskFilter {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "copy"; }
    int calls = 0;

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        if (spec.width == 13) throw Error(Errc::invalid_argument, "copy: 13 is bad luck");
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out, Context&) override {
        ++calls;
        copy_pixels(in, out);
    }
};

}  // namespace

TEST_CASE("a stage refuses work before configure, other sizes, formats and partial overlaps") {
    Copy filter;
    Context context;
    Frame frame(8, 6, PixelFormat::bgr8);
    Mask a(8, 6), b(8, 6), small(7, 6), floats(8, 6, MaskFormat::f32);
    CHECK_THROWS_WITH_AS(filter.apply(frame.view(), a.view(), b.view(), context),
                         doctest::Contains("before configure()"), Error);
    CHECK_THROWS_WITH_AS(filter.configure({.width = 8, .height = 6, .format = PixelFormat::nv12}, context),
                         doctest::Contains("does not take nv12"), Error);
    CHECK_THROWS_AS(filter.configure({.width = 0, .height = 6, .format = PixelFormat::bgr8}, context), Error);
    filter.configure({.width = 8, .height = 6, .format = PixelFormat::bgr8}, context);
    CHECK_NOTHROW(filter.apply(frame.view(), a.view(), b.view(), context));
    CHECK_NOTHROW(filter.apply(frame.view(), a.view(), a.view(), context));
    CHECK(filter.calls == 2);
    CHECK_THROWS_AS(filter.apply(frame.view(), small.view(), b.view(), context), Error);
    CHECK_THROWS_AS(filter.apply(frame.view(), floats.view(), b.view(), context), Error);
    CHECK_THROWS_AS(filter.apply(Frame(8, 6, PixelFormat::rgb8).view(), a.view(), b.view(), context), Error);
    CHECK_THROWS_AS(filter.apply({}, a.view(), b.view(), context), Error);

    Mask tall(8, 7);
    MaskView upper = tall.view(), lower = tall.view();
    upper.height = lower.height = 6;
    lower.data += lower.stride;
    CHECK_THROWS_WITH_AS(filter.apply(frame.view(), upper, lower, context),
                         doctest::Contains("overlap partly"), Error);
    MaskView flipped = a.view();
    flipped.data += 5 * flipped.stride;
    flipped.stride = -flipped.stride;
    CHECK_THROWS_AS(filter.apply(frame.view(), a.view(), flipped, context), Error);
    CHECK(filter.calls == 2);

    // A configure() that fails leaves the stage unconfigured rather than half set up.
    CHECK_THROWS_AS(filter.configure({.width = 13, .height = 6, .format = PixelFormat::bgr8}, context),
                    Error);
    CHECK_THROWS_AS(filter.apply(frame.view(), a.view(), b.view(), context), Error);
}

TEST_CASE("a source refuses to change its size under its reader") {
    class Growing final : public Source {
    public:
        [[nodiscard]] std::string_view name() const noexcept override { return "growing"; }

    private:
        FrameSpec do_open() override { return {.width = 4, .height = 4, .format = PixelFormat::bgr8}; }
        ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds) override {
            frame = std::as_const(frame_).view();
            return ReadResult::frame;
        }
        void do_close() noexcept override {}
        Frame frame_{4, 5, PixelFormat::bgr8};
    } source;
    ConstFrameView frame;
    CHECK_THROWS_AS((void)source.read(frame, {}), Error);
    (void)source.open();
    CHECK_THROWS_WITH_AS((void)source.read(frame, {}),
                         doctest::Contains("is 4x5 bgr8, but the stream began as 4x4 bgr8"), Error);
}

TEST_CASE("a sink refuses frames it did not agree on, and closes once") {
    int closed = 0, written = 0;
    test::FunctionSink sink([&](const ConstFrameView&) { ++written; });
    sink.closed = &closed;
    Frame frame(4, 4, PixelFormat::bgr8);
    CHECK_THROWS_AS(sink.write(frame.view()), Error);
    CHECK_THROWS_AS(sink.open({}), Error);
    (void)sink.open({.width = 4, .height = 4, .format = PixelFormat::bgr8});
    sink.write(frame.view());
    CHECK_THROWS_AS(sink.write(Frame(5, 4, PixelFormat::bgr8).view()), Error);
    sink.close();
    sink.close();
    CHECK(written == 1);
    CHECK(closed == 1);
}

TEST_CASE("a stage for the CPU refuses pictures on a GPU, before it touches them") {
    Copy filter;
    Context context;
    const Device gpu{DeviceType::cuda, 0};
    FrameSpec spec{.width = 8, .height = 6, .format = PixelFormat::bgr8, .device = gpu};
    CHECK_THROWS_WITH_AS(filter.configure(spec, context), doctest::Contains("copy does not work on cuda:0"),
                         Error);
    CHECK_FALSE(filter.configured());

    spec.device = {DeviceType::cuda_host, 1};  // pinned memory is host memory
    filter.configure(spec, context);
    Frame frame(8, 6, PixelFormat::bgr8);
    Mask a(8, 6), b(8, 6);
    filter.apply(frame.view(), a.view(), b.view(), context);
    MaskView there = b.view();
    there.device = gpu;
    CHECK_THROWS_WITH_AS(
        filter.apply(frame.view(), a.view(), there, context),
        doctest::Contains("output matte lies on cuda:0, but configure() was told host memory"), Error);
    FrameView far = frame.view();
    far.device = gpu;
    CHECK_THROWS_AS(filter.apply(far, a.view(), b.view(), context), Error);
    CHECK(filter.calls == 1);
    CHECK_THROWS_WITH_AS(copy_pixels(frame.view(), far), doctest::Contains("cuda:0"), Error);
    CHECK_THROWS_AS(convert(far, frame.view()), Error);
    CHECK_THROWS_AS(fill(far, 1, 2, 3), Error);
    CHECK_THROWS_AS(fill(there, 1), Error);
}
