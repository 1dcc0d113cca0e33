// Cameras and findings as C structs. What the library finds is replaced by what stands here: this program's
// vbg::list_cameras() and vbg::diagnose() come before the library's own.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vbg/vbg.hpp>

#include "capi.hpp"

namespace {

bool throws = false;
vbg::DoctorOptions asked;

}  // namespace

namespace vbg::inline v0 {

VBG_API std::vector<Camera> list_cameras(std::vector<std::string>* problems) {
    if (throws) throw std::bad_alloc();
    problems->assign({"/dev/video3: no permission", "/dev/video4: gone"});
    Camera first;
    first.node = "/dev/video0";
    first.name = "Built-in";
    first.by_id = "/dev/v4l/by-id/built-in";
    first.driver = "uvcvideo";
    first.bus = "usb-1";
    first.modes = {{"mjpeg", 1920, 1080, 0, 0, {60, 29.97}, true}, {"H264", 640, 480, 32, 16, {}, false}};
    first.controls = {{"brightness", -64, 64, 2, 10}};
    Camera second;
    second.node = "/dev/video2";
    second.is_virtual = true;
    return {first, second};
}

VBG_API std::vector<Finding> diagnose(const DoctorOptions& options) {
    asked = options;
    return {{Severity::ok, "model", "is there", ""},
            {Severity::error, "camera", "held by cheese", "close it"}};
}

}  // namespace vbg::inline v0

TEST_CASE("cameras with their modes and controls") {
    vbg_camera_list* list = nullptr;
    REQUIRE(vbg_camera_list_create(&list) == VBG_OK);
    std::uint32_t count = 0;
    CHECK(vbg_camera_list_count(list, &count) == VBG_OK);
    REQUIRE(count == 2);

    vbg_camera_info camera = VBG_STRUCT(vbg_camera_info);
    REQUIRE(vbg_camera_list_get(list, 0, &camera) == VBG_OK);
    CHECK(std::string_view(camera.node) == "/dev/video0");
    CHECK(std::string_view(camera.name) == "Built-in");
    CHECK(std::string_view(camera.by_id) == "/dev/v4l/by-id/built-in");
    CHECK(std::string_view(camera.driver) == "uvcvideo");
    CHECK(std::string_view(camera.bus) == "usb-1");
    CHECK(camera.is_virtual == 0);
    CHECK(camera.mode_count == 2);
    CHECK(camera.control_count == 1);

    vbg_camera_mode mode = VBG_STRUCT(vbg_camera_mode);
    REQUIRE(vbg_camera_list_get_mode(list, 0, 0, &mode) == VBG_OK);
    CHECK(std::string_view(mode.format) == "mjpeg");
    CHECK(mode.readable == 1);
    CHECK(mode.width == 1920);
    CHECK(mode.height == 1080);
    REQUIRE(mode.rate_count == 2);
    CHECK(mode.rates[0] == 60);
    CHECK(mode.rates[1] == 29.97);
    REQUIRE(vbg_camera_list_get_mode(list, 0, 1, &mode) == VBG_OK);
    CHECK(mode.readable == 0);
    CHECK(mode.min_width == 32);
    CHECK(mode.min_height == 16);
    CHECK(mode.rate_count == 0);
    CHECK(mode.rates != nullptr);
    vbg_camera_control control = VBG_STRUCT(vbg_camera_control);
    REQUIRE(vbg_camera_list_get_control(list, 0, 0, &control) == VBG_OK);
    CHECK(std::string_view(control.name) == "brightness");
    CHECK(control.min == -64);
    CHECK(control.max == 64);
    CHECK(control.step == 2);
    CHECK(control.value == 10);

    REQUIRE(vbg_camera_list_get(list, 1, &camera) == VBG_OK);
    CHECK(camera.is_virtual == 1);
    CHECK(std::string_view(camera.by_id).empty());
    CHECK(vbg_camera_list_get(list, 2, &camera) == VBG_ERROR_NOT_FOUND);
    CHECK(camera.node == nullptr);
    CHECK(vbg_camera_list_get_mode(list, 1, 0, &mode) == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_camera_list_get_mode(list, 7, 0, &mode) == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_test::message().find("camera 7") != std::string::npos);
    CHECK(vbg_camera_list_get_control(list, 0, 1, &control) == VBG_ERROR_NOT_FOUND);

    char* problems = nullptr;
    CHECK(vbg_camera_list_problems(list, &problems) == VBG_OK);
    CHECK(vbg_test::own(problems) == "/dev/video3: no permission\n/dev/video4: gone");
    vbg_camera_list_destroy(list);
    CHECK(vbg_camera_list_count(list, &count) == VBG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("findings") {
    vbg_diagnosis_options options = VBG_STRUCT(vbg_diagnosis_options);
    options.sink = "/dev/video20";
    vbg_diagnosis* diagnosis = nullptr;
    REQUIRE(vbg_diagnosis_create(&options, &diagnosis) == VBG_OK);
    CHECK(asked.sink == "/dev/video20");
    CHECK(asked.source.empty());
    std::uint32_t count = 0;
    CHECK(vbg_diagnosis_count(diagnosis, &count) == VBG_OK);
    CHECK(count == 2);
    vbg_finding finding = VBG_STRUCT(vbg_finding);
    REQUIRE(vbg_diagnosis_get(diagnosis, 1, &finding) == VBG_OK);
    CHECK(finding.severity == VBG_SEVERITY_ERROR);
    CHECK(std::string_view(finding.topic) == "camera");
    CHECK(std::string_view(finding.text) == "held by cheese");
    CHECK(std::string_view(finding.fix) == "close it");
    CHECK(vbg_diagnosis_get(diagnosis, 2, &finding) == VBG_ERROR_NOT_FOUND);
    vbg_diagnosis_destroy(diagnosis);

    options.source = "/dev/video1";
    REQUIRE(vbg_diagnosis_create(&options, &diagnosis) == VBG_OK);
    CHECK(asked.source == "/dev/video1");
    vbg_diagnosis_destroy(diagnosis);
    REQUIRE(vbg_diagnosis_create(nullptr, &diagnosis) == VBG_OK);
    CHECK(asked.sink.empty());
    vbg_diagnosis_destroy(diagnosis);
}

TEST_CASE("a list that cannot be made") {
    throws = true;
    auto* list = reinterpret_cast<vbg_camera_list*>(1);
    CHECK(vbg_camera_list_create(&list) == VBG_ERROR_OUT_OF_MEMORY);
    CHECK(list == nullptr);
    throws = false;
    CHECK(vbg_camera_list_create(nullptr) == VBG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("severities have names") {
    CHECK(std::string_view(vbg_severity_name(VBG_SEVERITY_OK)) == "ok");
    CHECK(std::string_view(vbg_severity_name(VBG_SEVERITY_ERROR)) == "error");
    CHECK(std::string_view(vbg_severity_name(4)) == "unknown");
    CHECK(std::string_view(vbg_severity_name(-1)) == "unknown");
}
