#pragma once
/// @file morphology_kernels.hpp  Rows of maxima and minima, with the widest vectors this CPU has.

#include <cstdint>

namespace vbg::mask {

enum class Extremum { max, min };

/// Longest side of a structuring element, pixels.
inline constexpr int kMaxElement = 255;

/// What pixels outside the picture count as: nothing, that is 0 for a maximum and 255 for a minimum.
constexpr std::uint8_t neutral(Extremum what) noexcept {
    return what == Extremum::max ? std::uint8_t{0} : std::uint8_t{255};
}

/// out[x] = extremum of in[x - left .. x - left + size - 1], the part inside [0, width). out may be in.
void slide_extremum(Extremum what, const std::uint8_t* in, std::uint8_t* out, int width, int size, int left);

/// out[x] = extremum(a[x], b[x]). out may be a or b. The rows that are read need kRowSlack behind them.
void merge_extremum(Extremum what, const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out,
                    int width);

/// running = extremum(running, next); out = extremum(running, tail): one row of a sliding window. All but
/// `out` need kRowSlack behind them.
void step_extremum(Extremum what, std::uint8_t* running, const std::uint8_t* next, const std::uint8_t* tail,
                   std::uint8_t* out, int width);

/// One row of a flat structuring element: `length` pixels from column `start` on.
struct Chord {
    int start = 0, length = 0;
    int row = 0;  ///< which row of the element
};

/// Adds the row `in` to the results it takes part in: for each chord, in ascending order of length,
/// results[chord.row][x] = extremum(itself, in[x - left + start .. + length - 1]). Null results are left out.
/// `size` is the element's width. Rows of results need kRowSlack (plane.hpp) behind them and 64-byte
/// alignment.
void spread_chords(Extremum what, const std::uint8_t* in, int width, int size, int left, const Chord* chords,
                   int count, std::uint8_t* const* results);

}  // namespace vbg::mask
