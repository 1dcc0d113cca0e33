#pragma once
/// @file params.hpp  What a camera and its readers tell each other, in PipeWire's own words (SPA "pods").

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "io/pipewire/video_formats.hpp"

struct spa_pod;

namespace vbg::pipewire {

/// What readers are promised.
struct Promise {
    PixelFormat format = PixelFormat::unknown;  ///< unknown: any that they like
    int width = 0, height = 0;                  ///< pixels
    int fps_above = 30, fps_below = 1;          ///< frames a second, as a fraction
    ColorSpec color{};                          ///< of YUV

    [[nodiscard]] double fps() const noexcept { return static_cast<double>(fps_above) / fps_below; }
};

/// A list of pods together with the memory they lie in. Not movable: pods point into it.
class ParamList {
public:
    ParamList() = default;
    ParamList(const ParamList&) = delete;
    ParamList& operator=(const ParamList&) = delete;

    /// One offer for each format, the likeliest first (EnumFormat).
    void offer(const Promise& promise);
    /// Once a format is agreed: how large buffers are, and that each has a header with its time and number.
    void describe_buffers(const Layout& layout);

    [[nodiscard]] const spa_pod** data() noexcept { return pods_.data(); }
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(pods_.size()); }

private:
    std::array<std::uint8_t, 8192> memory_{};
    std::vector<const spa_pod*> pods_;
};

/// The layout that an agreed format means; empty where it is none of those that were offered.
[[nodiscard]] std::optional<Layout> agreed_layout(const spa_pod* format, const Promise& promise);

}  // namespace vbg::pipewire
