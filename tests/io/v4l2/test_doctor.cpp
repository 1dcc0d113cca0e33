// What the doctor finds on made-up machines.
#include <doctest/doctest.h>

#include <cerrno>
#include <map>

#include "fake_kernel.hpp"
#include "io/v4l2/diagnosis.hpp"
#include "io/v4l2/doctor.hpp"
#include "io/v4l2/machine.hpp"

using namespace vbg;
using namespace vbg_test;

namespace {

// A made-up kernel with made-up files.
class Machine final : public FakeKernel {
public:
    std::map<std::string, std::string> files;
    std::optional<std::string> read_file(const std::string& path) override {
        const auto at = files.find(path);
        return at == files.end() ? std::nullopt : std::optional<std::string>(at->second);
    }
    std::vector<std::string> list_folder(const std::string& path) override {
        std::vector<std::string> names;
        for (const auto& [file, text] : files)
            if (file.starts_with(path + "/") && file.find('/', path.size() + 1) == std::string::npos)
                names.push_back(file.substr(path.size() + 1));
        return names;
    }
    void load(const std::string& exclusive = "Y,N") {
        files["/sys/module/v4l2loopback/version"] = "0.12.7\n";
        files["/sys/module/v4l2loopback/parameters/exclusive_caps"] = exclusive + "\n";
        files["/sys/module/v4l2loopback/parameters/max_buffers"] = "8\n";
    }
    FakeNode& loopback(std::uint32_t caps, const std::string& path = "/dev/video20", int number = 0) {
        FakeNode& node = add(path);
        node.driver = "v4l2 loopback";
        node.card = "vbg";
        node.bus = "platform:v4l2loopback-00" + std::to_string(number);
        node.caps = caps | V4L2_CAP_STREAMING | V4L2_CAP_READWRITE;
        return node;
    }
};

bool has(const std::vector<Finding>& found, Severity severity, const std::string& text,
         const std::string& fix) {
    for (const Finding& one : found) {
        if (one.severity == severity && one.text.find(text) != std::string::npos &&
            one.fix.find(fix) != std::string::npos)
            return true;
    }
    for (const Finding& one : found)
        MESSAGE(std::string(to_string(one.severity)), ": ", one.text, " -> ", one.fix);
    return false;
}

Severity worst(const std::vector<Finding>& found) {
    Severity worst = Severity::ok;
    for (const Finding& one : found) worst = std::max(worst, one.severity);
    return worst;
}

}  // namespace

TEST_CASE("doctor: all is well with a free node of exclusive_caps=1") {
    Machine machine;
    machine.load();
    machine.loopback(V4L2_CAP_VIDEO_OUTPUT);
    const auto found = v4l2::diagnose_outlets(machine, "");
    CHECK(worst(found) == Severity::ok);
    CHECK(has(found, Severity::ok, "/dev/video20 'vbg': free to be fed", ""));
    CHECK(has(found, Severity::ok, "v4l2loopback 0.12.7 is loaded", ""));
    CHECK(machine.open_descriptors == 0);
}

TEST_CASE("doctor: no module, installed or not, and Secure Boot") {
    Machine machine;
    machine.files["/proc/sys/kernel/osrelease"] = "6.1.0-32-amd64\n";
    CHECK(has(v4l2::diagnose_outlets(machine, ""), Severity::error,
              "not installed for this kernel (6.1.0-32-amd64)", "apt install v4l2loopback-dkms"));
    machine.files["/lib/modules/6.1.0-32-amd64/modules.dep"] =
        "kernel/a.ko:\nupdates/dkms/v4l2loopback.ko: kernel/drivers/media/v4l2-core/videodev.ko\n";
    CHECK(has(v4l2::diagnose_outlets(machine, ""), Severity::error, "is not loaded",
              "sudo modprobe v4l2loopback"));
    const std::string variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    machine.files[variable] = std::string("\x06\x00\x00\x00\x01", 5);
    CHECK(v4l2::secure_boot(machine) == true);
    CHECK(has(v4l2::diagnose_outlets(machine, ""), Severity::error, "Secure Boot is on", "mokutil --import"));
    machine.files[variable] = std::string("\x06\x00\x00\x00\x00", 5);
    CHECK(v4l2::secure_boot(machine) == false);
    machine.files["/.dockerenv"] = "";
    CHECK(has(v4l2::diagnose_outlets(machine, ""), Severity::error, "container", "on the host"));
}

