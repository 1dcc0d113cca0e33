// The camera source on vivid, the kernel's virtual camera: every format's pixels, and its fault injections.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "machine.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;

namespace {

constexpr const char* kSingle = "/dev/video0";
constexpr const char* kMulti = "/dev/video1";
constexpr const char* kBind = "/sys/bus/platform/drivers/vivid/bind";
constexpr const char* kUnbind = "/sys/bus/platform/drivers/vivid/unbind";

// Patterns of vivid's menu.
enum Pattern { kUpright = 1, kLying = 3, kRed = 7 };

void show(const std::string& node, Pattern pattern) {
    control(node, "osd_text_mode=2,test_pattern=" + std::to_string(pattern));
}

// One frame of a format, through the node and buffers alone.
Frame capture(const VideoNode& node, std::uint32_t type, const Format& format, Picture& picture) {
    picture = node.set_format(pack(type, format.fourcc, 640, 360));
    REQUIRE(picture.fourcc == format.fourcc);
    node.set_rate(type, 25);
    Buffers buffers;
    buffers.allocate(node, type, 3);
    for (std::uint32_t i = 0; i < buffers.count(); ++i) buffers.queue(i);
    buffers.start();
    std::optional<Filled> filled;
    REQUIRE(eventually([&] { return (filled = buffers.dequeue()).has_value(); }));
    std::array<std::byte*, 3> planes{};
    const auto memory = buffers.memory(filled->index);
    for (std::size_t i = 0; i < memory.size(); ++i) {
        CHECK(filled->bytes[i] >= needed_bytes(picture, static_cast<int>(i)));
        planes[i] = memory[i].data() + filled->offset[i];
    }
    return bgr_of(view_of(picture, planes));
}

}  // namespace

TEST_CASE("every format of both nodes shows the colour bars where they are") {
    std::set<std::string> seen;
    for (const char* path : {kSingle, kMulti}) {
        const VideoNode node(system_kernel(), path);
        const std::uint32_t type = node.capabilities().capture_type();
        CHECK(is_multiplanar(type) == (path == kMulti));
        for (const Pattern pattern : {kUpright, kLying}) {
            show(path, pattern);
            for (const auto& offered : node.formats(type)) {
                const Format* format = find_format(offered.pixelformat);
                if (format == nullptr) continue;
                seen.insert(fourcc_text(format->fourcc));
                CAPTURE(path);
                CAPTURE(pattern);
                CAPTURE(fourcc_text(format->fourcc));
                Picture picture;
                const Frame bgr = capture(node, type, *format, picture);
                if (format->pixel == PixelFormat::gray8) {
                    // Grey has no colours: white left, black right, each bar darker than the one before.
                    int last = 256;
                    for (int i = 0; i < 8; ++i) {
                        const bool lying = pattern == kLying;
                        const int x = lying ? 320 : i * 80 + 40, y = lying ? i * 45 + 22 : 180;
                        const int value = std::to_integer<int>(bgr.view().row(y)[3 * x]);
                        CHECK(value < last);
                        last = value;
                    }
                    continue;
                }
                CHECK(bars_distance(bgr, pattern == kLying) <= 6);
            }
        }
    }
    for (const char* wanted : {"YUYV", "UYVY", "NV12", "YU12", "YV12", "BGR3", "RGB3", "XR24", "XB24", "AR24",
                               "AB24", "BGR4", "GREY", "NM12", "YM12", "YM21"})
        CHECK_MESSAGE(seen.count(wanted) == 1, wanted);
}

TEST_CASE("the source: size, rate, time and order of frames as promised") {
    show(kSingle, kUpright);
    for (const char* format : {"yuyv", "uyvy", "nv12", "i420", "bgr8", "rgb8"}) {
        CAPTURE(format);
        CameraSource source = camera(std::string("/dev/video0,size=640x360,fps=25,format=") + format);
        const FrameSpec spec = source.open();
        CHECK(spec.width == 640);
        CHECK(spec.height == 360);
        CHECK(to_string(spec.format) == format);
        CHECK(spec.fps == doctest::Approx(25));
        std::uint64_t first_number = 0, last_number = 0;
        std::chrono::nanoseconds first{}, last{};
        for (int i = 0; i < 6; ++i) {
            const ConstFrameView view = next_frame(source);
            if (i == 0) first = view.timestamp;
            if (i == 0) first_number = view.sequence;
            if (i > 0) {
                CHECK(view.sequence > last_number);
                CHECK(view.timestamp > last);
            }
            last_number = view.sequence;
            last = view.timestamp;
            CHECK(bars_distance(bgr_of(view), false) <= 6);
        }
        // Frames are 40 ms apart, whichever were lost.
        CHECK(std::chrono::duration<double>(last - first).count() ==
              doctest::Approx(0.04 * static_cast<double>(last_number - first_number)).epsilon(0.2));
        // Of this clock, which is not that of the day.
        CHECK(std::chrono::abs(system_kernel().now() - last) < kPatience);
    }
}

