#pragma once
/// @file matte_pixel.hpp  What a network says, at its own small size -> matte of the frame's size, with
/// levels or a threshold, in one kernel: as src/segment/matte_output.cpp (which says how), within one level
/// of it.

#include "cuda/words.hpp"

namespace vbg {
namespace cuda {

/// Where output i of a row or column is taken: at (i + shift) * scale + start of `in` values, 0 being the
/// first.
struct MatteAxis {
    double shift = 0, scale = 1, start = 0;
    int in = 1, out = 0;
};

/// A pair of neighbours: the lower one's number, and how much of the upper one.
struct Between {
    int low = 0;
    float fraction = 0;
};

/// One output of one axis a thread (y: which axis).
struct FindNeighbours {
    MatteAxis axes[4];
    Between* tables[4];
    VBG_HD void operator()(int i, int which) const {
        const MatteAxis& axis = axes[which];
        if (i >= axis.out) return;
        const double at = fmin(fmax((i + axis.shift) * axis.scale + axis.start, 0.0), axis.in - 1.0);
        const int low = within(static_cast<int>(floor(at)), 0, at_least(axis.in - 2, 0));
        tables[which][i] = {low, static_cast<float>(at - low)};
    }
};

/// What becomes of a probability in the end: kernels::ToMatte.
struct MatteFinish {
    bool hard = false;
    float threshold = 0;          ///< hard: 1 where the probability is larger, else 0
    float scale = 1, offset = 0;  ///< soft: probability * scale + offset, cut to 0..1
    VBG_HD float of(float p) const {
        if (hard) return p > threshold ? 1.0F : 0.0F;
        return fminf(fmaxf(p * scale + offset, 0.0F), 1.0F);
    }
};

VBG_HD inline float mix_of(float a, float b, float fraction) { return a - fraction * a + fraction * b; }

/// One pixel a thread. Moves 1 byte a pixel (4 for floats); the plane is small and comes from the cache.
struct MattePixel {
    const float* plane;
    int width, height;            ///< of the plane
    int middle_x, middle_y;       ///< size after the first step
    bool two_steps;               ///< logits, enlarged and made probabilities first
    int left, top, across, down;  ///< the part of the matte that the plane is for; elsewhere it is 0
    const Between *first_x, *first_y, *x_table, *y_table;
    MatteFinish finish;
    Bytes bytes;  ///< one of the two has data
    Floats floats;

    VBG_HD float plane_at(int x, int y) const { return plane[y * width + at_most(x, width - 1)]; }
    /// Value of the middle picture.
    VBG_HD float middle_at(int x, int y) const {
        x = at_most(x, middle_x - 1);
        if (!two_steps) return plane_at(x, y);
        const Between at_x = first_x[x], at_y = first_y[y];
        const int high = at_most(at_y.low + 1, height - 1);
        const auto column = [&](int i) {
            return mix_of(plane_at(i, at_y.low), plane_at(i, high), at_y.fraction);
        };
        const float logit = mix_of(column(at_x.low), column(at_x.low + 1), at_x.fraction);
        return 1.0F / (1.0F + expf(fminf(-logit, 88.0F)));
    }
    VBG_HD float value_at(int x, int y) const {
        x -= left;
        y -= top;
        if (x < 0 || y < 0 || x >= across || y >= down) return 0;
        const Between at_x = x_table[x], at_y = y_table[y];
        const int high = at_most(at_y.low + 1, middle_y - 1);
        const auto row = [&](int i) {
            return mix_of(middle_at(at_x.low, i), middle_at(at_x.low + 1, i), at_x.fraction);
        };
        return finish.of(mix_of(row(at_y.low), row(high), at_y.fraction));
    }
    VBG_HD void operator()(int x, int y) const {
        const float value = value_at(x, y);
        if (bytes.data != nullptr) {
            bytes.at(x, y) = static_cast<std::uint8_t>(nearest(value * 255.0F));
        } else {
            floats.at(x, y) = value;
        }
    }
};

struct MattePlan {
    int width = 0, height = 0;  ///< of the plane
    bool two_steps = false;
    int left = 0, top = 0;  ///< of the part that the plane is for
    MatteAxis first_x, first_y, x,
        y;  ///< the first two where there are two steps; x.out by y.out is the part
    MatteFinish finish;
    int matte_width = 0, matte_height = 0;

    /// Bytes of scratch memory: a table for each axis.
    std::size_t scratch_bytes() const { return 4 * longest() * sizeof(Between); }
    std::size_t longest() const {
        const int sides = at_least(at_least(matte_width, matte_height), at_least(first_x.out, first_y.out));
        return static_cast<std::size_t>(sides);
    }
};

/// Writes every value of the matte: `bytes`, or `floats` where that has no data.
template <class Launcher>
void write_matte(const MattePlan& plan, void* scratch, const float* plane, Bytes bytes, Floats floats,
                 Launcher&& launcher) {
    auto* const tables = static_cast<Between*>(scratch);
    const std::size_t n = plan.longest();
    launcher.items(static_cast<int>(n), 4,
                   FindNeighbours{{plan.first_x, plan.first_y, plan.x, plan.y},
                                  {tables, tables + n, tables + 2 * n, tables + 3 * n}});
    launcher.items(plan.matte_width, plan.matte_height,
                   MattePixel{plane, plan.width, plan.height, plan.two_steps ? plan.first_x.out : plan.width,
                              plan.two_steps ? plan.first_y.out : plan.height, plan.two_steps, plan.left,
                              plan.top, plan.x.out, plan.y.out, tables, tables + n, tables + 2 * n,
                              tables + 3 * n, plan.finish, bytes, floats});
}

}  // namespace cuda
}  // namespace vbg