TEST_CASE("doctor: the module is loaded, but its node did not come into the container") {
    Machine machine;
    machine.load();
    machine.files["/run/.containerenv"] = "";
    CHECK(
        has(v4l2::diagnose_outlets(machine, ""), Severity::error, "was not passed", "--device /dev/video20"));
}

TEST_CASE("doctor: a node without exclusive_caps, by its own number") {
    Machine machine;
    machine.load("Y,N");
    machine.loopback(V4L2_CAP_VIDEO_OUTPUT);
    machine.loopback(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_CAPTURE, "/dev/video21", 1).modes = {
        {V4L2_PIX_FMT_YUYV, 1280, 720, {30}}};
    const auto found = v4l2::diagnose_outlets(machine, "");
    CHECK(has(found, Severity::warning, "/dev/video21: loaded without exclusive_caps=1", "exclusive_caps=1"));
    CHECK(has(found, Severity::info, "/dev/video21: its format is 1280x720 YUYV at 30 frames/s", ""));
    CHECK(worst(v4l2::diagnose_outlets(machine, "/dev/video20")) == Severity::ok);
}

TEST_CASE("doctor: who feeds a node, and a format that cannot be written") {
    Machine machine;
    machine.load();
    machine.holding = {{4711, "obs"}};
    machine.loopback(V4L2_CAP_VIDEO_CAPTURE).modes = {{V4L2_PIX_FMT_MJPEG, 1280, 720, {30}}};
    const auto found = v4l2::diagnose_outlets(machine, "");
    CHECK(has(found, Severity::info, "is being fed; open in obs (process 4711)", ""));
    CHECK(has(found, Severity::error, "1280x720 MJPG", "keep_format=0"));
}

TEST_CASE("doctor: capabilities lost, a camera named as a virtual camera, no right to open") {
    Machine machine;
    machine.load();
    machine.loopback(0);
    machine.add("/dev/video0").modes = {{V4L2_PIX_FMT_YUYV, 640, 480, {30}}};
    CHECK(has(v4l2::diagnose_outlets(machine, ""), Severity::warning, "without capabilities",
              "vbg-cam --sink"));
    CHECK(has(v4l2::diagnose_outlets(machine, "/dev/video0"), Severity::error, "is a camera",
              "name a virtual"));
    machine.add("/dev/video0").open_error = EACCES;
    CHECK(has(v4l2::diagnose_cameras(machine, ""), Severity::error, "group 'video'", ""));
    CHECK(has(v4l2::diagnose_outlets(machine, "/dev/video0"), Severity::error, "group 'video'",
              "usermod -aG video"));
}

TEST_CASE("doctor: a virtual camera that this user may not open is there all the same") {
    Machine machine;
    machine.load();
    machine.files["/sys/devices/virtual/video4linux/video20"] = "";
    machine.files["/sys/devices/virtual/video4linux/video20/name"] = "vbg\n";
    machine.loopback(V4L2_CAP_VIDEO_OUTPUT).open_error = EACCES;
    const auto found = v4l2::diagnose_outlets(machine, "");
    CHECK(has(found, Severity::error, "/dev/video20 cannot be opened: this user may not use it",
              "usermod -aG video"));
    for (const Finding& one : found) CHECK(one.text.find("there is no virtual camera") == std::string::npos);
    CHECK(has(v4l2::diagnose_cameras(machine, ""), Severity::warning, "there is no camera", ""));
    machine.files["/run/.containerenv"] = "";
    CHECK(has(v4l2::diagnose_outlets(machine, ""), Severity::error, "cannot be opened", "--group-add video"));
}

