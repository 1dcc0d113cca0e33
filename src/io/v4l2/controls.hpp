#pragma once
/// @file controls.hpp  Camera settings: exposure, focus, white balance, gain, mirror, and any other by its
/// name.

#include <optional>
#include <string>
#include <vector>

#include <vbg/parameter.hpp>

#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

/// The parameters below, for a source's table.
inline constexpr Parameter kExposureParameter{
    "exposure", ParameterType::number,
    "keep",     "shutter time, or: as it is, by the camera, held where it is",
    "ms",       0.1,
    10000,      "keep|auto|lock"};
inline constexpr Parameter kFocusParameter{
    "focus", ParameterType::number,
    "keep",  "focus in the camera's own steps, or: as it is, by the camera, held",
    "",      0,
    1e6,     "keep|auto|lock"};
inline constexpr Parameter kWhiteBalanceParameter{
    "white_balance",
    ParameterType::number,
    "keep",
    "colour temperature, or: as it is, by the camera, held where it is",
    "K",
    1000,
    20000,
    "keep|auto|lock"};
inline constexpr Parameter kGainParameter{
    "gain", ParameterType::number,
    "keep", "gain in the camera's own steps, or: as it is, by the camera, held",
    "",     0,
    1e6,    "keep|auto|lock"};
inline constexpr Parameter kMirrorParameter{
    "mirror", ParameterType::choice,
    "keep",   "whether the camera itself flips the picture left to right",
    "",       0,
    0,        "keep|on|off"};
inline constexpr Parameter kControlsParameter{
    "controls", ParameterType::text, "keep",
    "other settings by the names v4l2-ctl --list-ctrls shows, as in brightness=120;power_line_frequency=1"};

/// What a source's parameters ask of the camera.
struct Settings {
    /// A number, or one of its words.
    struct Value {
        std::string word = "keep";  ///< keep, auto, lock, or empty: the number
        double number = 0;
    };
    Value exposure, focus, white_balance, gain;
    std::string mirror = "keep";
    struct Named {
        std::string name;
        std::int32_t value = 0;
    };
    std::vector<Named> others;
};

/// Reads them. Throws Error{invalid_argument} where `controls` is not name=number;name=number.
Settings read_settings(const Parameters& parameters);

/// Sets what is asked for and reads it back. Throws Error{invalid_argument} where the camera has no such
/// setting (naming those it has), or took another value than one inside its range; a value outside the range
/// is an Error{invalid_argument} with the range. Error{device} as node calls do.
void apply_settings(const VideoNode& node, const Settings& settings);

/// A setting as it stands, for lists.
struct ControlInfo {
    std::uint32_t id = 0;
    std::string name;  ///< "white_balance_automatic", as v4l2-ctl writes it
    std::int32_t min = 0, max = 0, step = 0, value = 0;
};
/// All settings that hold a number, a switch or a menu's choice.
std::vector<ControlInfo> list_controls(const VideoNode& node);

}  // namespace vbg::v4l2
