#pragma once
/// @file blur_rows.hpp  The row arithmetic of the background blur, in the widest SIMD the CPU has.

#include <cstddef>
#include <cstdint>

namespace vbg::blur_rows {

/// Sums over pairs of pixels, in four planes: the three bytes of a pixel, each times its weight, and
/// 255 times the weight. The sums of pairs 0, 2, 4, ... lie before those of pairs 1, 3, 5, ...
struct PairSums {
    std::uint32_t* first = nullptr;  ///< 4 planes of 2 * half numbers
    std::size_t half = 0;            ///< (pairs + 1) / 2, rounded up so that whole vectors fit
    [[nodiscard]] std::uint32_t& at(std::size_t plane, std::size_t pair) const noexcept {
        return first[(2 * plane + pair % 2) * half + pair / 2];
    }
};
/// `half` for a row of this many pixels.
[[nodiscard]] std::size_t half_for(std::size_t pixels) noexcept;

/// sums (more ? +=  : =) one row, each pixel with the weight 255 - alpha.
void add_pairs(const std::uint8_t* pixels, const std::uint8_t* alpha, std::size_t count, bool more,
               const PairSums& sums);

/// One row of a running box sum down a picture: sum += entering - leaving; out = (sum + ends * (before +
/// after)) * scale. Null rows are zero. For `count` floats.
void box_row(float* sum, const float* entering, const float* leaving, const float* before, const float* after,
             float ends, float scale, float* out, std::size_t count);

/// The same along a row of cells of four floats: `in` has radius + 1 zero cells before and after its `cells`.
void box_cells(const float* in, int radius, float ends, float scale, float* out, std::size_t cells);

/// Weighted mean of two rows: (a * (16 - t) + b * t + 8) / 16, t 0..16, values up to 4080.
void lerp_row(const std::uint16_t* a, const std::uint16_t* b, unsigned t, std::uint16_t* out,
              std::size_t count);

/// Enlarges a row `factor` times (2, 4 or 8) by linear interpolation between cell centres. Values have 4
/// binary places; in[-1] and in[count] must be there. Writes factor * count bytes.
void enlarge_row(const std::uint16_t* in, std::size_t count, int factor, std::uint8_t* out);

/// Three planes -> pixels.
void join_row(const std::uint8_t* first, const std::uint8_t* second, const std::uint8_t* third,
              std::uint8_t* pixels, std::size_t count);

}  // namespace vbg::blur_rows
