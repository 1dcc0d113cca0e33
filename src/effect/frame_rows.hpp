#pragma once
/// @file frame_rows.hpp  Rows of a packed frame as bytes, and what the effects share about them.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vbg/types.hpp>

#include "effect/rows.hpp"

namespace vbg {

inline constexpr int kGrainRows = 16;  ///< fewer rows are not worth waking a thread for

inline const std::uint8_t* bytes(const ConstFrameView& frame, int y) noexcept {
    return reinterpret_cast<const std::uint8_t*>(frame.row(y));
}
inline std::uint8_t* bytes(const FrameView& frame, int y) noexcept {
    return reinterpret_cast<std::uint8_t*>(frame.row(y));
}
inline const std::uint8_t* bytes(const ConstMaskView& mask, int y) noexcept {
    return reinterpret_cast<const std::uint8_t*>(mask.row(y));
}

inline rows::Order order_of(PixelFormat format) noexcept {
    return format == PixelFormat::bgr8 ? rows::Order::blue_first : rows::Order::red_first;
}

/// Where blue is among a pixel's three bytes.
inline int blue_at(PixelFormat format) noexcept { return format == PixelFormat::bgr8 ? 0 : 2; }

/// Bytes of picture in a row of 3-byte pixels.
inline std::size_t row_size(const ConstFrameView& frame) noexcept {
    return static_cast<std::size_t>(frame.width) * 3;
}

}  // namespace vbg
