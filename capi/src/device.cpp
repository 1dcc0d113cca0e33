// vbg/c/device.h: where stages can work, the cameras of this machine, and what keeps virtual ones from
// working.
#include <string>

#include "objects.hpp"
#include "structs.hpp"

using namespace vbg::capi;

namespace {

static_assert(VBG_SEVERITY_OK == static_cast<int>(vbg::Severity::ok));
static_assert(VBG_SEVERITY_INFO == static_cast<int>(vbg::Severity::info));
static_assert(VBG_SEVERITY_WARNING == static_cast<int>(vbg::Severity::warning));
static_assert(VBG_SEVERITY_ERROR == static_cast<int>(vbg::Severity::error));

using UseDevices = Use<DeviceListObject>;
using UseCameras = Use<CameraListObject>;
using UseDiagnosis = Use<DiagnosisObject>;

// Texts stay the list's: they live as long as it does.
vbg_device_info to_c(const vbg::DeviceInfo& device) {
    auto c = own_struct<vbg_device_info>();
    c.device_type = static_cast<int32_t>(device.device.type);
    c.device_index = device.device.index;
    c.name = device.name.c_str();
    c.summary = device.summary.c_str();
    c.why_not = device.why_not.c_str();
    return c;
}

vbg_camera_info to_c(const vbg::Camera& camera) {
    auto c = own_struct<vbg_camera_info>();
    c.is_virtual = camera.is_virtual ? 1 : 0;
    c.node = camera.node.c_str();
    c.name = camera.name.c_str();
    c.by_id = camera.by_id.c_str();
    c.driver = camera.driver.c_str();
    c.bus = camera.bus.c_str();
    c.mode_count = static_cast<uint32_t>(camera.modes.size());
    c.control_count = static_cast<uint32_t>(camera.controls.size());
    return c;
}

vbg_camera_mode to_c(const vbg::CameraMode& mode) {
    static constexpr double kNone = 0;
    auto c = own_struct<vbg_camera_mode>();
    c.readable = mode.readable ? 1 : 0;
    c.format = mode.format.c_str();
    c.width = mode.width;
    c.height = mode.height;
    c.min_width = mode.min_width;
    c.min_height = mode.min_height;
    c.rates = mode.rates.empty() ? &kNone : mode.rates.data();
    c.rate_count = static_cast<uint32_t>(mode.rates.size());
    return c;
}

vbg_camera_control to_c(const vbg::CameraControl& control) {
    auto c = own_struct<vbg_camera_control>();
    c.name = control.name.c_str();
    c.min = control.min;
    c.max = control.max;
    c.step = control.step;
    c.value = control.value;
    return c;
}

vbg_finding to_c(const vbg::Finding& finding) {
    auto c = own_struct<vbg_finding>();
    c.severity = static_cast<int32_t>(finding.severity);
    c.topic = finding.topic.c_str();
    c.text = finding.text.c_str();
    c.fix = finding.fix.c_str();
    return c;
}

/// An entry that fills in one struct from a list.
template <class Object, class Struct, class Get>
vbg_status give_from(const char* function, typename Object::Handle* list, const char* what, Struct* out,
                     Get&& get) {
    return give(function, out, [&] {
        const Use<Object> use(list, what, Access::anybody);
        return to_c(get(*use));
    });
}

}  // namespace

extern "C" {

vbg_status vbg_device_list_create(vbg_device_list** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            auto made = std::make_shared<DeviceListObject>();
            made->devices = vbg::list_devices();
            *out = publish(std::move(made));
        },
        out);
}

void vbg_device_list_destroy(vbg_device_list* list) { destroy<DeviceListObject>(__func__, list); }

vbg_status vbg_device_list_count(vbg_device_list* list, uint32_t* out) {
    return guard(
        __func__,
        [&] {
            const UseDevices use(list, "list", Access::anybody);
            *need(out, "out") = static_cast<uint32_t>(use->devices.size());
        },
        out);
}

