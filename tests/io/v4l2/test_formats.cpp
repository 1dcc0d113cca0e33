// Fourccs, colour fields and plane layouts. Expected numbers are worked out by hand from the kernel's manual.
#include <doctest/doctest.h>

#include <vector>

#include "io/v4l2/formats.hpp"

using namespace vbg;
using namespace vbg::v4l2;

TEST_CASE("fourccs and pixel formats, both ways") {
    const struct {
        const char* fourcc;
        PixelFormat pixel;
    } wanted[] = {{"YUYV", PixelFormat::yuyv},  {"UYVY", PixelFormat::uyvy},  {"NV12", PixelFormat::nv12},
                  {"YU12", PixelFormat::i420},  {"BGR3", PixelFormat::bgr8},  {"RGB3", PixelFormat::rgb8},
                  {"XR24", PixelFormat::bgra8}, {"XB24", PixelFormat::rgba8}, {"GREY", PixelFormat::gray8}};
    for (const auto& one : wanted) {
        const char* const text = one.fourcc;
        const PixelFormat pixel = one.pixel;
        CAPTURE(text);
        const std::uint32_t code = v4l2_fourcc(text[0], text[1], text[2], text[3]);
        REQUIRE(find_format(code) != nullptr);
        CHECK(find_format(code)->pixel == pixel);
        REQUIRE(format_for(pixel) != nullptr);
        CHECK(format_for(pixel)->fourcc == code);
        CHECK(fourcc_text(code) == text);
        CHECK(find_format(code)->name == to_string(pixel));
    }
    CHECK(find_format(V4L2_PIX_FMT_MJPEG)->jpeg);
    CHECK(find_format(v4l2_fourcc('B', 'A', '8', '1')) == nullptr);
    CHECK(format_for(PixelFormat::unknown) == nullptr);
    CHECK(fourcc_text(v4l2_fourcc_be('Y', '1', '6', ' ')) == "Y16-BE");
    CHECK(fourcc_text(1) == "????");
}

TEST_CASE("colour fields follow the kernel's defaults") {
    const auto yuv = [](std::uint32_t space, std::uint32_t encoding = 0, std::uint32_t quantization = 0) {
        return color_of(PixelFormat::yuyv, space, encoding, quantization);
    };
    CHECK(yuv(V4L2_COLORSPACE_SMPTE170M) == ColorSpec{Matrix::bt601, Range::limited});
    CHECK(yuv(V4L2_COLORSPACE_SRGB) == ColorSpec{Matrix::bt601, Range::limited});
    CHECK(yuv(V4L2_COLORSPACE_REC709) == ColorSpec{Matrix::bt709, Range::limited});
    CHECK(yuv(V4L2_COLORSPACE_JPEG) == ColorSpec{Matrix::bt601, Range::full});
    CHECK(yuv(V4L2_COLORSPACE_BT2020) == ColorSpec{Matrix::bt709, Range::limited});
    CHECK(yuv(V4L2_COLORSPACE_DEFAULT) == ColorSpec{});
    // Fields that are set win over what the colour space implies.
    CHECK(yuv(V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_601) == ColorSpec{Matrix::bt601, Range::limited});
    CHECK(yuv(V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_FULL_RANGE) ==
          ColorSpec{Matrix::bt709, Range::full});
    CHECK(yuv(V4L2_COLORSPACE_JPEG, 0, V4L2_QUANTIZATION_LIM_RANGE) ==
          ColorSpec{Matrix::bt601, Range::limited});
    CHECK(color_of(PixelFormat::bgr8, V4L2_COLORSPACE_REC709, 0, 0) == ColorSpec{});
}

TEST_CASE("what is packed is unpacked again, in both kinds of node") {
    for (const std::uint32_t type : {V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE}) {
        for (const ColorSpec color :
             {ColorSpec{Matrix::bt709, Range::full}, ColorSpec{Matrix::bt601, Range::limited},
              ColorSpec{Matrix::bt709, Range::limited}}) {
            const Picture picture = unpack(pack(type, V4L2_PIX_FMT_NV12, 642, 480, color));
            CHECK(picture.fourcc == V4L2_PIX_FMT_NV12);
            CHECK(picture.width == 642);
            CHECK(picture.height == 480);
            CHECK(picture.color == color);
            CHECK(describe(picture) == "642x480 NV12");
        }
    }
    CHECK(unpack(pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_MJPEG, 640, 480)).color ==
          ColorSpec{Matrix::bt601, Range::full});
    // Said, not left to the reader: libvbg's unknown is BT.601, limited range.
    CHECK(unpack(pack(V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_PIX_FMT_YUYV, 64, 48)).color ==
          ColorSpec{Matrix::bt601, Range::limited});
}

TEST_CASE("where the planes lie in one buffer") {
    v4l2_format f = pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_YUV420, 5, 3);
    f.fmt.pix.bytesperline = 8;
    Picture picture = unpack(f);
    // Y: 3 rows of 8; U: 2 rows of 4; V: 2 rows of 4, of which the last needs 3 bytes only.
    auto layout = plane_layout(picture);
    CHECK(layout[1].offset == 24);
    CHECK(layout[2].offset == 32);
    CHECK(layout[2].stride == 4);
    CHECK(needed_bytes(picture, 0) == 32 + 4 + 3);

    f.fmt.pix.pixelformat = V4L2_PIX_FMT_YVU420;
    layout = plane_layout(unpack(f));
    CHECK(layout[1].offset == 32);  // V comes first
    CHECK(layout[2].offset == 24);

    f = pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_NV12, 6, 4);
    f.fmt.pix.bytesperline = 16;
    picture = unpack(f);
    CHECK(plane_layout(picture)[1].offset == 64);
    CHECK(plane_layout(picture)[1].stride == 16);
    CHECK(needed_bytes(picture, 0) == 64 + 16 + 6);

    f = pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_YUYV, 5, 2);
    f.fmt.pix.bytesperline = 0;  // the driver does not say
    picture = unpack(f);
    CHECK(picture.stride[0] == 12);
    CHECK(needed_bytes(picture, 0) == 24);
}

TEST_CASE("where the planes lie in several buffers") {
    v4l2_format f = pack(V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, V4L2_PIX_FMT_YVU420M, 8, 4);
    f.fmt.pix_mp.num_planes = 3;
    f.fmt.pix_mp.plane_fmt[0].bytesperline = 32;
    f.fmt.pix_mp.plane_fmt[1].bytesperline = 16;
    f.fmt.pix_mp.plane_fmt[2].bytesperline = 16;
    const Picture picture = unpack(f);
    CHECK(needed_bytes(picture, 0) == 3 * 32 + 8);
    CHECK(needed_bytes(picture, 1) == 16 + 4);
    std::vector<std::byte> y(128), first(32), second(32);
    std::byte* const memory[] = {y.data(), first.data(), second.data()};
    const FrameView view = view_of(picture, memory);
    CHECK(view.planes[0].data == y.data());
    CHECK(view.planes[1].data == second.data());  // YVU: the second buffer is V
    CHECK(view.planes[2].data == first.data());
    CHECK(view.planes[1].stride == 16);
    CHECK(view.format == PixelFormat::i420);
}

TEST_CASE("formats that libvbg does not read are described all the same") {
    const Picture picture =
        unpack(pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, v4l2_fourcc('H', '2', '6', '4'), 640, 480));
    CHECK(picture.format == nullptr);
    CHECK(describe(picture) == "640x480 H264");
}
