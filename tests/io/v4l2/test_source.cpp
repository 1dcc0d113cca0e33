// The camera source on a made-up kernel: what it agrees on with the driver, and what it makes of its frames.
#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>

#include <vbg/log.hpp>

#include "fake_kernel.hpp"
#include "io/v4l2/source.hpp"
#include "support/frames.hpp"
#include "support/throws.hpp"

#if defined(VBG_HAVE_MEDIA) && defined(VBG_HAVE_JPEG)
#    include <opencv2/imgcodecs.hpp>
#endif

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kWait{50};

CameraSource make(FakeKernel& kernel, const std::string& spec) {
    static const StageEntry entry = camera_source_entry();
    return CameraSource(Parameters("v4l2", entry.parameters, parse_stage("v4l2:" + spec).parameters), kernel);
}

struct PluggedCamera {
    FakeKernel kernel;
    FakeNode* node;
    PluggedCamera() : node(&kernel.add("/dev/video0")) {
        node->modes = {{V4L2_PIX_FMT_YUYV, 64, 48, {30, 15}}, {V4L2_PIX_FMT_YUYV, 32, 24, {30}}};
    }
    // A raw frame whose bytes are all `value`.
    void push(std::uint32_t sequence, std::uint8_t value, std::size_t bytes = 64 * 48 * 2,
              std::uint32_t flags = 0) {
        node->frames.push_back({{std::vector<std::uint8_t>(bytes, value)},
                                sequence,
                                kernel.clock - milliseconds(5),
                                flags | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC});
    }
};

}  // namespace

TEST_CASE("opens with what was asked for, and says what it got") {
    PluggedCamera camera;
    CameraSource source = make(camera.kernel, "/dev/video0,size=64x48,fps=15");
    const FrameSpec spec = source.open();
    CHECK(spec.width == 64);
    CHECK(spec.height == 48);
    CHECK(spec.format == PixelFormat::yuyv);
    CHECK(spec.color == ColorSpec{Matrix::bt601, Range::limited});
    CHECK(spec.fps == doctest::Approx(15));
    CHECK(source.is_live());
    CHECK(camera.node->queued.size() == 4);
    source.close();
    CHECK(camera.kernel.open_descriptors == 0);
    CHECK(camera.node->mapped == 0);
    CHECK_FALSE(camera.node->streaming);
}

TEST_CASE("a wish the camera does not have is told, and only what was wished") {
    std::string said;
    set_log_handler([&](LogLevel, std::string_view text) { said += text; }, LogLevel::warning);
    const auto open = [&](const std::string& wish) {
        PluggedCamera camera;
        said.clear();
        make(camera.kernel, "/dev/video0" + wish).open();
        return said;
    };
    CHECK(open("") == "");
    CHECK(open(",size=32x24,fps=30") == "");
    CHECK(open(",size=640x480").find("asked for 640x480; the camera gives") != std::string::npos);
    CHECK(open(",fps=100").find("asked for 100 frames/s; the camera gives") != std::string::npos);
    CHECK(open(",size=32x24,fps=100").find("asked for 32x24 at 100 frames/s; the") != std::string::npos);
    set_log_handler({});
}

TEST_CASE("the driver's answer counts, not the wish") {
    PluggedCamera camera;
    camera.node->adapt = [](v4l2_format& f) {
        f.fmt.pix.width = 40;  // in no list
        f.fmt.pix.height = 30;
        f.fmt.pix.pixelformat = V4L2_PIX_FMT_UYVY;
        f.fmt.pix.bytesperline = 96;
        f.fmt.pix.sizeimage = 96 * 30;
    };
    CameraSource source = make(camera.kernel, "size=64x48,format=yuyv");
    const FrameSpec spec = source.open();
    CHECK(spec.width == 40);
    CHECK(spec.height == 30);
    CHECK(spec.format == PixelFormat::uyvy);
    camera.push(0, 9, 96 * 30);
    ConstFrameView view;
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(view.planes[0].stride == 96);

    camera.node->adapt = [](v4l2_format& f) { f.fmt.pix.pixelformat = v4l2_fourcc('H', '2', '6', '4'); };
    check_throws(Errc::unsupported_format, {"asked for", "H264"}, [&] { source.open(); });
    CHECK(camera.kernel.open_descriptors == 0);
}

