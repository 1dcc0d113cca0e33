// Which camera a name means, and its settings.
#include <doctest/doctest.h>

#include <cerrno>

#include "fake_kernel.hpp"
#include "io/v4l2/cameras.hpp"
#include "io/v4l2/controls.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;

namespace {

void add_usb(FakeKernel& kernel, const std::string& path, const std::string& card, const std::string& bus) {
    FakeNode& node = kernel.add(path);
    node = {};
    node.driver = "uvcvideo";
    node.card = card;
    node.bus = bus;
    node.modes = {{V4L2_PIX_FMT_YUYV, 640, 480, {30}}};
}

struct Desk {
    FakeKernel kernel;
    Desk() {
        FakeNode& own = kernel.add("/dev/video0");  // our own output stands first
        own.driver = "v4l2 loopback";
        own.card = "vbg";
        own.bus = "platform:v4l2loopback-000";
        add_usb(kernel, "/dev/video1", "Integrated Camera: Integrated C", "usb-1");
        kernel.add("/dev/video2").caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
        add_usb(kernel, "/dev/video3", "HD Pro Webcam C920", "usb-2");
        kernel.lasting = {{"/dev/v4l/by-path/pci-usb-2", "/dev/video3"},
                          {"/dev/v4l/by-id/usb-046d_C920-index0", "/dev/video3"}};
    }
    std::string find(const std::string& device) { return find_camera(kernel, device).path; }
};

constexpr Parameter kTable[] = {kExposureParameter, kFocusParameter,  kWhiteBalanceParameter,
                                kGainParameter,     kMirrorParameter, kControlsParameter};

void apply(FakeKernel& kernel, const std::string& spec) {
    const StageSpec parsed = parse_stage("v4l2:" + spec);
    const VideoNode node(kernel, "/dev/video1");
    apply_settings(node, read_settings(Parameters("v4l2", kTable, parsed.parameters)));
}

}  // namespace

TEST_CASE("a camera by node, lasting name, number, name, or by itself") {
    Desk desk;
    CHECK(desk.find("auto") == "/dev/video1");  // neither the loopback nor the metadata
    CHECK(desk.find("") == "/dev/video1");
    CHECK(desk.find("/dev/video3") == "/dev/video3");
    CHECK(desk.find("/dev/v4l/by-id/usb-046d_C920-index0") == "/dev/video3");
    CHECK(desk.find("3") == "/dev/video3");
    CHECK(desk.find("c920") == "/dev/video3");
    CHECK(desk.find("Integrated Camera: Integrated C") == "/dev/video1");
    CHECK(desk.find("vbg") == "/dev/video0");  // asked for by name
    CHECK(list_camera_nodes(desk.kernel).size() == 3);
    CHECK(list_camera_nodes(desk.kernel)[2].by_id == "/dev/v4l/by-id/usb-046d_C920-index0");
    CHECK(desk.kernel.open_descriptors == 0);
}

TEST_CASE("what is no camera is said, with those there are") {
    Desk desk;
    check_throws(Errc::not_found, {"no camera of the name 'brio'", "/dev/video3 (HD Pro Webcam C920)"},
                 [&] { desk.find("brio"); });
    check_throws(Errc::not_found, {"/dev/video7", "there is no such node"},
                 [&] { desk.find("/dev/video7"); });
    check_throws(Errc::device, {"/dev/video2", "without pictures", "/dev/video1"},
                 [&] { desk.find("/dev/video2"); });
    desk.kernel.add("/dev/video0").caps = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING;
    check_throws(Errc::device, {"/dev/video0", "nobody feeds"}, [&] { desk.find("/dev/video0"); });
    desk.kernel.add("/dev/video1").open_error = EACCES;
    desk.kernel.add("/dev/video3").gone = true;
    check_throws(Errc::not_found, {"no camera", "sudo usermod -aG video"}, [&] { desk.find("auto"); });
    FakeKernel none;
    check_throws(Errc::not_found, {"no camera", "sudo modprobe uvcvideo"},
                 [&] { find_camera(none, "auto"); });
}