TEST_CASE("what the camera cannot do is brought to what it can") {
    CameraSource source = camera("/dev/video0,size=650x365,fps=24");
    const FrameSpec spec = source.open();
    CHECK(spec.width >= 640);
    CHECK(next_frame(source).width == spec.width);
}

TEST_CASE("another colour space of the driver's is followed") {
    show(kSingle, kUpright);
    control(kSingle, "colorspace=1");  // Rec. 709
    CameraSource source = camera("/dev/video0,size=640x360,fps=25,format=nv12");
    CHECK(source.open().color == ColorSpec{Matrix::bt709, Range::limited});
    CHECK(bars_distance(bgr_of(next_frame(source)), false) <=
          18);  // convert()'s bound for BT.709 is 14; the driver rounds too
    source.close();
    control(kSingle, "colorspace=2,quantization=1");  // sRGB, full range
    CHECK(source.open().color == ColorSpec{Matrix::bt601, Range::full});
    CHECK(bars_distance(bgr_of(next_frame(source)), false) <= 6);
    control(kSingle, "quantization=0");
}

TEST_CASE("settings: mirror turns the bars round, others by name") {
    show(kSingle, kUpright);
    {
        CameraSource source = camera("/dev/video0,size=640x360,fps=25,mirror=on,controls='brightness=128'");
        source.open();
        CHECK(bars_distance(bgr_of(next_frame(source)), false, true) <= 6);
    }
    {
        CameraSource source = camera("/dev/video0,size=640x360,fps=25,mirror=off,gain=77");
        source.open();
        CHECK(bars_distance(bgr_of(next_frame(source)), false) <= 6);
        const VideoNode node(system_kernel(), kSingle);
        CHECK(node.get_control(V4L2_CID_GAIN) == 77);
        CHECK(node.get_control(V4L2_CID_AUTOGAIN) == 0);
    }
    CameraSource source = camera("/dev/video0,focus=10");
    check_throws(Errc::invalid_argument, {"no focus", "brightness"}, [&] { source.open(); });
}

TEST_CASE("lost frames are gaps") {
    control(kSingle, "percentage_of_dropped_buffers=50");
    CameraSource source = camera("/dev/video0,size=320x180,fps=25");
    source.open();
    std::uint64_t number = 0;
    for (int i = 0; i < 20; ++i) number = next_frame(source).sequence;
    CHECK(number > 22);
    CHECK(source.damaged() == 0);
    control(kSingle, "percentage_of_dropped_buffers=0");
}

TEST_CASE("counters that wrap") {
    control(kSingle, "wrap_sequence_number=1");
    CameraSource source = camera("/dev/video0,size=320x180,fps=25");
    source.open();
    std::uint64_t last = 0;
    for (int i = 0; i < 10; ++i) {
        const std::uint64_t number = next_frame(source).sequence;
        CHECK(number >= last);
        CHECK(number < 1000);
        last = number;
    }
    source.close();
    control(kSingle, "wrap_sequence_number=0");
}

TEST_CASE("faults that the driver injects") {
    CameraSource source = camera("/dev/video0,size=320x180,fps=25");
    press(kSingle, "inject_vidioc_reqbufs_error");
    CHECK(check_throws(Errc::device, {"VIDIOC_REQBUFS"}, [&] { source.open(); }) == EINVAL);
    press(kSingle, "inject_vidioc_streamon_error");
    CHECK(check_throws(Errc::device, {"VIDIOC_STREAMON"}, [&] { source.open(); }) == EINVAL);
    source.open();
    next_frame(source);
    press(kSingle, "inject_vidioc_qbuf_error");
    for (int i = 0; i < 6; ++i) next_frame(source);

    press(kSingle, "inject_v4l2_buf_flag_error");
    for (int i = 0; i < 6; ++i) next_frame(source);
    CHECK(source.damaged() == 1);

    press(kSingle, "inject_fatal_streaming_error");
    CHECK(check_throws(Errc::device, {kSingle}, [&] { read_until_it_throws(source); }) == EIO);
    source.open();
    next_frame(source);
}

