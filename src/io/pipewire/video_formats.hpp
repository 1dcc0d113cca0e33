#pragma once
/// @file video_formats.hpp  The only place that knows PipeWire's names of pixel formats, and how frames lie
/// in its buffers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <vbg/parameter.hpp>
#include <vbg/types.hpp>

namespace vbg::pipewire {

/// PipeWire's number of a pixel format, and what it is here. One of ours may have several names there: with
/// an alpha that is always 255, bgra8 is also its BGRx.
struct VideoFormat {
    PixelFormat pixel = PixelFormat::unknown;
    std::uint32_t spa = 0;  ///< enum spa_video_format
};

/// What is offered to readers, the likeliest first. `pixel` unknown: every format whose frames need no other
/// size than width x height. Thread-safe.
[[nodiscard]] std::vector<VideoFormat> offered_formats(PixelFormat pixel, int width, int height);
/// Ours for PipeWire's number; unknown for one that is never offered. Thread-safe.
[[nodiscard]] PixelFormat pixel_format_of(std::uint32_t spa) noexcept;

/// The largest size no larger than the given one for which every reader finds the planes of `pixel` in the
/// same places: planar formats have no agreed padding, so their rows must need none. A side is 0 where
/// nothing fits. Thread-safe.
[[nodiscard]] Size fitting_size(PixelFormat pixel, int width, int height) noexcept;

/// All planes one after the other in one block; rows begin at multiples of four bytes, as readers that look
/// at no strides take for granted.
struct Layout {
    PixelFormat format = PixelFormat::unknown;
    int width = 0, height = 0;
    ColorSpec color{};
    std::array<std::size_t, 3> offset{};  ///< bytes from the start, of each plane
    std::array<std::size_t, 3> stride{};  ///< bytes from row to row, of each plane
    std::size_t bytes = 0;                ///< of a whole frame
};
[[nodiscard]] Layout layout_of(PixelFormat format, int width, int height, ColorSpec color) noexcept;
/// A view of a buffer of at least layout.bytes.
[[nodiscard]] FrameView view_of(const Layout& layout, std::byte* memory) noexcept;

}  // namespace vbg::pipewire
