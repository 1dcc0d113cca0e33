// Typed calls on a node, its buffers, and what is said when a call fails.
#include <doctest/doctest.h>

#include <cerrno>

#include "fake_kernel.hpp"
#include "io/v4l2/buffers.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;

namespace {

FakeNode& webcam(FakeKernel& kernel, const std::string& path = "/dev/video0") {
    FakeNode& node = kernel.add(path);
    node.modes = {{V4L2_PIX_FMT_YUYV, 640, 480, {15, 30}},
                  {V4L2_PIX_FMT_YUYV, 1280, 720, {10}},
                  {V4L2_PIX_FMT_MJPEG, 1280, 720, {30}}};
    return node;
}

}  // namespace

TEST_CASE("the nearest member of a range") {
    CHECK(Steps{320, 320, 1}.nearest(1280) == 320);
    CHECK(Steps{16, 1920, 16}.nearest(1280) == 1280);
    CHECK(Steps{16, 1920, 16}.nearest(1285) == 1280);
    CHECK(Steps{16, 1920, 16}.nearest(1289) == 1296);
    CHECK(Steps{16, 1920, 16}.nearest(0) == 16);
    CHECK(Steps{16, 1919, 16}.nearest(5000) == 1904);
    CHECK(Steps{2, 100, 0}.nearest(51) == 51);
}

TEST_CASE("a node tells what it is and what it offers") {
    FakeKernel kernel;
    webcam(kernel);
    kernel.add("/dev/video1").caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
    const VideoNode device(kernel, "/dev/video0");
    CHECK(device.capabilities().card == "Fake Camera");
    CHECK(device.capabilities().captures());
    CHECK_FALSE(VideoNode(kernel, "/dev/video1").capabilities().captures());

    REQUIRE(device.formats(V4L2_BUF_TYPE_VIDEO_CAPTURE).size() == 2);
    const auto sizes = device.sizes(V4L2_PIX_FMT_YUYV);
    REQUIRE(sizes.size() == 2);
    CHECK(sizes[1].width.min == 1280);
    const auto rates = device.rates(V4L2_PIX_FMT_YUYV, 640, 480);
    REQUIRE(rates.size() == 2);
    CHECK(rates[0].max == doctest::Approx(30));  // highest first
    CHECK(device.rates(V4L2_PIX_FMT_YUYV, 1, 1).empty());
}

TEST_CASE("formats and rates are read back as the driver made them") {
    FakeKernel kernel;
    webcam(kernel);
    const VideoNode device(kernel, "/dev/video0");
    const Picture got = device.set_format(pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_YUYV, 700, 500));
    CHECK(got.width == 640);
    CHECK(got.height == 480);
    CHECK(device.set_rate(V4L2_BUF_TYPE_VIDEO_CAPTURE, 24) == doctest::Approx(30));
    CHECK(device.set_rate(V4L2_BUF_TYPE_VIDEO_CAPTURE, 16) == doctest::Approx(15));
    CHECK(device.get_rate(V4L2_BUF_TYPE_VIDEO_CAPTURE) == doctest::Approx(15));
}

TEST_CASE("buffers go round, and everything is given back") {
    FakeKernel kernel;
    FakeNode& node = webcam(kernel);
    {
        VideoNode device(kernel, "/dev/video0");
        device.set_format(pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_YUYV, 640, 480));
        Buffers buffers;
        buffers.allocate(device, V4L2_BUF_TYPE_VIDEO_CAPTURE, 3);
        REQUIRE(buffers.count() == 3);
        CHECK(buffers.memory(0)[0].size() == 640 * 480 * 2);
        for (std::uint32_t i = 0; i < 3; ++i) buffers.queue(i);
        buffers.start();
        CHECK_FALSE(buffers.dequeue().has_value());
        node.frames.push_back(
            {{std::vector<std::uint8_t>(640 * 480 * 2, 7)}, 41, std::chrono::microseconds(1'500'000)});
        const auto filled = buffers.dequeue();
        REQUIRE(filled.has_value());
        CHECK(filled->sequence == 41);
        CHECK(filled->timestamp == std::chrono::milliseconds(1500));
        CHECK(filled->bytes[0] == 640 * 480 * 2);
        CHECK(buffers.memory(filled->index)[0][100] == std::byte{7});
        CHECK(buffers.queued() == 2);
        buffers.queue(filled->index);
        CHECK(node.mapped == 3);
        // A move keeps it all alive.
        Buffers other = std::move(buffers);
        CHECK(other.count() == 3);
        CHECK(node.mapped == 3);
    }
    CHECK(node.mapped == 0);
    CHECK_FALSE(node.streaming);
    CHECK(node.memory.empty());
    CHECK(kernel.open_descriptors == 0);
}

