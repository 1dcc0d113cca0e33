// The camera source on a USB webcam behind the real uvcvideo driver (uvc-camera): MJPEG, damage, unplugging.
#include <cerrno>

#include <opencv2/imgcodecs.hpp>

#include "machine.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;

namespace {

// Bars like kBars as a JPEG and as YUYV, so that both formats of the camera show the same.
struct Pictures {
    TempDir dir;
    Pictures() {
        cv::Mat bars(480, 640, CV_8UC3);
        Frame bgr(640, 480, PixelFormat::bgr8), yuyv(640, 480, PixelFormat::yuyv);
        for (int y = 0; y < 480; ++y)
            for (int x = 0; x < 640; ++x) {
                const Rgb& c = kBars[static_cast<std::size_t>(x / 80)];
                bars.at<cv::Vec3b>(y, x) = {static_cast<uchar>(c.b), static_cast<uchar>(c.g),
                                            static_cast<uchar>(c.r)};
            }
        REQUIRE(cv::imwrite(dir / "bars.jpg", bars, {cv::IMWRITE_JPEG_QUALITY, 95}));
        for (int y = 0; y < 480; ++y) std::memcpy(bgr.view().row(y), bars.ptr(y), 640 * 3);
        convert(bgr.view(), yuyv.view());
        FILE* f = std::fopen((dir / "bars.yuyv").c_str(), "wb");
        REQUIRE(f != nullptr);
        for (int y = 0; y < 480; ++y) std::fwrite(yuyv.view().row(y), 1, 640 * 2, f);
        std::fclose(f);
    }
    std::string arguments(bool raw) {
        return "-s 640x480 -r 30 " + (raw ? "-y " + (dir / "bars.yuyv") + " " : std::string()) +
               (dir / "bars.jpg");
    }
};

std::string program() {
    const char* path = std::getenv("VBG_UVC_CAMERA");
    REQUIRE_MESSAGE(path != nullptr, "VBG_UVC_CAMERA must say where uvc-camera is");
    return path;
}

bool is_there() {
    for (const auto& found : list_camera_nodes(system_kernel()))
        if (found.driver == "uvcvideo") return true;
    return false;
}

constexpr const char* kName = "Software Webcam";

}  // namespace

TEST_CASE("a webcam: found by name, its metadata node left out, both formats right") {
    Pictures pictures;
    Webcam webcam(program(), pictures.arguments(true));
    REQUIRE(eventually(is_there));
    int nodes = 0;
    for (const auto& found : list_camera_nodes(system_kernel())) nodes += found.driver == "uvcvideo" ? 1 : 0;
    CHECK(nodes == 1);
    for (const char* format : {"auto", "yuyv", "mjpeg"}) {
        CAPTURE(format);
        CameraSource source = camera(std::string("device=") + kName + ",size=640x480,format=" + format);
        const FrameSpec spec = source.open();
        CHECK(spec.width == 640);
        const bool jpeg = std::string(format) == "mjpeg";
        CHECK(spec.format ==
              (jpeg ? PixelFormat::i420 : PixelFormat::yuyv));  // raw where it has size and rate
        for (int i = 0; i < 3; ++i) CHECK(bars_distance(bgr_of(next_frame(source)), false) <= 10);
        CHECK(source.damaged() == 0);
    }
}

TEST_CASE("a webcam that has MJPEG only") {
    Pictures pictures;
    Webcam webcam(program(), pictures.arguments(false));
    REQUIRE(eventually(is_there));
    CameraSource source = camera(std::string("device=") + kName);
    const FrameSpec spec = source.open();
    CHECK(spec.format == PixelFormat::i420);
    CHECK(spec.height == 480);
    CHECK(spec.color == ColorSpec{Matrix::bt601, Range::full});

    SUBCASE("damaged frames never show") {
        next_frame(source);
        for (const char* fault : {"cut 3", "noise 3", "error 3"}) {
            CAPTURE(std::string(fault));
            webcam.say(fault);
            for (int i = 0; i < 8; ++i) CHECK(bars_distance(bgr_of(next_frame(source)), false) <= 10);
        }
        // The driver keeps those with the error bit to itself, and any that come while it has no free buffer.
        CHECK(source.damaged() >= 3);
        CHECK(source.damaged() <= 9);
    }
    SUBCASE("a stall is a time-out, and the camera goes on by itself") {
        next_frame(source);
        webcam.say("freeze");
        ConstFrameView view;
        // One alone may be that of a camera that is late, before it has heard the word.
        CHECK(eventually([&] {
            for (int i = 0; i < 3; ++i)
                if (source.read(view, milliseconds(300)) != ReadResult::timed_out) return false;
            return true;
        }));
        webcam.say("thaw");
        CHECK(bars_distance(bgr_of(next_frame(source)), false) <= 10);
    }
    SUBCASE("pulled out and put in again while it is held: the same camera at another node") {
        next_frame(source);
        const std::string before = source.camera()->path;
        webcam.say("unplug");
        CHECK(check_throws(Errc::device, {before, "gone"}, [&] { read_until_it_throws(source); }) == ENODEV);
        webcam.say("plug");  // the old node is still open
        CHECK(eventually(is_there));
        source.close();
        CHECK(opens_again(source));
        CHECK(source.camera()->path != before);
        CHECK(bars_distance(bgr_of(next_frame(source)), false) <= 10);
        source.close();
        webcam.say("unplug");
        CHECK(eventually([] { return !is_there(); }));
        CHECK(check_throws(Errc::device, {"Software Webcam", "gone"}, [&] { source.open(); }) == ENODEV);
    }
}
