#pragma once
/// @file weighted_grid.hpp  A picture in coarse cells, each with its colour and how much of it is known.

#include <cstddef>
#include <cstdint>
#include <vbg/context.hpp>
#include <vector>

namespace vbg {

/// A grid of cells of four floats: three colours 0..255, in the frame's byte order, times the weight; and the
/// weight, 0..1. So sums and averages of cells weigh by themselves. Reentrant.
class WeightedGrid {
public:
    /// Allocates; `width` and `height` in cells.
    void configure(int width, int height);
    [[nodiscard]] int width() const noexcept { return levels_.front().width; }
    [[nodiscard]] int height() const noexcept { return levels_.front().height; }
    [[nodiscard]] float* row(int y) noexcept { return levels_.front().row(y); }

    /// Divides by the weights: afterwards a cell holds its plain colour (the fourth float is of no meaning).
    /// Where little or nothing is known the colour comes from around, from farther off the less there is
    /// near: a pyramid of averages, each level filled in from the one above it (pull-push; Gortler et al.,
    /// "The Lumigraph", 1996). It is (P + e F) / (w + e), with P and w of the cell, F from the level above,
    /// and e = 1/1024: nothing is ever divided by zero. Where nothing is known at all it is grey 128.
    void resolve(Context& context);

private:
    struct Level {
        int width = 0, height = 0;
        std::vector<float> cells;
        [[nodiscard]] float* row(int y) noexcept {
            return cells.data() + 4 * static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
        }
    };
    std::vector<Level> levels_;
};

}  // namespace vbg
