#pragma once
/// @file guided_filter_pixel.hpp  The guided filter, as src/mask/guided_filter.cpp (which says how it works);
/// within one level of it, since sums are rounded elsewhere.
///
/// All but the first and last step work on cells of 1, 2, 4 or 8 pixels squared, of which there are few;
/// their windows are summed value by value, from the cache, along rows and then down columns. So sums do not
/// drift.

#include "cuda/words.hpp"
#include "mask/border.hpp"

namespace vbg {
namespace cuda {

template <int kPlanes>
struct FloatPlanes {
    Rows<float> plane[kPlanes];
    VBG_HD float& at(int i, int x, int y) const { return plane[i].at(x, y); }
};

/// Guide and matte of one cell, 0..1.
template <int kChannels>
struct CellValues {
    float guide[kChannels], matte;
};

/// What is summed for a cell, times its weight: 1, guide, matte, guide * matte, matte^2, products of
/// channels.
constexpr int statistics_of(int channels) {
    return 1 + channels + 1 + channels + 1 + channels * (channels + 1) / 2;
}

/// Means over one cell a thread; what lies beyond the frame repeats its edge. Moves 4 bytes a pixel, and 16 a
/// cell.
template <int kChannels>
struct ShrinkCell {
    ConstBytes guide, matte;
    int width, height, cell;
    bool reversed;  ///< the guide's channels come last to first
    FloatPlanes<kChannels + 1> out;

    VBG_HD void operator()(int cell_x, int cell_y) const {
        int sum[3] = {0, 0, 0}, alpha = 0;
        for (int i = 0; i < cell; ++i) {
            const int y = at_most(cell_y * cell + i, height - 1);
            for (int k = 0; k < cell; ++k) {
                const int x = at_most(cell_x * cell + k, width - 1);
                const std::uint8_t* p = guide.row(y) + 3 * x;
                for (int c = 0; c < 3; ++c) sum[c] += p[reversed ? 2 - c : c];
                alpha += matte.at(x, y);
            }
        }
        const float scale = 1.0F / (255.0F * static_cast<float>(cell * cell));
        if (kChannels == 1) {
            out.at(0, cell_x, cell_y) = static_cast<float>(sum[0] + 2 * sum[1] + sum[2]) * (scale / 4);
        } else {
            for (int c = 0; c < kChannels; ++c)
                out.at(c, cell_x, cell_y) = static_cast<float>(sum[c]) * scale;
        }
        out.at(kChannels, cell_x, cell_y) = static_cast<float>(alpha) * scale;
    }
};

/// One cell a thread: the statistics of 2 reach + 1 cells of its row, mirrored at the ends. Moves 16 * (2
/// reach + 1) bytes a cell from the cache, and 60.
template <int kChannels>
struct SumStatistics {
    static constexpr int kCount = statistics_of(kChannels);
    FloatPlanes<kChannels + 1> in;
    FloatPlanes<kCount> out;
    int width, reach;
    float confidence;

