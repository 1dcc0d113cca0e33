#pragma once
/// @file background_blur_pixel.hpp  Blur of the background without the person's colours, as
/// src/effect/blur.cpp and weighted_grid.cpp (which say how it works); within one level of them, since sums
/// are made in another order.
///
/// All but the first and last step work on cells of 1, 2, 4 or 8 pixels squared. Boxes are summed cell by
/// cell: their radius is small where cells are many.

#include "cuda/sink_pixel.hpp"

namespace vbg {
namespace cuda {

/// Three colours 0..255 times the weight, and the weight 0..1.
struct alignas(16) Cell {
    float at[4];
};
using Cells = Rows<Cell>;

/// Of 2 radius + 1 cells, and the next one on either side by a share of `ends`; times `scale`.
struct BoxShape {
    int radius = 0;
    float ends = 0, scale = 1;
};

/// One cell a thread, from its pixels; the outermost ones lie beyond the frame and are empty. Moves 4 bytes a
/// pixel (3 where the matte does not count), and 16 a cell.
struct GatherCell {
    ConstBytes layer, alpha;  ///< alpha.data null: nobody is left out
    Cells out;
    int width, height, factor;

    VBG_HD void operator()(int cell_x, int cell_y) const {
        const int first_x = (cell_x - 1) * factor, first_y = (cell_y - 1) * factor;
        int sum[4] = {0, 0, 0, 0};
        for (int y = at_least(first_y, 0); y < at_most(first_y + factor, height); ++y) {
            for (int x = at_least(first_x, 0); x < at_most(first_x + factor, width); ++x) {
                const int weight = alpha.data != nullptr ? 255 - alpha.at(x, y) : 255;
                const std::uint8_t* p = layer.row(y) + 3 * x;
                for (int c = 0; c < 3; ++c) sum[c] += weight * p[c];
                sum[3] += weight;
            }
        }
        const float scale = 1.0F / (255.0F * static_cast<float>(factor * factor));
        Cell& cell = out.at(cell_x, cell_y);
        for (int c = 0; c < 4; ++c) cell.at[c] = static_cast<float>(sum[c]) * scale;
    }
};

/// One cell a thread: a box along rows or down columns. What an earlier box carried beyond the borders may
/// come back with the next one, so `in` and `out` begin at cells before 0. Moves 16 * (2 radius + 3) bytes a
/// cell from the cache, and 16.
struct BoxCell {
    Cells in, out;
    int in_begin, in_end, out_begin;  ///< in cells along the box's axis
    bool down;
    BoxShape box;

    VBG_HD Cell value(int along, int across) const {
        if (along < in_begin || along >= in_end) return {{0, 0, 0, 0}};
        return down ? in.at(across, along - in_begin) : in.at(along - in_begin, across);
    }
    VBG_HD void operator()(int x, int y) const {
        const int along = out_begin + (down ? y : x), across = down ? x : y, r = box.radius;
        Cell sum = value(along - r, across);
        for (int k = 1 - r; k <= r; ++k) {
            const Cell cell = value(along + k, across);
            for (int c = 0; c < 4; ++c) sum.at[c] += cell.at[c];
        }
        const Cell before = value(along - r - 1, across), after = value(along + r + 1, across);
        for (int c = 0; c < 4; ++c) {
            sum.at[c] = (sum.at[c] + box.ends * (before.at[c] + after.at[c])) * box.scale;
        }
        out.at(x, y) = sum;
    }
};

/// The mean of up to 2 x 2 cells; what lies outside counts as unknown. Moves 16 bytes a cell, and 4.
struct ShrinkCells {
    Cells in, out;
    int in_width, in_height;
    VBG_HD void operator()(int x, int y) const {
        Cell sum{{0, 0, 0, 0}};
        for (int i = 0; i < 4; ++i) {
            const int from_x = 2 * x + i % 2, from_y = 2 * y + i / 2;
            if (from_x >= in_width || from_y >= in_height) continue;
            for (int c = 0; c < 4; ++c) sum.at[c] += in.at(from_x, from_y).at[c];
        }
        for (float& value : sum.at) value *= 0.25F;
        out.at(x, y) = sum;
    }
};

/// Divides by the weight; where little is known the colour comes from the coarser level (3/4 of its nearest
/// cell, 1/4 of the next, both ways), or is grey 128 where there is none. Moves 32 bytes a cell, and 4.
struct ResolveCells {
    Cells cells, coarse;  ///< coarse.data null: this is the coarsest level
    int coarse_width, coarse_height;
    VBG_HD static int beside(int i, int n) { return within(i % 2 == 0 ? i / 2 - 1 : i / 2 + 1, 0, n - 1); }
    VBG_HD void operator()(int x, int y) const {
        constexpr float kFaint = 1.0F / 1024, kUnknown = 128;
        Cell& cell = cells.at(x, y);
        const float scale = 1.0F / (cell.at[3] + kFaint);
        for (int c = 0; c < 3; ++c) {
            float above = kUnknown;
            if (coarse.data != nullptr) {
                const int next_x = beside(x, coarse_width), next_y = beside(y, coarse_height);
                above =
                    0.75F * (0.75F * coarse.at(x / 2, y / 2).at[c] + 0.25F * coarse.at(next_x, y / 2).at[c]) +
                    0.25F *
                        (0.75F * coarse.at(x / 2, next_y).at[c] + 0.25F * coarse.at(next_x, next_y).at[c]);
            }
            cell.at[c] = (cell.at[c] + kFaint * above) * scale;
        }
    }
};

/// One pixel a thread, by linear interpolation between the centres of cells in whole numbers. Moves the
/// sink's bytes, and 16 a cell.
struct EnlargeCells {
    Cells cells;
    PixelSink out;
    int factor;