TEST_CASE("a camera in use says by whom") {
    CameraSource first = camera("/dev/video0,size=320x180"), second = camera("/dev/video0,size=320x180");
    first.open();
    CHECK(check_throws(Errc::device, {"/dev/video0", "vbg_test_v4l2 (process"}, [&] { second.open(); }) ==
          EBUSY);
    first.close();
    second.open();
    next_frame(second);
}

TEST_CASE("no right to a camera says which group to join") {
    REQUIRE(std::system("chgrp video /dev/video0 && chmod 660 /dev/video0") == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe)
        if (::setuid(65534) != 0) ::_exit(3);
        try {
            camera("/dev/video0").open();
        } catch (const Error& e) {
            const std::string text = e.what();
            // On a machine of its own and in a container the remedies differ, and both name the group.
            const bool told = (text.find("sudo usermod -aG video") != std::string::npos ||
                               text.find("--group-add video") != std::string::npos) &&
                              e.sys_errno() == EACCES;
            ::_exit(told ? 0 : 1);
        }
        ::_exit(2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("which camera is meant") {
    CHECK(find_camera(system_kernel(), "auto").path == kSingle);
    CHECK(find_camera(system_kernel(), "vivid").path == kSingle);
    CHECK(find_camera(system_kernel(), "1").path == kMulti);
    check_throws(Errc::device, {"/dev/video20", "nobody feeds"},
                 [] { find_camera(system_kernel(), "/dev/video20"); });
    for (const auto& found : list_camera_nodes(system_kernel())) CHECK(found.path != "/dev/video20");
}

TEST_CASE("HDMI: no signal is said, a new size ends the stream and is then taken") {
    v4l2_ctl(kSingle, "-i 1 >/dev/null");
    v4l2_ctl(kSingle, "--set-dv-bt-timings index=0 >/dev/null");
    control(kSingle, "dv_timings_signal_mode=1");
    CameraSource source = camera("/dev/video0,input=1");
    CHECK(check_throws(Errc::device, {"no signal"}, [&] { source.open(); }) == ENOLINK);
    control(kSingle, "dv_timings_signal_mode=4,dv_timings=9");  // the chosen timings: 1280x720p60
    const FrameSpec before = source.open();
    next_frame(source);
    control(kSingle, "dv_timings=10");  // 1920x1080
    CHECK(check_throws(Errc::device, {}, [&] { read_until_it_throws(source); }) == ESTALE);
    const FrameSpec after = source.open();
    CHECK(before.height == 720);
    CHECK(after.width == 1920);
    CHECK(after.height == 1080);
    CHECK(next_frame(source).width == after.width);
    source.close();
    control(kSingle, "dv_timings_signal_mode=0");
    v4l2_ctl(kSingle, "-i 0 >/dev/null");
}

TEST_CASE("pulled out and put in again, with the node held or not") {
    for (const bool held : {false, true}) {
        CAPTURE(held);
        CameraSource source = camera("/dev/video0,size=320x180,fps=25");
        source.open();
        next_frame(source);
        const int other = held ? ::open(kSingle, O_RDWR) : -1;
        write_line(kUnbind, "vivid.0");
        CHECK(check_throws(Errc::device, {kSingle, "gone"}, [&] { read_until_it_throws(source); }) == ENODEV);
        CHECK(check_throws(Errc::device, {"vivid", "gone"}, [&] { source.open(); }) == ENODEV);
        write_line(kBind, "vivid.0");
        CHECK(opens_again(source));
        next_frame(source);
        source.close();
        if (other >= 0) ::close(other);
    }
}

TEST_CASE("disconnected by its driver") {
    CameraSource source = camera("auto,size=320x180,fps=25");
    source.open();
    next_frame(source);
    press(source.camera()->path, "disconnect");
    CHECK(check_throws(Errc::device, {"gone"}, [&] { read_until_it_throws(source); }) == ENODEV);
    source.close();
    write_line(kUnbind, "vivid.0");
    write_line(kBind, "vivid.0");
    CHECK(opens_again(source));
    next_frame(source);
}