TEST_CASE("a borrowed frame stays until the next call, then its buffer goes back") {
    PluggedCamera camera;
    CameraSource source = make(camera.kernel, "size=64x48,buffers=2");
    source.open();
    camera.push(0, 10);
    camera.push(1, 20);
    camera.push(2, 30);
    ConstFrameView view;
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(camera.node->queued.size() == 1);
    CHECK(view.row(47)[127] == std::byte{10});
    CHECK(view.sequence == 0);
    CHECK(view.timestamp == camera.kernel.clock - milliseconds(5));
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(camera.node->queued.size() == 1);
    CHECK(view.row(0)[0] == std::byte{20});
    source.release();
    CHECK(camera.node->queued.size() == 2);
    source.release();
    CHECK(camera.node->queued.size() == 2);
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(view.row(0)[0] == std::byte{30});
}

TEST_CASE("no frame is a time-out, in time") {
    PluggedCamera camera;
    CameraSource source = make(camera.kernel, "size=64x48");
    source.open();
    ConstFrameView view;
    const auto before = camera.kernel.clock;
    CHECK(source.read(view, milliseconds(200)) == ReadResult::timed_out);
    CHECK(camera.kernel.clock - before == milliseconds(200));
    CHECK(source.read(view, milliseconds(0)) == ReadResult::timed_out);
}

TEST_CASE("damaged and short frames are left out, counted, and leave a gap") {
    PluggedCamera camera;
    std::vector<std::string> lines;
    set_log_handler([&](LogLevel, std::string_view text) { lines.emplace_back(text); }, LogLevel::warning);
    CameraSource source = make(camera.kernel, "size=64x48");
    source.open();
    camera.push(0, 1);
    camera.push(1, 2, 64 * 48 * 2, V4L2_BUF_FLAG_ERROR);
    camera.push(2, 3, 64 * 48 * 2 - 1);
    camera.push(3, 4, 0);
    camera.push(4, 5);
    ConstFrameView view;
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(view.sequence == 0);
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(view.sequence == 4);
    CHECK(view.row(0)[0] == std::byte{5});
    CHECK(source.damaged() == 3);
    CHECK(camera.node->queued.size() == 3);  // one is borrowed, none is lost
    CHECK(lines.size() == 1);                // not one line a frame
    camera.kernel.clock += std::chrono::seconds(6);
    camera.push(5, 6, 100);
    CHECK(source.read(view, kWait) == ReadResult::timed_out);
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].find("3 since the last such line, 4 in all") != std::string::npos);
    set_log_handler({});
}

TEST_CASE("sequence numbers: gaps stay, wraps and resets do not show, reopening goes on") {
    PluggedCamera camera;
    CameraSource source = make(camera.kernel, "size=64x48");
    source.open();
    ConstFrameView view;
    const auto number_of = [&](std::uint32_t raw) {
        camera.push(raw, 0);
        REQUIRE(source.read(view, kWait) == ReadResult::frame);
        return view.sequence;
    };
    CHECK(number_of(7) == 0);  // frames before the first were never ours
    CHECK(number_of(8) == 1);
    CHECK(number_of(11) == 4);
    CHECK(number_of(0xFFFFFFFF) == 5);  // nonsense: far off
    CHECK(number_of(1) == 7);           // wrapped, with one lost
    CHECK(number_of(1) == 8);           // a driver that does not count
    source.open();
    CHECK(number_of(0) == 9);
}

TEST_CASE("times that are not of our clock are replaced by now") {
    PluggedCamera camera;
    CameraSource source = make(camera.kernel, "size=64x48");
    source.open();
    ConstFrameView view;
    const std::vector<std::uint8_t> bytes(64 * 48 * 2);
    for (const auto& [time, flags] :
         {std::pair{std::chrono::nanoseconds(0), std::uint32_t{V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC}},
          {camera.kernel.clock + std::chrono::seconds(1), V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC},
          {camera.kernel.clock - milliseconds(1), V4L2_BUF_FLAG_TIMESTAMP_COPY}}) {
        camera.node->frames.push_back({{bytes}, 0, time, flags});
        REQUIRE(source.read(view, kWait) == ReadResult::frame);
        CHECK(view.timestamp == camera.kernel.clock);
    }
}

