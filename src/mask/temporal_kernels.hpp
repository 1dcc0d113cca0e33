#pragma once
/// @file temporal_kernels.hpp  Inner loops of the temporal filter.

#include <cstdint>

namespace vbg::mask {

/// Sides of the cells that brightness is compared in, pixels.
inline constexpr int kCell = 4;

/// brightness[i] = mean of (b + 2 g + r) / 4 over cell i of two rows of 3-byte pixels, times 32. The order of
/// red and blue does not matter. The last cell repeats the last pixel.
void cell_brightness(const std::uint8_t* row, const std::uint8_t* other_row, std::uint16_t* brightness,
                     int width);

/// state += gain * (alpha - state), with alpha and state times 128 and gain times 32768; out = state as
/// alpha.
void follow(const std::uint8_t* alpha, std::int16_t* state, const std::int16_t* gain, std::uint8_t* out,
            int width);

}  // namespace vbg::mask
