#include "effect/weighted_grid.hpp"

#include <algorithm>

#include "effect/frame_rows.hpp"

namespace vbg {

namespace {

constexpr float kFaint = 1.0F / 1024;  // far below the weight of anything that is seen, far above rounding
constexpr float kUnknown = 128;        // where there is no background at all

/// Average of up to 2x2 cells; what lies outside counts as unknown.
void shrink_row(const float* upper, const float* lower, int source_width, float* to, int width) {
    for (int x = 0; x < width; ++x) {
        const bool pair = 2 * x + 1 < source_width;
        for (int c = 0; c < 4; ++c) {
            const int at = 8 * x + c;
            float sum = upper[at] + (pair ? upper[at + 4] : 0.0F);
            if (lower != nullptr) sum += lower[at] + (pair ? lower[at + 4] : 0.0F);
            to[4 * x + c] = 0.25F * sum;
        }
    }
}

void resolve_cell(float* cell, const float (&from_above)[3]) {
    const float scale = 1.0F / (cell[3] + kFaint);
    for (int c = 0; c < 3; ++c) cell[c] = (cell[c] + kFaint * from_above[c]) * scale;
}

/// Cells of one row from the coarser level's two nearest rows, linearly: 3/4 of the nearer, 1/4 of the other.
void resolve_row(float* row, int width, const float* near, const float* far, int coarse_width) {
    for (int x = 0; x < width; ++x) {
        const int at = 4 * (x / 2);
        const int beside = 4 * std::clamp(x % 2 == 0 ? x / 2 - 1 : x / 2 + 1, 0, coarse_width - 1);
        float above[3];
        for (int c = 0; c < 3; ++c) {
            above[c] = 0.75F * (0.75F * near[at + c] + 0.25F * near[beside + c]) +
                       0.25F * (0.75F * far[at + c] + 0.25F * far[beside + c]);
        }
        resolve_cell(row + 4 * x, above);
    }
}

}  // namespace

void WeightedGrid::configure(int width, int height) {
    levels_.clear();
    for (;;) {
        Level& level = levels_.emplace_back();
        level.width = width;
        level.height = height;
        level.cells.assign(4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0.0F);
        if (width == 1 && height == 1) break;
        width = (width + 1) / 2;
        height = (height + 1) / 2;
    }
}

void WeightedGrid::resolve(Context& context) {
    for (std::size_t i = 1; i < levels_.size(); ++i) {
        Level& fine = levels_[i - 1];
        Level& coarse = levels_[i];
        context.parallel_rows(coarse.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const float* lower = 2 * y + 1 < fine.height ? fine.row(2 * y + 1) : nullptr;
                shrink_row(fine.row(2 * y), lower, fine.width, coarse.row(y), coarse.width);
            }
        });
    }
    constexpr float kNothing[3] = {kUnknown, kUnknown, kUnknown};
    resolve_cell(levels_.back().row(0), kNothing);
    for (std::size_t i = levels_.size() - 1; i > 0; --i) {
        Level& fine = levels_[i - 1];
        Level& coarse = levels_[i];
        context.parallel_rows(fine.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const int beside = std::clamp(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1, 0, coarse.height - 1);
                resolve_row(fine.row(y), fine.width, coarse.row(y / 2), coarse.row(beside), coarse.width);
            }
        });
    }
}

}  // namespace vbg
