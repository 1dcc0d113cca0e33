#pragma once
/// @file preset.hpp  Ready-made sets of stages.

#include <span>
#include <string_view>

#include <vbg/export.hpp>

namespace vbg::inline v0 {

/// Spec strings and chains, as one would write them by hand.
struct Preset {
    std::string_view name;
    std::string_view summary;
    std::string_view segmenter;   ///< used where none is named
    std::string_view filters;     ///< chain; empty = none
    std::string_view foreground;  ///< chain; empty = none
    std::string_view background;  ///< chain used where none is named; empty = black
};

/// All presets. They live as long as the program. Thread-safe.
[[nodiscard]] VBG_API std::span<const Preset> list_presets() noexcept;
/// Throws Error{not_found} that names those that exist.
[[nodiscard]] VBG_API const Preset& find_preset(std::string_view name);

}  // namespace vbg::inline v0