TEST_CASE("a camera that was there before is found at another node, and no other is taken for it") {
    Desk desk;
    const CameraNode known = find_camera(desk.kernel, "c920");
    const auto again = [&](const std::string& device) {
        return find_camera(desk.kernel, device, known).path;
    };
    CHECK(again("c920") == "/dev/video3");
    desk.kernel.add("/dev/video3").gone = true;
    for (const char* device : {"auto", "c920", "/dev/video3"}) {
        CAPTURE(device);
        CHECK(check_throws(Errc::device, {"HD Pro Webcam C920", "gone"}, [&] { again(device); }) == ENODEV);
    }
    desk.kernel.lasting.clear();
    add_usb(desk.kernel, "/dev/video4", "HD Pro Webcam C920", "usb-2");
    CHECK(again("auto") == "/dev/video4");
    CHECK(again("/dev/video3") == "/dev/video4");
    add_usb(desk.kernel, "/dev/video4", "HD Pro Webcam C920", "usb-7");  // another plug
    CHECK(again("auto") == "/dev/video4");
    // Another camera at the node that was asked for is what was asked for; for `auto` it is not.
    desk.kernel.nodes_by_path.erase("/dev/video4");
    add_usb(desk.kernel, "/dev/video3", "Brio", "usb-2");
    CHECK(again("/dev/video3") == "/dev/video3");
    check_throws(Errc::device, {"gone"}, [&] { again("auto"); });
}

TEST_CASE("settings are set, with what belongs to them, and read back") {
    Desk desk;
    auto& controls = desk.kernel.add("/dev/video1").controls;
    controls[V4L2_CID_EXPOSURE_AUTO] = {0, 3, 3, {1, 3}};
    controls[V4L2_CID_EXPOSURE_ABSOLUTE] = {3, 2047, 250};
    controls[V4L2_CID_AUTO_WHITE_BALANCE] = {0, 1, 1};
    controls[V4L2_CID_WHITE_BALANCE_TEMPERATURE] = {2000, 6500, 4000};
    controls[V4L2_CID_BRIGHTNESS] = {0, 255, 128};
    controls[V4L2_CID_BRIGHTNESS].name = "Brightness";

    apply(desk.kernel, "exposure=12.5");
    CHECK(controls[V4L2_CID_EXPOSURE_AUTO].value == V4L2_EXPOSURE_MANUAL);
    CHECK(controls[V4L2_CID_EXPOSURE_ABSOLUTE].value == 125);  // units of 100 microseconds
    apply(desk.kernel, "exposure=auto");
    CHECK(controls[V4L2_CID_EXPOSURE_AUTO].value == V4L2_EXPOSURE_APERTURE_PRIORITY);
    apply(desk.kernel, "exposure=keep");
    CHECK(controls[V4L2_CID_EXPOSURE_AUTO].value == V4L2_EXPOSURE_APERTURE_PRIORITY);
    apply(desk.kernel, "white_balance=lock");
    CHECK(controls[V4L2_CID_AUTO_WHITE_BALANCE].value == 0);
    CHECK(controls[V4L2_CID_WHITE_BALANCE_TEMPERATURE].value == 4000);
    apply(desk.kernel, "white_balance=5600,controls='brightness=77'");
    CHECK(controls[V4L2_CID_WHITE_BALANCE_TEMPERATURE].value == 5600);
    CHECK(controls[V4L2_CID_BRIGHTNESS].value == 77);

    check_throws(Errc::invalid_argument, {"exposure=900", "0.3 to 204.7"},
                 [&] { apply(desk.kernel, "exposure=900"); });
    check_throws(Errc::invalid_argument, {"no focus", "brightness"}, [&] { apply(desk.kernel, "focus=10"); });
    check_throws(Errc::invalid_argument, {"no focus=auto"}, [&] { apply(desk.kernel, "focus=auto"); });
    check_throws(Errc::invalid_argument, {"no mirror", "flip"}, [&] { apply(desk.kernel, "mirror=on"); });
    check_throws(Errc::invalid_argument, {"no setting 'sharpnes'", "brightness"},
                 [&] { apply(desk.kernel, "controls='sharpnes=3'"); });
    check_throws(Errc::invalid_argument, {"'brightness' is not name=number"},
                 [&] { apply(desk.kernel, "controls=brightness"); });
    apply(desk.kernel, "mirror=off");  // what a camera without it does anyway
    controls[V4L2_CID_HFLIP] = {0, 1, 0};
    apply(desk.kernel, "mirror=on");
    CHECK(controls[V4L2_CID_HFLIP].value == 1);
}

TEST_CASE("a setting that the camera does not take is an error, not a wish") {
    Desk desk;
    auto& controls = desk.kernel.add("/dev/video1").controls;
    controls[V4L2_CID_GAIN] = {0, 100, 50};
    controls[V4L2_CID_GAIN].writable = false;
    CHECK(check_throws(Errc::device, {"set a camera control"}, [&] { apply(desk.kernel, "gain=10"); }) ==
          EACCES);
}