    VBG_HD void add(const CellValues<kChannels>& v, float* sum) const {
        const float unsure = 4 * (v.matte - v.matte * v.matte);  // 1 - (2 p - 1)^2
        const float weight = fmaxf(1 - confidence * unsure, 0.01F);
        int i = 0;
        sum[i++] += weight;
        for (int c = 0; c < kChannels; ++c) sum[i++] += weight * v.guide[c];
        sum[i++] += weight * v.matte;
        for (int c = 0; c < kChannels; ++c) sum[i++] += weight * v.guide[c] * v.matte;
        sum[i++] += weight * v.matte * v.matte;
        for (int c = 0; c < kChannels; ++c) {
            for (int k = c; k < kChannels; ++k) sum[i++] += weight * v.guide[c] * v.guide[k];
        }
    }
    VBG_HD void operator()(int x, int y) const {
        float sum[kCount] = {};
        for (int k = x - reach; k <= x + reach; ++k) {
            const int from = k >= 0 && k < width ? k : mask::reflect_101(k, width);
            CellValues<kChannels> values;
            for (int c = 0; c < kChannels; ++c) values.guide[c] = in.at(c, from, y);
            values.matte = in.at(kChannels, from, y);
            add(values, sum);
        }
        for (int i = 0; i < kCount; ++i) out.at(i, x, y) = sum[i];
    }
};

/// Adds up kCount planes over the rows around y, mirrored beyond the frame.
template <int kCount>
VBG_HD inline void sum_rows(const FloatPlanes<kCount>& in, int x, int y, int height, int reach, float* sum) {
    for (int i = 0; i < kCount; ++i) sum[i] = 0;
    for (int k = y - reach; k <= y + reach; ++k) {
        const int from = k >= 0 && k < height ? k : mask::reflect_101(k, height);
        for (int i = 0; i < kCount; ++i) sum[i] += in.at(i, x, from);
    }
}

/// Symmetric positive definite 3 x 3 (s: 00 01 02 11 12 22) or 1 x 1 system by LDL'.
template <int kChannels>
VBG_HD inline void solve_system(const float* s, const float* rhs, float floor, float* a) {
    if constexpr (kChannels == 1) {
        a[0] = rhs[0] / s[0];
    } else {
        const float l10 = s[1] / s[0], l20 = s[2] / s[0];
        const float d1 = fmaxf(s[3] - l10 * s[1], floor);
        const float t12 = s[4] - l10 * s[2];
        const float l21 = t12 / d1;
        const float d2 = fmaxf(s[5] - l20 * s[2] - l21 * t12, floor);
        const float y1 = rhs[1] - l10 * rhs[0];
        const float y2 = rhs[2] - l20 * rhs[0] - l21 * y1;
        a[2] = y2 / d2;
        a[1] = y1 / d1 - l21 * a[2];
        a[0] = rhs[0] / s[0] - l10 * a[1] - l20 * a[2];
    }
}

/// One window a thread: the matte's fit by the guide, as slopes and offset times the window's weight, and
/// that. Moves 60 * (2 reach + 1) bytes a cell from the cache, and 20.
template <int kChannels>
struct FitWindow {
    static constexpr int kCount = statistics_of(kChannels), kPairs = kChannels * (kChannels + 1) / 2;
    FloatPlanes<kCount> in;
    FloatPlanes<kChannels + 2> out;
    int height, reach;
    float eps;

