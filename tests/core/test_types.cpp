#include <doctest/doctest.h>

#include <utility>
#include <vbg/frame.hpp>

using namespace vbg;

TEST_CASE("formats have names, planes and row sizes") {
    CHECK(to_string(PixelFormat::yuyv) == "yuyv");
    CHECK(to_string(static_cast<PixelFormat>(99)) == "unknown");
    CHECK(pixel_format("nv12") == PixelFormat::nv12);
    CHECK(pixel_format("NV12") == PixelFormat::unknown);
    CHECK(plane_count(PixelFormat::i420) == 3);
    CHECK(plane_count(static_cast<PixelFormat>(99)) == 0);
    // 5 pixels wide, 3 high: chroma rounds up.
    CHECK(row_bytes(PixelFormat::yuyv, 0, 5) == 12);
    CHECK(row_bytes(PixelFormat::nv12, 1, 5) == 6);
    CHECK(row_bytes(PixelFormat::i420, 2, 5) == 3);
    CHECK(plane_rows(PixelFormat::i420, 1, 3) == 2);
    CHECK(plane_rows(PixelFormat::nv12, 2, 3) == 0);
}

TEST_CASE("check_view names what is wrong") {
    Frame frame(4, 3, PixelFormat::bgr8);
    ConstFrameView view = frame.view();
    CHECK_NOTHROW(check_view(view, "test"));
    view.planes[0].data = nullptr;
    CHECK_THROWS_WITH_AS(check_view(view, "test"), "test: plane 0 is null", Error);
    view = frame.view();
    view.planes[0].stride = 4;  // pixels, not bytes: the usual mistake
    CHECK_THROWS_WITH_AS(check_view(view, "test"), doctest::Contains("strides are in bytes"), Error);
    view = frame.view();
    view.width = 0;
    CHECK_THROWS_WITH_AS(check_view(view, "test"), doctest::Contains("size 0x3"), Error);
    view.width = kMaxSide + 1;
    CHECK_THROWS_AS(check_view(view, "test"), Error);
    CHECK_THROWS_AS(check_view(ConstMaskView{}, "test"), Error);
}

TEST_CASE("floats on a GPU that it cannot read are refused; on the CPU they are read") {
    Mask mask(8, 3, MaskFormat::f32);
    for (const auto& [device, is_right] :
         {std::pair{Device{}, true}, std::pair{Device{DeviceType::cuda, 0}, false}}) {
        ConstMaskView view = std::as_const(mask).view();
        view.device = device;
        CHECK_NOTHROW(check_view(view, "test"));
        view.width = 7;
        view.data += 2;
        const auto check = [&] { check_view(view, "test"); };
        if (is_right)
            CHECK_NOTHROW(check());
        else
            CHECK_THROWS_WITH_AS(check(), doctest::Contains("multiples of 4"), Error);
        view.data -= 2;
        view.stride += 2;
        view.height = 1;
        if (is_right)
            CHECK_NOTHROW(check());
        else
            CHECK_THROWS_WITH_AS(check(), doctest::Contains("with a stride of"), Error);
    }
}

TEST_CASE("frames own zeroed, aligned memory for every format and odd sizes") {
    for (const char* name : {"rgb8", "bgr8", "rgba8", "bgra8", "gray8", "yuyv", "uyvy", "nv12", "i420"}) {
        CAPTURE(name);
        const PixelFormat format = pixel_format(name);
        for (const auto& [w, h] : {std::pair{1, 1}, {5, 3}, {64, 2}}) {
            Frame frame(w, h, format);
            for (int p = 0; p < plane_count(format); ++p) {
                const auto i = static_cast<std::size_t>(p);
                CHECK(reinterpret_cast<std::uintptr_t>(frame.view().planes[i].data) % 64 == 0);
                for (int y = 0; y < plane_rows(format, p, h); ++y) {
                    for (std::size_t b = 0; b < row_bytes(format, p, w); ++b) {
                        REQUIRE(frame.view().row(y, i)[b] == std::byte{0});
                    }
                }
            }
        }
    }
    CHECK_THROWS_AS(Frame(0, 4, PixelFormat::bgr8), Error);
    CHECK_THROWS_AS(Frame(4, 4, PixelFormat::unknown), Error);
}

TEST_CASE("copy_pixels refuses what differs and honours strides") {
    Frame a(3, 2, PixelFormat::gray8), b(3, 2, PixelFormat::gray8), c(2, 2, PixelFormat::gray8);
    a.view().row(1)[2] = std::byte{7};
    a.stamp(std::chrono::nanoseconds(5), 9);
    FrameView flipped = b.view();
    flipped.planes[0].data += flipped.planes[0].stride;
    flipped.planes[0].stride = -flipped.planes[0].stride;
    copy_pixels(a.view(), flipped);
    CHECK(b.view().row(0)[2] == std::byte{7});
    CHECK_THROWS_AS(copy_pixels(a.view(), c.view()), Error);
}

TEST_CASE("fill knows byte orders") {
    Frame rgb(2, 2, PixelFormat::rgb8), bgra(2, 2, PixelFormat::bgra8), gray(2, 2, PixelFormat::gray8);
    fill(rgb.view(), 10, 20, 30);
    fill(bgra.view(), 10, 20, 30);
    fill(gray.view(), 255, 255, 255);
    CHECK(rgb.view().row(1)[3] == std::byte{10});
    CHECK(bgra.view().row(1)[4] == std::byte{30});
    CHECK(bgra.view().row(1)[7] == std::byte{255});
    CHECK(gray.view().row(1)[1] == std::byte{255});
    Frame yuv(2, 2, PixelFormat::i420);
    CHECK_THROWS_AS(fill(yuv.view(), 0, 0, 0), Error);
    Mask mask(2, 2, MaskFormat::f32);
    fill(mask.view(), 51);
    CHECK(*reinterpret_cast<float*>(mask.view().row(1) + 4) == doctest::Approx(0.2));
}

TEST_CASE("a pool lends what it has and takes it back, also after its own end") {
    FramePool::Lease kept;
    {
        FramePool pool({.width = 4, .height = 4, .format = PixelFormat::bgr8}, 2);
        CHECK(pool.available() == 2);
        auto a = pool.acquire();
        kept = pool.acquire();
        CHECK(a);
        CHECK(kept);
        CHECK(&*a != &*kept);
        CHECK_FALSE(pool.acquire());
        a = {};
        CHECK(pool.available() == 1);
    }
    CHECK(kept->width() == 4);  // the memory outlives the pool as long as it is lent
    CHECK_THROWS_AS(FramePool({.width = 4, .height = 4, .format = PixelFormat::bgr8}, 0), Error);
}