TEST_CASE("multi-planar: each plane from its buffer, past its data offset, none short") {
    PluggedCamera camera;
    camera.node->caps = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING;
    camera.node->row_padding = 32;
    for (const auto& [fourcc, format, sizes] :
         {std::tuple{V4L2_PIX_FMT_NV12M, PixelFormat::nv12, std::vector<std::size_t>{96 * 48, 96 * 24}},
          {V4L2_PIX_FMT_YVU420M, PixelFormat::i420, std::vector<std::size_t>{96 * 48, 64 * 24, 64 * 24}}}) {
        camera.node->modes = {{fourcc, 64, 48, {30}}};
        camera.node->frames.clear();
        CameraSource source = make(camera.kernel, "size=64x48");
        CHECK(source.open().format == format);
        FakeFrame frame;
        for (std::size_t i = 0; i < sizes.size(); ++i)
            frame.planes.emplace_back(sizes[i] - 32, static_cast<std::uint8_t>(11 * (i + 1)));
        frame.data_offset = 16;
        camera.node->frames.push_back(frame);
        ConstFrameView view;
        REQUIRE(source.read(view, kWait) == ReadResult::frame);
        CHECK(view.row(0)[0] == std::byte{11});
        CHECK(view.row(47)[63] == std::byte{11});
        const bool swapped = format == PixelFormat::i420;
        CHECK(view.row(23, 1)[31] == std::byte(swapped ? 33 : 22));
        if (swapped) CHECK(view.row(23, 2)[31] == std::byte{22});
        // The last plane is short.
        frame.planes.back().resize(100);
        camera.node->frames.push_back(frame);
        CHECK(source.read(view, kWait) == ReadResult::timed_out);
        CHECK(source.damaged() == 1);
    }
}

TEST_CASE("unplugging is an error of the device; the camera is found again at another node") {
    PluggedCamera camera;
    camera.node->driver = "uvcvideo";
    CameraSource source = make(camera.kernel, "size=64x48");
    source.open();
    camera.push(0, 1);
    ConstFrameView view;
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    camera.node->gone = true;
    CHECK(check_throws(Errc::device, {"/dev/video0", "gone"}, [&] { (void)source.read(view, kWait); }) ==
          ENODEV);
    source.close();
    CHECK(check_throws(Errc::device, {"Fake Camera", "gone"}, [&] { source.open(); }) == ENODEV);
    FakeNode& back = camera.kernel.add("/dev/video2");
    back.driver = "uvcvideo";
    back.modes = {{V4L2_PIX_FMT_YUYV, 32, 24, {30}}};
    CHECK(source.open().width == 32);  // another size is fine
    CHECK(source.camera()->path == "/dev/video2");
    back.frames.push_back({{std::vector<std::uint8_t>(32 * 24 * 2, 5)}, 0, camera.kernel.clock});
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(view.sequence == 1);
    source.close();
    CHECK(camera.kernel.open_descriptors == 0);
}

TEST_CASE("faults of a running stream") {
    PluggedCamera camera;
    CameraSource source = make(camera.kernel, "size=64x48");
    ConstFrameView view;
    source.open();
    camera.push(0, 1);
    camera.node->errors[VIDIOC_DQBUF] = {EIO};
    CHECK(check_throws(Errc::device, {"fault", "VIDIOC_DQBUF"}, [&] { (void)source.read(view, kWait); }) ==
          EIO);
    source.open();
    camera.push(1, 1);
    camera.push(2, 2);
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    camera.node->errors[VIDIOC_QBUF] = {EINVAL};  // once: forgiven
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    camera.node->errors[VIDIOC_QBUF] = {EINVAL, EINVAL};
    source.release();  // never throws
    camera.node->errors[VIDIOC_QBUF] = {EINVAL, EINVAL};
    CHECK(check_throws(Errc::device, {"hand it a buffer"}, [&] { (void)source.read(view, kWait); }) ==
          EINVAL);
    source.open();
    camera.node->streaming = false;  // the driver stopped it
    CHECK(check_throws(Errc::device, {"/dev/video0"}, [&] { (void)source.read(view, kWait); }) == EINVAL);
    source.open();
    camera.node->event_pending = true;
    CHECK(check_throws(Errc::device, {"changed its size"}, [&] { (void)source.read(view, kWait); }) ==
          ESTALE);
    source.close();
    CHECK(camera.node->mapped == 0);
    CHECK(camera.kernel.open_descriptors == 0);
}

