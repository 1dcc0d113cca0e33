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

}  // namespace

void list(const std::string& what, bool json) {
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
    if (!found) {
        throw vbg::Error(
            vbg::Errc::not_found,
            fmt::format("list {}: no such kind or stage; wanted sources, segmenters, filters, effects, "
                        "compositors, sinks, presets, or a name that `vbg-cam list` shows",
                        what));
    }
    if (json) fmt::print("{}\n", out.dump(2));
}

}  // namespace cam
