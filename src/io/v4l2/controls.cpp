#include "io/v4l2/controls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

namespace vbg::v4l2 {

namespace {

/// "White Balance, Automatic" -> "white_balance_automatic": letters and digits, the rest as single
/// underscores.
std::string control_name(std::string_view label) {
    std::string name;
    for (const char c : label) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!name.empty() && name.back() != '_') {
            name += '_';
        }
    }
    while (!name.empty() && name.back() == '_') name.pop_back();
    return name;
}

/// One setting of Settings, and the controls that make it.
struct Knob {
    std::string_view parameter;
    std::uint32_t value_id, auto_id;
    double units;                         ///< steps of the control to one of the parameter's unit
    std::vector<std::int32_t> automatic;  ///< auto_id's values for "by the camera", the first it has is taken
    std::int32_t manual;                  ///< and for "held"
};

[[noreturn]] void lacks(const VideoNode& node, std::string_view parameter, std::string_view advice) {
    std::string names;
    for (const ControlInfo& control : list_controls(node))
        names += fmt::format("{}{}", names.empty() ? "" : ", ", control.name);
    throw Error(Errc::invalid_argument,
                fmt::format("v4l2: {}: this camera has no {}{}; it has {}", node.path(), parameter, advice,
                            names.empty() ? "no settings at all" : names));
}

/// Sets one control, checked against its range, and reads it back.
void set_checked(const VideoNode& node, const v4l2_queryctrl& control, std::string_view parameter,
                 double wanted, double units) {
    const double raw = std::round(wanted * units);
    if (raw < control.minimum || raw > control.maximum) {
        throw Error(Errc::invalid_argument,
                    fmt::format("v4l2: {}: {}={}: this camera takes {} to {}", node.path(), parameter, wanted,
                                control.minimum / units, control.maximum / units));
    }
    const auto value = static_cast<std::int32_t>(raw);
    node.set_control(control.id, value);
    const std::int32_t got = node.get_control(control.id);
    // Steps between values are rounded by the driver; anything farther off was not taken.
    if (std::abs(static_cast<double>(got) - value) > std::max(1, control.step)) {
        throw Error(Errc::invalid_argument, fmt::format("v4l2: {}: {}={}: the camera set {} instead",
                                                        node.path(), parameter, wanted, got / units));
    }
}

/// Whether a switch or menu takes a value.
bool takes(const VideoNode& node, const v4l2_queryctrl& control, std::int32_t value) {
    if (control.type == V4L2_CTRL_TYPE_MENU) return node.has_menu_entry(control.id, value);
    return value >= control.minimum && value <= control.maximum;
}

void set_quietly(const VideoNode& node, std::uint32_t id, std::int32_t value) {
    v4l2_control control{id, value};
    node.attempt(VIDIOC_S_CTRL, &control);
}

void turn(const VideoNode& node, const Knob& knob, const Settings::Value& wanted) {
    if (wanted.word == "keep") return;
    const auto value = node.find_control(knob.value_id), mode = node.find_control(knob.auto_id);
    if (!mode && (wanted.word == "auto" || !value))
        lacks(node, fmt::format("{}={}", knob.parameter, wanted.word), "");
    if (wanted.word == "auto") {
        for (const std::int32_t entry : knob.automatic) {
            if (!takes(node, *mode, entry)) continue;
            node.set_control(knob.auto_id, entry);
            return;
        }
        lacks(node, fmt::format("automatic {}", knob.parameter), "");
    }
    // Holding what it has now: some cameras fall back to an old value when the automatic ends.
    const bool keep_value = wanted.word == "lock" && value.has_value();
    const std::int32_t now = keep_value ? node.get_control(knob.value_id) : 0;
    if (mode && takes(node, *mode, knob.manual)) node.set_control(knob.auto_id, knob.manual);
    if (keep_value && now >= value->minimum && now <= value->maximum) set_quietly(node, knob.value_id, now);
    if (wanted.word == "lock") return;
    if (!value) lacks(node, knob.parameter, " that takes a number");
    set_checked(node, *value, knob.parameter, wanted.number, knob.units);
}

Settings::Value value_of(const Parameters& parameters, std::string_view name) {
    if (parameters.is_word(name)) return {parameters.text(name), 0};
    return {"", parameters.number(name)};
}