    VBG_HD void operator()(int x, int y) const {
        float mean[kCount];
        sum_rows(in, x, y, height, reach, mean);
        const float weight = mean[0];
        for (int i = 1; i < kCount; ++i) mean[i] *= 1 / weight;
        const float* guide = mean + 1;
        const float* with_matte = guide + kChannels + 1;
        const float* pairs = with_matte + kChannels + 1;
        const float p = guide[kChannels];
        float covariance[kChannels], sigma[kPairs], slope[kChannels];
        for (int c = 0, i = 0; c < kChannels; ++c) {
            covariance[c] = with_matte[c] - guide[c] * p;
            for (int k = c; k < kChannels; ++k, ++i) {
                sigma[i] = pairs[i] - guide[c] * guide[k];
                if (c == k) sigma[i] = fmaxf(sigma[i], 0) + eps;
            }
        }
        solve_system<kChannels>(sigma, covariance, 0.5F * eps, slope);
        // A flat matte has nothing to explain; rounding must not tilt it.
        const bool varies = with_matte[kChannels] - p * p > 2e-6F;
        float offset = p;
        for (int c = 0; c < kChannels; ++c) {
            const float a = varies ? slope[c] : 0;
            offset -= a * guide[c];
            out.at(c, x, y) = a * weight;
        }
        out.at(kChannels, x, y) = offset * weight;
        out.at(kChannels + 1, x, y) = weight;
    }
};

/// One cell a thread: sums of fits along its row. Moves 20 * (2 reach + 1) bytes a cell from the cache,
/// and 20.
template <int kChannels>
struct SumFits {
    FloatPlanes<kChannels + 2> in, out;
    int width, reach;
    VBG_HD void operator()(int x, int y) const {
        for (int i = 0; i < kChannels + 2; ++i) {
            float sum = 0;
            for (int k = x - reach; k <= x + reach; ++k) {
                sum += in.at(i, k >= 0 && k < width ? k : mask::reflect_101(k, width), y);
            }
            out.at(i, x, y) = sum;
        }
    }
};

/// One cell a thread: the mean fit of the windows that it lies in. Moves 20 * (2 reach + 1) bytes a cell from
/// the cache, and 16.
template <int kChannels>
struct AverageFits {
    FloatPlanes<kChannels + 2> in;
    FloatPlanes<kChannels + 1> out;
    int height, reach;
    VBG_HD void operator()(int x, int y) const {
        float sum[kChannels + 2];
        sum_rows(in, x, y, height, reach, sum);
        for (int i = 0; i <= kChannels; ++i) out.at(i, x, y) = sum[i] * (1 / sum[kChannels + 1]);
    }
};

/// Weights of the cell before, the pixel's own and the next one, for each pixel of a cell: what doubling the
/// resolution again and again, with 3/4 and 1/4, comes to.
struct ExpandWeights {
    float of[8][3] = {};
    explicit ExpandWeights(int cell) {
        of[0][1] = 1;
        for (int n = 1; n < cell; n *= 2) {
            float fine[8][3] = {};
            for (int i = 0; i < 2 * n; ++i) {
                const int here = i / 2, next = i % 2 == 0 ? here - 1 : here + 1;
                for (int k = 0; k < 3; ++k) {
                    // The pixel beside the cell belongs to the cell before or after: its weights, one
                    // further.
                    float beside = 0;
                    if (next >= 0 && next < n) {
                        beside = of[next][k];
                    } else if (next < 0 && k < 2) {
                        beside = of[n - 1][k + 1];
                    } else if (next >= n && k > 0) {
                        beside = of[0][k - 1];
                    }
                    fine[i][k] = 0.75F * of[here][k] + 0.25F * beside;
                }
            }
            for (int i = 0; i < 2 * n; ++i) {
                for (int k = 0; k < 3; ++k) of[i][k] = fine[i][k];
            }
        }
    }
};

/// One pixel a thread: the mean fit at its place, applied to its colour. Moves 3 + 1 bytes a pixel, and 16 a
/// cell (24 values a pixel come from the cache).
template <int kChannels>
struct ApplyFits {
    ConstBytes guide;
    Bytes out;
    FloatPlanes<kChannels + 1> fits;
    int cells_x, cells_y, cell;
    bool reversed;
    ExpandWeights weights;

    VBG_HD void operator()(int x, int y) const {
        const float at = (static_cast<float>(y) + 0.5F) / static_cast<float>(cell) - 0.5F;
        const int upper = static_cast<int>(floorf(at));
        const float t = at - static_cast<float>(upper);
        const int rows[2] = {at_least(upper, 0), at_most(upper + 1, cells_y - 1)};
        const int here = x / cell;
        const int columns[3] = {at_least(here - 1, 0), here, at_most(here + 1, cells_x - 1)};
        const float* weight = weights.of[x % cell];
        float fit[kChannels + 1];
        for (int i = 0; i <= kChannels; ++i) {
            float value[2] = {0, 0};
            for (int r = 0; r < 2; ++r) {
                for (int k = 0; k < 3; ++k) value[r] += weight[k] * fits.at(i, columns[k], rows[r]);
            }
            fit[i] = value[0] + t * (value[1] - value[0]);
        }
        const std::uint8_t* p = guide.row(y) + 3 * x;
        const float color[3] = {static_cast<float>(p[reversed ? 2 : 0]), static_cast<float>(p[1]),
                                static_cast<float>(p[reversed ? 0 : 2])};
        float q = fit[kChannels] * 255;
        if (kChannels == 1) {
            q += fit[0] * (0.25F * (color[0] + color[2]) + 0.5F * color[1]);
        } else {
            for (int c = 0; c < kChannels; ++c) q += fit[c] * color[c];
        }
        out.at(x, y) = cut_to_byte(nearest(fminf(fmaxf(q, 0), 255)));
    }
};

struct GuidedFilterPlan {
    int width = 0, height = 0, cells_x = 0, cells_y = 0;
    int channels = 3, cell = 4, reach = 4;  ///< pixels a cell has each way; cells that a window reaches
    float eps = 0, confidence = 0;
    bool reversed = false;
    ScratchPlan scratch;
    /// Cells; sums of statistics, later of fits; fits, later their means.
    ScratchPlan::Part<float> cells[4], sums[statistics_of(3)], fits[5];

