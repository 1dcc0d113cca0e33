#pragma once
/// @file feather_kernels.hpp  Symmetric filters, halving and doubling of rows of 16-bit grey values.
///
/// Values are grey levels times 64 (0 .. 16320). Weights are times 32768.

#include <cstddef>
#include <cstdint>

namespace vbg::mask {

/// Fraction bits of a value.
inline constexpr int kGreyBits = 6;
/// Most pixels a filter may reach to each side.
inline constexpr int kMaxReach = 28;

/// weights[0] is the middle's, weights[i] that of the pixels i to the left and right.
struct Symmetric {
    std::int16_t weights[kMaxReach + 1] = {};
    int reach = 0;
};

/// Widens bytes to values.
void widen(const std::uint8_t* in, std::int16_t* out, int width);
/// out[x] = filtered in; `in` may be read from -reach to width + reach + one vector, `out` has kRowSlack.
void filter_row(const std::int16_t* in, std::int16_t* out, int width, const Symmetric& filter);
/// A strip of columns, `rows` rows of them: out row y from in rows y - reach .. y + reach. Strides in items;
/// rows have kRowSlack.
void filter_columns(const std::int16_t* in, std::ptrdiff_t in_stride, std::int16_t* out,
                    std::ptrdiff_t out_stride, int width, int rows, const Symmetric& filter);
/// The same, rounded to bytes on the way. `out` needs no slack.
void filter_columns(const std::int16_t* in, std::ptrdiff_t in_stride, std::uint8_t* out,
                    std::ptrdiff_t out_stride, int width, int rows, const Symmetric& filter);
/// Values to bytes, rounded.
void narrow(const std::int16_t* in, std::uint8_t* out, int width);

/// Mean of 2 x 2 bytes as values: out has (width + 1) / 2; an odd last column counts twice.
void halve(const std::uint8_t* above, const std::uint8_t* below, std::int16_t* out, int width);
/// Mean of 2 x 2 values.
void halve(const std::int16_t* above, const std::int16_t* below, std::int16_t* out, int width);
/// One row at twice the resolution: 3/4 of the nearest and 1/4 of the next nearest, both ways. `width` is
/// that of `out`; the rows read have (width + 1) / 2 values and kRowSlack.
void double_row(const std::int16_t* nearest, const std::int16_t* next, std::int16_t* out, int width);

}  // namespace vbg::mask