void set_named(const VideoNode& node, const Settings::Named& wanted) {
    for (const ControlInfo& control : list_controls(node)) {
        if (control.name == wanted.name) {
            const auto found = node.find_control(control.id);
            if (found) set_checked(node, *found, wanted.name, wanted.value, 1);
            return;
        }
    }
    lacks(node, fmt::format("setting '{}'", wanted.name), "");
}

}  // namespace

Settings read_settings(const Parameters& parameters) {
    Settings settings;
    settings.exposure = value_of(parameters, "exposure");
    settings.focus = value_of(parameters, "focus");
    settings.white_balance = value_of(parameters, "white_balance");
    settings.gain = value_of(parameters, "gain");
    settings.mirror = parameters.text("mirror");
    std::string_view rest = parameters.text("controls");
    if (rest == "keep") rest = {};
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        if (one.empty()) continue;
        const std::size_t equals = one.find('=');
        Settings::Named named;
        const char* end = one.data() + one.size();
        const auto result = equals == std::string_view::npos
                                ? std::from_chars_result{nullptr, std::errc::invalid_argument}
                                : std::from_chars(one.data() + equals + 1, end, named.value);
        if (result.ec != std::errc() || result.ptr != end || equals == 0) {
            throw Error(Errc::invalid_argument,
                        fmt::format("v4l2: controls: '{}' is not name=number; wanted for instance "
                                    "controls='brightness=120;power_line_frequency=1'",
                                    one));
        }
        named.name = one.substr(0, equals);
        settings.others.push_back(std::move(named));
    }
    return settings;
}

void apply_settings(const VideoNode& node, const Settings& settings) {
    turn(node,
         {"exposure",
          V4L2_CID_EXPOSURE_ABSOLUTE,
          V4L2_CID_EXPOSURE_AUTO,
          10,
          {V4L2_EXPOSURE_APERTURE_PRIORITY, V4L2_EXPOSURE_AUTO},
          V4L2_EXPOSURE_MANUAL},
         settings.exposure);
    turn(node, {"focus", V4L2_CID_FOCUS_ABSOLUTE, V4L2_CID_FOCUS_AUTO, 1, {1}, 0}, settings.focus);
    turn(node, {"white_balance", V4L2_CID_WHITE_BALANCE_TEMPERATURE, V4L2_CID_AUTO_WHITE_BALANCE, 1, {1}, 0},
         settings.white_balance);
    turn(node, {"gain", V4L2_CID_GAIN, V4L2_CID_AUTOGAIN, 1, {1}, 0}, settings.gain);
    if (settings.mirror != "keep") {
        if (const auto flip = node.find_control(V4L2_CID_HFLIP)) {
            set_checked(node, *flip, "mirror", settings.mirror == "on" ? 1 : 0, 1);
        } else if (settings.mirror == "on") {
            lacks(node, "mirror", " (the effect 'flip' mirrors any picture)");
        }
    }
    for (const auto& named : settings.others) set_named(node, named);
}

std::vector<ControlInfo> list_controls(const VideoNode& node) {
    std::vector<ControlInfo> found;
    v4l2_queryctrl one{};
    one.id = V4L2_CTRL_FLAG_NEXT_CTRL;
    // A driver that never ends its list is stopped.
    for (int i = 0; i < 1024 && node.attempt(VIDIOC_QUERYCTRL, &one) == 0; ++i) {
        const bool readable = (one.flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_WRITE_ONLY)) == 0;
        const bool plain = one.type == V4L2_CTRL_TYPE_INTEGER || one.type == V4L2_CTRL_TYPE_BOOLEAN ||
                           one.type == V4L2_CTRL_TYPE_MENU || one.type == V4L2_CTRL_TYPE_INTEGER_MENU;
        v4l2_control value{one.id, 0};
        if (readable && plain && node.attempt(VIDIOC_G_CTRL, &value) == 0) {
            const char* label = reinterpret_cast<const char*>(one.name);
            found.push_back({one.id, control_name({label, ::strnlen(label, sizeof one.name)}), one.minimum,
                             one.maximum, one.step, value.value});
        }
        one.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    }
    return found;
}

}  // namespace vbg::v4l2
