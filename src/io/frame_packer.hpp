#pragma once
/// @file frame_packer.hpp  Frames as one row of bytes without padding, in a pixel format of choice.

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <vbg/frame.hpp>
#include <vbg/parameter.hpp>

namespace vbg {

class FramePacker {
public:
    FramePacker() = default;
    /// For frames like `from`, to be packed as `format`. `color` says what YUV numbers shall mean. Every byte
    /// string begins with `prefix`. Allocates; pack() does not.
    FramePacker(const FrameSpec& from, PixelFormat format, ColorSpec color, std::string_view prefix);
    /// The bytes are valid until the next call.
    [[nodiscard]] std::span<const std::byte> pack(const ConstFrameView& frame);

private:
    bool same_ = false;  ///< nothing to convert, only padding to take away
    std::size_t prefix_ = 0;
    Frame converted_;
    FrameView target_{};
    std::vector<std::byte> packed_;
};

/// Frames a second as a fraction: 30 -> 30:1, 29.97 -> 30000:1001, 12.5 -> 25:2. Rates within a hundredth of
/// a percent of N * 1000 / 1001 are taken as those of NTSC. `fps` > 0. Thread-safe.
[[nodiscard]] std::pair<int, int> fps_fraction(double fps);

/// Table lines and their values for sinks that write YUV.
inline constexpr Parameter kMatrixParameter{
    "matrix", ParameterType::choice, "bt601", "what YUV numbers mean", "", 0, 0, "bt601|bt709"};
inline constexpr Parameter kRangeParameter{
    "range",   ParameterType::choice,
    "limited", "of YUV numbers: limited is 16 to 235 (luma) and 16 to 240 (chroma)",
    "",        0,
    0,         "limited|full"};
inline constexpr Parameter kSinkFpsParameter{
    "fps",      ParameterType::number,
    "auto",     "frames a second; auto: as the source says, 30 where it does not know",
    "frames/s", 0.1,
    1000,       "auto"};
[[nodiscard]] ColorSpec color_of(const Parameters& parameters);
/// The rate to write: what `parameter` (0 = auto) says, else the source's, else 30.
[[nodiscard]] double sink_fps(double parameter, const FrameSpec& wanted) noexcept;

}  // namespace vbg