TEST_CASE("output buffers carry their true size") {
    FakeKernel kernel;
    FakeNode& node = webcam(kernel);
    const VideoNode device(kernel, "/dev/video0", Role::virtual_camera);
    device.set_format(pack(V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_PIX_FMT_YUYV, 640, 480));
    Buffers buffers;
    buffers.allocate(device, V4L2_BUF_TYPE_VIDEO_OUTPUT, 2);
    const std::uint32_t bytes[] = {12345};
    buffers.queue(1, bytes);
    REQUIRE(node.written.size() == 1);
    CHECK(node.written[0][0] == 12345);
}

TEST_CASE("a failed allocation leaves nothing behind") {
    FakeKernel kernel;
    FakeNode& node = webcam(kernel);
    const VideoNode device(kernel, "/dev/video0");
    device.set_format(pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_YUYV, 640, 480));
    Buffers buffers;
    node.errors[VIDIOC_QUERYBUF] = {0, EINVAL};  // the second buffer fails
    check_throws(Errc::device, {"/dev/video0", "VIDIOC_QUERYBUF"},
                 [&] { buffers.allocate(device, V4L2_BUF_TYPE_VIDEO_CAPTURE, 4); });
    CHECK(node.mapped == 0);
    CHECK(node.memory.empty());
    buffers.allocate(device, V4L2_BUF_TYPE_VIDEO_CAPTURE, 4);
    CHECK(buffers.count() == 4);
}

TEST_CASE("failures are told in plain words") {
    FakeKernel kernel;
    FakeNode& node = webcam(kernel);
    const auto open_says = [&](int error, Errc code, std::initializer_list<std::string> words) {
        node.open_error = error;
        CHECK(check_throws(code, words, [&] { VideoNode(kernel, "/dev/video0"); }) == error);
    };
    kernel.holding = {{815, "zoom"}, {4711, "obs"}};
    open_says(EBUSY, Errc::device,
              {"/dev/video0", "cannot open", "zoom (process 815)", "obs (process 4711)"});
    kernel.holding.clear();
    open_says(EBUSY, Errc::device, {"sudo fuser -v /dev/video0"});
    open_says(EACCES, Errc::device, {"group 'video'", "sudo usermod -aG video"});
    open_says(ENODEV, Errc::device, {"gone", "plug it in"});
    CHECK(check_throws(Errc::not_found, {"/dev/video9", "there are /dev/video0"},
                       [&] { VideoNode(kernel, "/dev/video9"); }) == ENOENT);
    FakeKernel empty;
    check_throws(Errc::not_found, {"sudo modprobe uvcvideo"}, [&] { VideoNode(empty, "/dev/video0"); });
    check_throws(Errc::not_found, {"sudo modprobe v4l2loopback"},
                 [&] { VideoNode(empty, "/dev/video20", Role::virtual_camera); });

    node.open_error = 0;
    const VideoNode device(kernel, "/dev/video0");
    node.errors[VIDIOC_S_FMT] = {EINVAL};
    CHECK(check_throws(Errc::device, {"set 640x480 YUYV", "VIDIOC_S_FMT", "--list-formats-ext"}, [&] {
              (void)device.set_format(pack(V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_YUYV, 640, 480));
          }) == EINVAL);
}