    /// A colour with 4 binary places.
    VBG_HD int fine(int x, int y, int c) const {
        const float value = cells.at(x, y).at[c] * 16.0F + 0.5F;
        return static_cast<int>(fminf(fmaxf(value, 0.0F), 4080.0F));
    }
    VBG_HD void operator()(int x, int y) const {
        Color3 color;
        if (factor == 1) {
            for (int c = 0; c < 3; ++c) {
                color.at[c] = cut_to_byte(static_cast<int>(fmaxf(cells.at(x + 1, y + 1).at[c] + 0.5F, 0.0F)));
            }
            return out.put(x, y, color);
        }
        // How far from its cell's centre the pixel lies, in sixteenths of a cell; so much of the next one.
        const int right = (2 * (x % factor) + 1) * 8 / factor - 8,
                  down = (2 * (y % factor) + 1) * 8 / factor - 8;
        const int x0 = x / factor + 1, y0 = y / factor + 1;
        const int x1 = x0 + (right < 0 ? -1 : 1), y1 = y0 + (down < 0 ? -1 : 1);
        const int across = right < 0 ? -right : right, along = down < 0 ? -down : down;
        for (int c = 0; c < 3; ++c) {
            const int here = (fine(x0, y0, c) * (16 - along) + fine(x0, y1, c) * along + 8) >> 4;
            const int beside = (fine(x1, y0, c) * (16 - along) + fine(x1, y1, c) * along + 8) >> 4;
            color.at[c] = static_cast<std::uint8_t>((here * (16 - across) + beside * across + 128) >> 8);
        }
        out.put(x, y, color);
    }
};

/// Most levels of the pyramid of cells: sides to 2^15.
constexpr int kMostLevels = 16;

struct BackgroundBlurPlan {
    int width = 0, height = 0, factor = 1;  ///< pixels; pixels a cell has each way
    BoxShape box;
    int levels = 0;
    int columns[kMostLevels] = {}, rows[kMostLevels] = {};  ///< cells; [0] has one beyond each border
    ScratchPlan scratch;
    ScratchPlan::Part<Cell> cells[kMostLevels], wide, narrow;  ///< the last two are for the boxes

    BackgroundBlurPlan() = default;
    BackgroundBlurPlan(int w, int h, int cell, const BoxShape& shape)
        : width(w), height(h), factor(cell), box(shape) {
        int x = div_up(w, factor) + 2, y = div_up(h, factor) + 2;
        const int more = 2 * (box.radius + 1);
        wide = scratch.add<Cell>(x + 2 * more, y + 2 * more);
        narrow = scratch.add<Cell>(x + more, y + more);
        for (;; x = div_up(x, 2), y = div_up(y, 2)) {
            columns[levels] = x;
            rows[levels] = y;
            cells[levels++] = scratch.add<Cell>(x, y);
            if (x == 1 && y == 1) break;
        }
    }
};

/// Three boxes one after the other along one axis, from the cells into themselves.
template <class Launcher>
void box_cells(const BackgroundBlurPlan& plan, void* scratch, bool down, Launcher&& launcher) {
    const Cells cells = plan.cells[0].in(scratch), wide = plan.wide.in(scratch),
                narrow = plan.narrow.in(scratch);
    const int columns = plan.columns[0], rows = plan.rows[0], n = down ? rows : columns,
              m = plan.box.radius + 1;
    const auto box = [&](Cells in, int in_more, Cells out, int out_more) {
        launcher.items(columns + (down ? 0 : 2 * out_more), rows + (down ? 2 * out_more : 0),
                       BoxCell{in, out, -in_more, n + in_more, -out_more, down, plan.box});
    };
    box(cells, 0, wide, 2 * m);
    box(wide, 2 * m, narrow, m);
    box(narrow, m, cells, 0);
}

/// `alpha` without data: nobody is left out. out may be layer.
template <class Launcher>
void background_blur(const BackgroundBlurPlan& plan, void* scratch, ConstBytes layer, ConstBytes alpha,
                     const PixelSink& out, Launcher&& launcher) {
    const auto level = [&](int i) { return plan.cells[i].in(scratch); };
    launcher.items(plan.columns[0], plan.rows[0],
                   GatherCell{layer, alpha, level(0), plan.width, plan.height, plan.factor});
    box_cells(plan, scratch, false, launcher);
    box_cells(plan, scratch, true, launcher);
    for (int i = 1; i < plan.levels; ++i) {
        launcher.items(plan.columns[i], plan.rows[i],
                       ShrinkCells{level(i - 1), level(i), plan.columns[i - 1], plan.rows[i - 1]});
    }
    for (int i = plan.levels - 1; i >= 0; --i) {
        const bool coarsest = i == plan.levels - 1;
        launcher.items(plan.columns[i], plan.rows[i],
                       ResolveCells{level(i), coarsest ? Cells{} : level(i + 1),
                                    coarsest ? 0 : plan.columns[i + 1], coarsest ? 0 : plan.rows[i + 1]});
    }
    launcher.items(plan.width, plan.height, EnlargeCells{level(0), out, plan.factor});
}

}  // namespace cuda
}  // namespace vbg