TEST_CASE("doctor: the command that loads the module anew keeps the nodes there are") {
    Machine machine;
    const std::string folder = "/sys/devices/virtual/video4linux/";
    const std::string one =
        "sudo modprobe -r v4l2loopback && sudo modprobe v4l2loopback video_nr=20 "
        "exclusive_caps=1 card_label=vbg max_buffers=8";
    CHECK(v4l2::reload_command(machine) == one);
    machine.files[folder + "video5"] = "";
    machine.files[folder + "video5/name"] = "OBS Virtual Camera\n";
    CHECK(v4l2::reload_command(machine) == one);
    machine.files[folder + "video20"] = "";
    machine.files[folder + "video20/name"] = "vbg\n";
    CHECK(v4l2::reload_command(machine) ==
          "sudo modprobe -r v4l2loopback && sudo modprobe v4l2loopback devices=2 video_nr=5,20 "
          "exclusive_caps=1,1 card_label=vbg1,vbg max_buffers=8");
    machine.files["/.dockerenv"] = "";
    CHECK(v4l2::reload_command(machine).starts_with("on the host: sudo"));
}

TEST_CASE("doctor: cameras and what they offer") {
    Machine machine;
    CHECK(has(v4l2::diagnose_cameras(machine, ""), Severity::warning, "no camera", "modprobe uvcvideo"));
    machine.files["/sys/module/uvcvideo/version"] = "1";
    CHECK(has(v4l2::diagnose_cameras(machine, ""), Severity::warning, "no camera", "switch"));
    machine.loopback(V4L2_CAP_VIDEO_CAPTURE);
    CHECK(has(v4l2::diagnose_cameras(machine, ""), Severity::warning, "no camera", ""));
    machine.add("/dev/video0").modes = {{V4L2_PIX_FMT_YUYV, 640, 480, {30}},
                                        {V4L2_PIX_FMT_MJPEG, 640, 480, {30}},
                                        {V4L2_PIX_FMT_MJPEG, 1920, 1080, {30}}};
    machine.add("/dev/video1").caps = V4L2_CAP_META_CAPTURE;
    machine.add("/dev/video2").modes = {{V4L2_PIX_FMT_H264, 640, 480, {30}}};
    machine.holding = {{7, "zoom"}};
    const auto found = v4l2::diagnose_cameras(machine, "");
    CHECK(has(found, Severity::ok, "MJPG up to 1920x1080 at 30 frames/s; YUYV up to 640x480 at 30 frames/s",
              ""));
    CHECK(has(found, Severity::info, "zoom (process 7)", ""));
    CHECK(has(found, Severity::warning, "/dev/video2", "--list-formats-ext"));
    CHECK(has(v4l2::diagnose_cameras(machine, "/dev/video1"), Severity::error, "metadata", "other node"));
    CHECK(machine.open_descriptors == 0);
}

TEST_CASE("what is said at run time when a call on a virtual camera fails") {
    Machine machine;
    const auto said = [&](int error) {
        return v4l2::diagnose(machine,
                              {"/dev/video20", "VIDIOC_S_FMT", "", error, v4l2::Role::virtual_camera});
    };
    const auto mentions = [](const std::string& text, const std::string& word) {
        CHECK_MESSAGE(text.find(word) != std::string::npos, "'", word, "' is not in: ", text);
    };
    mentions(said(ENOENT), "apt install v4l2loopback-dkms");
    machine.load();
    machine.loopback(V4L2_CAP_VIDEO_OUTPUT, "/dev/video21");
    mentions(said(ENOENT), "there are /dev/video21");
    machine.loopback(V4L2_CAP_VIDEO_OUTPUT);
    machine.holding = {{4711, "obs"}};
    mentions(said(EINVAL), "obs (process 4711)");
    mentions(said(EINVAL), "sudo modprobe -r v4l2loopback && sudo modprobe v4l2loopback");
    mentions(said(EBUSY), "obs (process 4711)");
    mentions(said(ENODEV), "sudo modprobe v4l2loopback");
    mentions(said(EACCES), "usermod -aG video");
    machine.holding.clear();
    mentions(said(EBUSY), "fuser");
}

TEST_CASE("doctor: the whole round on this very machine does not throw") {
    const auto found = diagnose();
    CHECK(found.size() >= 4);
    for (const Finding& one : found) {
        CHECK_FALSE(one.text.empty());
        CHECK_FALSE(one.topic.empty());
        if (one.severity >= Severity::warning) CHECK_FALSE((one.fix + one.text).empty());
    }
}