    GuidedFilterPlan() = default;
    GuidedFilterPlan(int w, int h, int guide_channels, int cell_size, int window)
        : width(w),
          height(h),
          cells_x(div_up(w, cell_size)),
          cells_y(div_up(h, cell_size)),
          channels(guide_channels),
          cell(cell_size),
          reach(window) {
        for (int i = 0; i < channels + 1; ++i) cells[i] = scratch.add<float>(cells_x, cells_y);
        for (int i = 0; i < statistics_of(channels); ++i) sums[i] = scratch.add<float>(cells_x, cells_y);
        for (int i = 0; i < channels + 2; ++i) fits[i] = scratch.add<float>(cells_x, cells_y);
    }
};

template <int kCount>
FloatPlanes<kCount> float_planes(const ScratchPlan::Part<float>* parts, void* scratch) {
    FloatPlanes<kCount> planes;
    for (int i = 0; i < kCount; ++i) planes.plane[i] = parts[i].in(scratch);
    return planes;
}

template <int kChannels, class Launcher>
void guided_filter_of(const GuidedFilterPlan& plan, void* scratch, ConstBytes guide, ConstBytes in, Bytes out,
                      Launcher&& launcher) {
    const auto cells = float_planes<kChannels + 1>(plan.cells, scratch);
    const auto statistics = float_planes<statistics_of(kChannels)>(plan.sums, scratch);
    const auto fit_sums = float_planes<kChannels + 2>(plan.sums, scratch);
    const auto fits = float_planes<kChannels + 2>(plan.fits, scratch);
    const auto means = float_planes<kChannels + 1>(plan.fits, scratch);
    const int across = plan.cells_x, down = plan.cells_y, reach = plan.reach;
    launcher.items(
        across, down,
        ShrinkCell<kChannels>{guide, in, plan.width, plan.height, plan.cell, plan.reversed, cells});
    launcher.items(across, down, SumStatistics<kChannels>{cells, statistics, across, reach, plan.confidence});
    launcher.items(across, down, FitWindow<kChannels>{statistics, fits, down, reach, plan.eps});
    launcher.items(across, down, SumFits<kChannels>{fits, fit_sums, across, reach});
    launcher.items(across, down, AverageFits<kChannels>{fit_sums, means, down, reach});
    launcher.items(plan.width, plan.height,
                   ApplyFits<kChannels>{guide, out, means, across, down, plan.cell, plan.reversed,
                                        ExpandWeights(plan.cell)});
}

/// out may be in; `scratch` is plan.scratch.bytes() long.
template <class Launcher>
void guided_filter(const GuidedFilterPlan& plan, void* scratch, ConstBytes guide, ConstBytes in, Bytes out,
                   Launcher&& launcher) {
    if (plan.channels == 1) return guided_filter_of<1>(plan, scratch, guide, in, out, launcher);
    guided_filter_of<3>(plan, scratch, guide, in, out, launcher);
}

}  // namespace cuda
}  // namespace vbg