vbg_status vbg_device_list_get(vbg_device_list* list, uint32_t index, vbg_device_info* out) {
    return give_from<DeviceListObject>(
        __func__, list, "list",
        out, [&](const DeviceListObject& l) -> const auto& { return at(l.devices, index, "device"); });
}

vbg_status vbg_camera_list_create(vbg_camera_list** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            auto made = std::make_shared<CameraListObject>();
            made->cameras = vbg::list_cameras(&made->problems);
            *out = publish(std::move(made));
        },
        out);
}

void vbg_camera_list_destroy(vbg_camera_list* list) { destroy<CameraListObject>(__func__, list); }

vbg_status vbg_camera_list_count(vbg_camera_list* list, uint32_t* out) {
    return guard(
        __func__,
        [&] {
            const UseCameras use(list, "list", Access::anybody);
            *need(out, "out") = static_cast<uint32_t>(use->cameras.size());
        },
        out);
}

vbg_status vbg_camera_list_get(vbg_camera_list* list, uint32_t index, vbg_camera_info* out) {
    return give_from<CameraListObject>(
        __func__, list, "list",
        out, [&](const CameraListObject& l) -> const auto& { return at(l.cameras, index, "camera"); });
}

vbg_status vbg_camera_list_get_mode(vbg_camera_list* list, uint32_t camera, uint32_t index,
                                    vbg_camera_mode* out) {
    return give_from<CameraListObject>(
        __func__, list, "list", out, [&](const CameraListObject& l) -> const auto& {
            return at(at(l.cameras, camera, "camera").modes, index, "mode");
        });
}

vbg_status vbg_camera_list_get_control(vbg_camera_list* list, uint32_t camera, uint32_t index,
                                       vbg_camera_control* out) {
    return give_from<CameraListObject>(
        __func__, list, "list", out, [&](const CameraListObject& l) -> const auto& {
            return at(at(l.cameras, camera, "camera").controls, index, "control");
        });
}

vbg_status vbg_camera_list_problems(vbg_camera_list* list, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const UseCameras use(list, "list", Access::anybody);
            std::string text;
            for (const std::string& line : use->problems) text += (text.empty() ? "" : "\n") + line;
            *out = make_text(text);
        },
        out);
}

const char* vbg_severity_name(int32_t severity) {
    if (severity < VBG_SEVERITY_OK || severity > VBG_SEVERITY_ERROR) return "unknown";
    return vbg::to_string(static_cast<vbg::Severity>(severity)).data();
}

vbg_status vbg_diagnosis_create(const vbg_diagnosis_options* options, vbg_diagnosis** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const vbg_diagnosis_options c = read_optional_struct(options, "options");
            vbg::DoctorOptions wanted;
            if (c.sink != nullptr) wanted.sink = c.sink;
            if (c.source != nullptr) wanted.source = c.source;
            auto made = std::make_shared<DiagnosisObject>();
            made->findings = vbg::diagnose(wanted);
            *out = publish(std::move(made));
        },
        out);
}

void vbg_diagnosis_destroy(vbg_diagnosis* diagnosis) { destroy<DiagnosisObject>(__func__, diagnosis); }

vbg_status vbg_diagnosis_count(vbg_diagnosis* diagnosis, uint32_t* out) {
    return guard(
        __func__,
        [&] {
            const UseDiagnosis use(diagnosis, "diagnosis", Access::anybody);
            *need(out, "out") = static_cast<uint32_t>(use->findings.size());
        },
        out);
}

vbg_status vbg_diagnosis_get(vbg_diagnosis* diagnosis, uint32_t index, vbg_finding* out) {
    return give_from<DiagnosisObject>(
        __func__, diagnosis, "diagnosis",
        out, [&](const DiagnosisObject& d) -> const auto& { return at(d.findings, index, "finding"); });
}

}  // extern "C"
