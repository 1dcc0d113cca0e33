// Which mode is taken for what was asked.
#include <doctest/doctest.h>

#include "fake_kernel.hpp"
#include "io/v4l2/modes.hpp"

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;

namespace {

constexpr std::uint32_t kYuyv = V4L2_PIX_FMT_YUYV, kMjpeg = V4L2_PIX_FMT_MJPEG, kNv12 = V4L2_PIX_FMT_NV12;

std::string chosen(const std::vector<FakeMode>& modes, const ModeWish& wish) {
    FakeKernel kernel;
    kernel.add("/dev/video0").modes = modes;
    const VideoNode node(kernel, "/dev/video0");
    const Mode mode = choose_mode(list_offers(node, V4L2_BUF_TYPE_VIDEO_CAPTURE, wish), wish);
    return mode.format == nullptr ? "nothing" : describe(mode);
}

// What a common 720p webcam offers: raw only small or slow.
const std::vector<FakeMode> kWebcam = {{kYuyv, 640, 480, {30, 15}},  {kYuyv, 1280, 720, {10, 5}},
                                       {kMjpeg, 640, 480, {60, 30}}, {kMjpeg, 1280, 720, {30, 15}},
                                       {kMjpeg, 1920, 1080, {30}},   {V4L2_PIX_FMT_GREY, 1280, 720, {30}}};

}  // namespace

TEST_CASE("MJPEG where raw cannot give size and rate, raw where it can") {
    CHECK(chosen(kWebcam, {}) == "1280x720 MJPG, 30 frames/s");
    CHECK(chosen(kWebcam, {{1280, 720}, 30, {}}) == "1280x720 MJPG, 30 frames/s");
    CHECK(chosen(kWebcam, {{640, 480}, 30, {}}) == "640x480 YUYV, 30 frames/s");
    CHECK(chosen(kWebcam, {{640, 480}, 60, {}}) == "640x480 MJPG, 60 frames/s");
    CHECK(chosen(kWebcam, {{1280, 720}, 10, {}}) == "1280x720 YUYV, 10 frames/s");
    CHECK(chosen(kWebcam, {{1920, 1080}, 0, {}}) == "1920x1080 MJPG, 30 frames/s");
}

TEST_CASE("a format that was named is kept, at the price of size or rate") {
    CHECK(chosen(kWebcam, {{1280, 720}, 30, "yuyv"}) == "1280x720 YUYV, 10 frames/s");
    CHECK(chosen(kWebcam, {{640, 480}, 30, "mjpeg"}) == "640x480 MJPG, 30 frames/s");
    CHECK(chosen(kWebcam, {{1280, 720}, 30, "gray8"}) == "1280x720 GREY, 30 frames/s");
    CHECK(chosen(kWebcam, {{1280, 720}, 30, "nv12"}) == "nothing");
}

TEST_CASE("sizes that the camera lacks: the next larger one rather than a smaller one") {
    CHECK(chosen(kWebcam, {{1000, 600}, 30, {}}) == "1280x720 MJPG, 30 frames/s");
    CHECK(chosen(kWebcam, {{3840, 2160}, 30, {}}) == "1920x1080 MJPG, 30 frames/s");
    CHECK(chosen(kWebcam, {{320, 240}, 30, {}}) == "640x480 YUYV, 30 frames/s");
}

TEST_CASE("of raw formats the one that is cheapest to read; grey last") {
    CHECK(chosen({{kYuyv, 1280, 720, {30}}, {kNv12, 1280, 720, {30}}}, {}) == "1280x720 NV12, 30 frames/s");
    CHECK(chosen({{V4L2_PIX_FMT_GREY, 1280, 720, {30}}, {kMjpeg, 640, 480, {30}}}, {}) ==
          "640x480 MJPG, 30 frames/s");
    CHECK(chosen({{V4L2_PIX_FMT_GREY, 1280, 720, {30}}}, {}) == "1280x720 GREY, 30 frames/s");
    CHECK(chosen({{v4l2_fourcc('H', '2', '6', '4'), 1280, 720, {30}}}, {}) == "nothing");
}

TEST_CASE("rates: high ones are not taken unasked, and 29.97 is 30") {
    CHECK(chosen({{kYuyv, 640, 480, {120, 30}}}, {{640, 480}, 0, {}}) == "640x480 YUYV, 30 frames/s");
    CHECK(chosen({{kYuyv, 640, 480, {120}}}, {{640, 480}, 0, {}}) == "640x480 YUYV, 120 frames/s");
    CHECK(chosen({{kYuyv, 640, 480, {29.97}}, {kMjpeg, 640, 480, {30}}}, {{640, 480}, 30, {}}) ==
          "640x480 YUYV, 30 frames/s");
    CHECK(chosen({{kYuyv, 640, 480, {}}}, {{640, 480}, 30, {}}) == "640x480 YUYV");  // not said
}

TEST_CASE("ranges of sizes and rates") {
    FakeKernel kernel;
    kernel.add("/dev/video0").stepwise[kYuyv] = {16, 1920, 16, 16, 1080, 8};
    const VideoNode node(kernel, "/dev/video0");
    const auto get = [&](const ModeWish& wish) {
        return describe(choose_mode(list_offers(node, V4L2_BUF_TYPE_VIDEO_CAPTURE, wish), wish));
    };
    CHECK(get({}) == "1280x720 YUYV, 30 frames/s");
    CHECK(get({{1283, 725}, 24, {}}) == "1280x728 YUYV, 24 frames/s");
    CHECK(get({{4000, 4000}, 100, {}}) == "1920x1080 YUYV, 60 frames/s");
    CHECK(get({{1, 1}, 0, {}}) == "16x16 YUYV, 30 frames/s");
}
