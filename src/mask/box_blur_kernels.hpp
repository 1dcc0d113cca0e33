#pragma once
/// @file box_blur_kernels.hpp  Sliding sums of rows and columns, in integers.

#include <cstdint>

namespace vbg::mask {

/// out[x] = sum of in[x - left .. x - left + size - 1], mirrored at the ends. `out` needs kRowSlack behind
/// it.
void slide_sum(const std::uint8_t* in, std::uint16_t* out, int width, int size, int left);

/// sums[x] += row[x]. Rows need kRowSlack behind them.
void add_row(std::uint32_t* sums, const std::uint16_t* row, int width);

/// sums[x] += newest[x] - oldest[x]; out[x] = sums[x] * scale, rounded down. With sums that started at half
/// the window's area this is the mean rounded to nearest. `narrow`: no row sum is above 32767.
/// All but `out` need kRowSlack behind them.
void step_mean(std::uint32_t* sums, const std::uint16_t* newest, const std::uint16_t* oldest,
               std::uint8_t* out, int width, float scale, bool narrow);

}  // namespace vbg::mask