TEST_CASE("every call that open() makes may fail: said, and nothing left open") {
    PluggedCamera camera;
    struct Call {
        unsigned long request;
        const char* name;
    };
    for (const Call& call : {Call{VIDIOC_QUERYCAP, "VIDIOC_QUERYCAP"}, Call{VIDIOC_S_FMT, "VIDIOC_S_FMT"},
                             Call{VIDIOC_G_FMT, "VIDIOC_G_FMT"}, Call{VIDIOC_REQBUFS, "VIDIOC_REQBUFS"},
                             Call{VIDIOC_QUERYBUF, "VIDIOC_QUERYBUF"}, Call{VIDIOC_QBUF, "VIDIOC_QBUF"},
                             Call{VIDIOC_STREAMON, "VIDIOC_STREAMON"}}) {
        const char* const name = call.name;
        for (const int error : {EBUSY, EIO, ENODEV, EINVAL, ENOSPC}) {
            CAPTURE(name);
            CAPTURE(error);
            camera.node->errors[call.request] = {error};
            CameraSource source = make(camera.kernel, "/dev/video0,size=64x48");
            CHECK(check_throws(Errc::device, {"/dev/video0", name}, [&] { source.open(); }) == error);
            CHECK(camera.kernel.open_descriptors == 0);
            CHECK(camera.node->mapped == 0);
            CHECK_FALSE(camera.node->streaming);
            CHECK(camera.node->memory.empty());
            CHECK(source.open().width == 64);  // the next time it works
        }
    }
}

TEST_CASE("a digital input without a signal says so") {
    PluggedCamera camera;
    camera.node->dv_timings_error = ENOLINK;
    CameraSource source = make(camera.kernel, "size=64x48");
    CHECK(check_throws(Errc::device, {"no signal"}, [&] { source.open(); }) == ENOLINK);
    camera.node->dv_timings_error = 0;
    CHECK(source.open().width == 64);
}

TEST_CASE("buffers smaller than a picture are refused") {
    PluggedCamera camera;
    camera.node->adapt = [](v4l2_format& f) { f.fmt.pix.sizeimage = 1000; };
    CameraSource source = make(camera.kernel, "size=64x48");
    check_throws(Errc::device, {"1000 bytes", "too small"}, [&] { source.open(); });
}

#if defined(VBG_HAVE_MEDIA) && defined(VBG_HAVE_JPEG)
TEST_CASE("MJPEG frames are decoded, their buffers go back at once, cut ones are left out") {
    PluggedCamera camera;
    camera.node->modes = {{V4L2_PIX_FMT_MJPEG, 64, 48, {30}}};
    CameraSource source = make(camera.kernel, "size=64x48");
    const FrameSpec spec = source.open();
    CHECK(spec.format == PixelFormat::i420);
    CHECK(spec.color == ColorSpec{Matrix::bt601, Range::full});
    std::vector<std::uint8_t> jpeg;
    cv::imencode(".jpg", cv::Mat(48, 64, CV_8UC3, cv::Scalar(30, 200, 90)), jpeg);
    camera.node->frames.push_back({{{jpeg.begin(), jpeg.begin() + 200}}, 0, camera.kernel.clock});
    camera.node->frames.push_back({{jpeg}, 1, camera.kernel.clock});
    ConstFrameView view;
    REQUIRE(source.read(view, kWait) == ReadResult::frame);
    CHECK(view.sequence == 1);
    CHECK(source.damaged() == 1);
    CHECK(camera.node->queued.size() == 4);
    Frame bgr(64, 48, PixelFormat::bgr8);
    convert(view, bgr.view());
    CHECK(std::abs(value_at(bgr.view(), 30, 20, 0) - 30) <= 3);
    CHECK(std::abs(value_at(bgr.view(), 30, 20, 1) - 200) <= 3);
    CHECK(std::abs(value_at(bgr.view(), 30, 20, 2) - 90) <= 3);
}
#endif
