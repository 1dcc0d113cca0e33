#include "list.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vbg/vbg.hpp>

namespace cam {

namespace {

struct Kind {
    const char* plural;
    const char* title;
    vbg::StageKind kind;
};

constexpr std::array kKinds{
    Kind{"sources", "Sources", vbg::StageKind::source},
    Kind{"segmenters", "Segmenters", vbg::StageKind::segmenter},
    Kind{"filters", "Mask filters", vbg::StageKind::mask_filter},
    Kind{"effects", "Effects (background and foreground)", vbg::StageKind::effect},
    Kind{"compositors", "Compositors", vbg::StageKind::compositor},
    Kind{"sinks", "Sinks", vbg::StageKind::sink},
};

std::string reason(const vbg::StageEntry& entry) { return entry.why_not ? entry.why_not() : std::string(); }

std::string missing(const vbg::StageEntry& entry) { return entry.missing ? entry.missing() : std::string(); }

/// "integer 1..255 px", "one of cover|contain", ...
std::string type_text(const vbg::Parameter& p) {
    std::string text(p.type == vbg::ParameterType::choice ? "one of" : vbg::to_string(p.type));
    const bool numeric = p.type == vbg::ParameterType::integer || p.type == vbg::ParameterType::number;
    if (numeric && (std::isfinite(p.min) || std::isfinite(p.max))) {
        text += std::isfinite(p.min) ? fmt::format(" {}..", p.min) : " ..";
        if (std::isfinite(p.max)) text += fmt::format("{}", p.max);
    }
    if (!p.unit.empty()) text += fmt::format(" {}", p.unit);
    if (!p.choices.empty()) text += fmt::format("{} {}", numeric ? ", or one of" : "", p.choices);
    return text;
}

void print_stage(const vbg::StageEntry& entry) {
    fmt::print("  {}\n      {}\n", entry.name, entry.summary);
    if (const std::string why = reason(entry); !why.empty()) fmt::print("      NOT AVAILABLE: {}\n", why);
    if (const std::string what = missing(entry); !what.empty()) fmt::print("      LACKS: {}\n", what);
    for (const auto& p : entry.parameters) {
        const std::string value = p.required                ? "required"
                                  : p.default_value.empty() ? "default: empty"
                                                            : fmt::format("default: {}", p.default_value);
        fmt::print("      {:<18} {} ({}; {})\n", p.name, p.help, type_text(p), value);
    }
}

void print_preset(const vbg::Preset& preset) {
    fmt::print("  {}\n      {}\n", preset.name, preset.summary);
    const auto part = [](const char* name, std::string_view text) {
        if (!text.empty()) fmt::print("      {:<18} {}\n", name, text);
    };
    part("segmenter", preset.segmenter);
    part("filters", preset.filters);
    part("foreground", preset.foreground);
    part("background", preset.background);
}

nlohmann::json to_json(const vbg::StageEntry& entry) {
    nlohmann::json parameters = nlohmann::json::array();
    for (const auto& p : entry.parameters) {
        nlohmann::json one{{"name", p.name},
                           {"type", vbg::to_string(p.type)},
                           {"default", p.default_value},
                           {"help", p.help},
                           {"unit", p.unit},
                           {"choices", p.choices},
                           {"required", p.required}};
        if (std::isfinite(p.min)) one["min"] = p.min;
        if (std::isfinite(p.max)) one["max"] = p.max;
        parameters.push_back(std::move(one));
    }
    const std::string why = reason(entry);
    return {{"name", entry.name},
            {"kind", vbg::to_string(entry.kind())},
            {"summary", entry.summary},
            {"available", why.empty()},
            {"why_not", why},
            {"missing", missing(entry)},
            {"parameters", std::move(parameters)}};
}

nlohmann::json to_json(const vbg::Preset& preset) {
    return {
        {"name", preset.name},       {"summary", preset.summary},       {"segmenter", preset.segmenter},
        {"filters", preset.filters}, {"foreground", preset.foreground}, {"background", preset.background}};
}

/// "30, 15 frames/s".
std::string rates_text(const std::vector<double>& rates) {
    std::string text;
    for (const double rate : rates) text += fmt::format("{}{:.4g}", text.empty() ? "" : ", ", rate);
    return text.empty() ? "rate not said" : text + " frames/s";
}

void print_camera(const vbg::Camera& camera) {
    fmt::print("  {}\n      {} ({}, {}{})\n", camera.node, camera.name, camera.driver, camera.bus,
               camera.is_virtual ? ", virtual" : "");
    if (!camera.by_id.empty()) fmt::print("      {}\n", camera.by_id);
    for (const vbg::CameraMode& mode : camera.modes) {
        if (!mode.readable) continue;
        const std::string from =
            mode.min_width < mode.width ? fmt::format("{}x{} to ", mode.min_width, mode.min_height) : "";
        fmt::print("      {:<18} {}{}x{}, {}\n", mode.format, from, mode.width, mode.height,
                   rates_text(mode.rates));
    }
    std::string controls;
    for (const vbg::CameraControl& control : camera.controls)
        controls += fmt::format("{}{}={}", controls.empty() ? "" : ";", control.name, control.value);
    if (!controls.empty()) fmt::print("      {:<18} {}\n", "controls", controls);
}

nlohmann::json to_json(const vbg::Camera& camera) {
    nlohmann::json modes = nlohmann::json::array(), controls = nlohmann::json::array();
    for (const vbg::CameraMode& m : camera.modes) {
        modes.push_back({{"format", m.format},
                         {"width", m.width},
                         {"height", m.height},
                         {"min_width", m.min_width},
                         {"min_height", m.min_height},
                         {"rates", m.rates},
                         {"readable", m.readable}});
    }
    for (const vbg::CameraControl& c : camera.controls)
        controls.push_back(
            {{"name", c.name}, {"min", c.min}, {"max", c.max}, {"step", c.step}, {"value", c.value}});
    return {{"node", camera.node},       {"name", camera.name},
            {"by_id", camera.by_id},     {"driver", camera.driver},
            {"bus", camera.bus},         {"virtual", camera.is_virtual},
            {"modes", std::move(modes)}, {"controls", std::move(controls)}};
}

nlohmann::json to_json(const vbg::DeviceInfo& device) {
    return {{"name", device.name}, {"summary", device.summary}, {"why_not", device.why_not}};
}

void print_device(const vbg::DeviceInfo& device) {
    fmt::print("  {}\n      {}\n", device.name, device.summary);
    if (!device.why_not.empty()) fmt::print("      NOT AVAILABLE: {}\n", device.why_not);
}

/// Where steps can run.
void list_devices(bool json, nlohmann::json& out) {
    if (!json) fmt::print("Devices\n");
    for (const vbg::DeviceInfo& device : vbg::list_devices()) {
        if (json) {
            out["devices"].push_back(to_json(device));
        } else {
            print_device(device);
        }
    }
}

/// The machine's cameras, and what keeps the others from being asked.
void list_cameras(bool json) {
    std::vector<std::string> problems;
    const auto cameras = vbg::list_cameras(&problems);
    if (json) {
        nlohmann::json out{{"cameras", nlohmann::json::array()}, {"problems", problems}};
        for (const vbg::Camera& camera : cameras) out["cameras"].push_back(to_json(camera));
        fmt::print("{}\n", out.dump(2));
        return;
    }
    fmt::print("Cameras\n");
    for (const vbg::Camera& camera : cameras) print_camera(camera);
    for (const std::string& problem : problems) fmt::print("  NOT AVAILABLE: {}\n", problem);
    if (cameras.empty() && problems.empty())
        fmt::print("  none: plug one in, or load its driver with: sudo modprobe uvcvideo\n");
}

}  // namespace

void list(const std::string& what, bool json) {
    if (what == "cameras") return list_cameras(json);
    nlohmann::json out = nlohmann::json::object();
    bool found = false;
    for (const Kind& kind : kKinds) {
        bool titled = false;
        for (const vbg::StageEntry* entry : vbg::list_stages(kind.kind)) {
            if (!what.empty() && what != kind.plural && what != entry->name) continue;
            found = true;
            if (json) {
                out[kind.plural].push_back(to_json(*entry));
                continue;
            }
            if (!titled) fmt::print("{}\n", kind.title);
            titled = true;
            print_stage(*entry);
        }
    }
    for (const vbg::Preset& preset : vbg::list_presets()) {
        if (!what.empty() && what != "presets" && what != preset.name) continue;
        if (json) {
            out["presets"].push_back(to_json(preset));
        } else {
            if (what != preset.name && &preset == vbg::list_presets().data()) fmt::print("Presets\n");
            print_preset(preset);
        }
        found = true;
    }
    if (what.empty() || what == "devices") {
        list_devices(json, out);
        found = true;
    }
    if (!found) {
        throw vbg::Error(
            vbg::Errc::not_found,
            fmt::format(
                "list {}: no such kind or stage; wanted cameras, sources, segmenters, filters, effects, "
                "compositors, sinks, presets, devices, or a name that `vbg-cam list` shows",
                what));
    }
    if (json) fmt::print("{}\n", out.dump(2));
}

}  // namespace cam
