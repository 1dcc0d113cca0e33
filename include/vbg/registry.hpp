#pragma once
/// @file registry.hpp  Every stage by its name: make one from a spec string, list them, add your own.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <vbg/compositor.hpp>
#include <vbg/effect.hpp>
#include <vbg/mask_filter.hpp>
#include <vbg/parameter.hpp>
#include <vbg/segmenter.hpp>
#include <vbg/sink.hpp>
#include <vbg/source.hpp>

namespace vbg::inline v0 {

enum class StageKind : std::int32_t {
    segmenter = 0,
    mask_filter = 1,
    effect = 2,
    compositor = 3,
    source = 4,
    sink = 5,
};
/// "segmenter", "mask_filter", ... Thread-safe.
[[nodiscard]] VBG_API std::string_view to_string(StageKind kind) noexcept;

template <class T>
using Maker = std::function<std::unique_ptr<T>(const Parameters&)>;

/// One line of the registry's table. Texts of built-in entries live as long as the program.
struct StageEntry {
    std::string_view name;
    std::string_view summary;  ///< one sentence
    std::span<const Parameter> parameters;
    /// Which maker it holds says which kind it is (same order as StageKind).
    std::variant<Maker<Segmenter>, Maker<MaskFilter>, Maker<Effect>, Maker<Compositor>, Maker<Source>,
                 Maker<Sink>>
        make;
    /// Empty where this build has it; else why not and what mends it ("not built: configure with
    /// -DVBG_MEDIA=ON"). May be null.
    std::function<std::string()> why_not{};
    /// `auto` takes the one with the highest score that is built and misses nothing; 0 = never by itself.
    int score = 0;
    /// Empty where it works with its default parameters; else what it lacks and how to get it (a model).
    /// Other parameters may make it work. May be null.
    std::function<std::string()> missing{};

    [[nodiscard]] StageKind kind() const noexcept { return static_cast<StageKind>(make.index()); }
};

/// What there is, in table order: built-in stages first, then those registered. The pointers stay valid as
/// long as the entry stays registered. Thread-safe.
[[nodiscard]] VBG_API std::vector<const StageEntry*> list_stages(StageKind kind);
/// The entry, or nullptr. Thread-safe.
[[nodiscard]] VBG_API const StageEntry* find_stage(StageKind kind, std::string_view name);
/// Adds a stage of your own; from then on its name works in every spec string of this process. The texts and
/// the parameter table must outlive the process' use of it. Throws Error{invalid_argument} when the name is
/// taken or not snake_case. Thread-safe.
VBG_API void register_stage(StageEntry entry);

/// The spec with `auto` replaced by what it stands for: for segmenters and sources the spec in the
/// environment variable VBG_SEGMENTER / VBG_SOURCE where that is set, else the best available stage with the
/// parameters given to `auto`. Every other spec comes back as it is, in canonical writing. Throws
/// Error{not_found} when nothing is available.
[[nodiscard]] VBG_API std::string resolve_auto(StageKind kind, std::string_view spec);

/// Makes a stage from "name:key=value,..."; `auto` stands for what resolve_auto() says.
/// Throws Error{not_found} (names what exists and the nearest), Error{not_built} (names the build option),
/// Error{invalid_argument} (parameters), and what making it may throw (a missing model or picture).
[[nodiscard]] VBG_API std::unique_ptr<Segmenter> make_segmenter(std::string_view spec);
[[nodiscard]] VBG_API std::unique_ptr<MaskFilter> make_mask_filter(std::string_view spec);
[[nodiscard]] VBG_API std::unique_ptr<Effect> make_effect(std::string_view spec);
[[nodiscard]] VBG_API std::unique_ptr<Compositor> make_compositor(std::string_view spec);
[[nodiscard]] VBG_API std::unique_ptr<Source> make_source(std::string_view spec);
[[nodiscard]] VBG_API std::unique_ptr<Sink> make_sink(std::string_view spec);

/// "dilate:size=10 | box_blur:size=30" -> stages in that order.
[[nodiscard]] VBG_API std::vector<std::unique_ptr<MaskFilter>> make_mask_filters(std::string_view chain);
[[nodiscard]] VBG_API std::vector<std::unique_ptr<Effect>> make_effects(std::string_view chain);

}  // namespace vbg::inline v0
