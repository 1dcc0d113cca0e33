#pragma once
/// @file feather_pixel.hpp  Gaussian blur of a matte, bit for bit as src/mask/feather.cpp (which says how).
///
/// Values are grey levels times 64. Taps are read straight from memory: neighbouring threads share them in
/// the first-level cache.

#include "cuda/words.hpp"
#include "mask/border.hpp"
#include "mask/feather_kernels.hpp"

namespace vbg {
namespace cuda {

using GreyRows = Rows<std::int16_t>;
using ConstGreyRows = Rows<const std::int16_t>;

/// A plane of values, or of bytes that stand for them.
struct GreySource {
    ConstBytes bytes;
    ConstGreyRows values;
    int width, height;
    VBG_HD int at(int x, int y) const {
        return bytes.data != nullptr ? bytes.at(x, y) << mask::kGreyBits : values.at(x, y);
    }
};

/// (a * b + 2^14) / 2^15, rounded down: one tap.
VBG_HD inline int tap_of(int values, int weight) { return (values * weight + (1 << 14)) >> 15; }

VBG_HD inline std::uint8_t grey_byte(int value) {
    return cut_to_byte((value + (1 << (mask::kGreyBits - 1))) >> mask::kGreyBits);
}

/// Mean of 2 x 2: half the size, rounded up. Moves 1 or 2 bytes a pixel of the larger picture, and 1/2.
struct HalveGrey {
    GreySource in;
    GreyRows out;
    VBG_HD void operator()(int x, int y) const {
        const int right = at_most(2 * x + 1, in.width - 1), below = at_most(2 * y + 1, in.height - 1);
        const int sum = in.at(2 * x, 2 * y) + in.at(right, 2 * y) + in.at(2 * x, below) + in.at(right, below);
        out.at(x, y) = static_cast<std::int16_t>((sum + 2) >> 2);
    }
};

/// The filter along rows, mirrored at the ends. Moves 1 or 2 bytes a pixel, and 2.
struct FilterAlongRow {
    GreySource in;
    GreyRows out;
    mask::Symmetric filter;
    VBG_HD void operator()(int x, int y) const {
        int sum = tap_of(in.at(x, y), filter.weights[0]);
        for (int i = 1; i <= filter.reach; ++i) {
            const int left = x - i >= 0 ? x - i : mask::reflect(x - i, in.width);
            const int right = x + i < in.width ? x + i : mask::reflect(x + i, in.width);
            sum += tap_of(in.at(left, y) + in.at(right, y), filter.weights[i]);
        }
        out.at(x, y) = static_cast<std::int16_t>(sum);
    }
};

/// The filter down columns, into values or, where `bytes` is not null, into bytes. Moves 2 bytes a pixel, and
/// 1 or 2.
struct FilterDownColumn {
    ConstGreyRows in;
    GreyRows out;
    Bytes bytes;
    int height;
    mask::Symmetric filter;
    VBG_HD void operator()(int x, int y) const {
        int sum = tap_of(in.at(x, y), filter.weights[0]);
        for (int i = 1; i <= filter.reach; ++i) {
            const int above = y - i >= 0 ? y - i : mask::reflect(y - i, height);
            const int below = y + i < height ? y + i : mask::reflect(y + i, height);
            sum += tap_of(in.at(x, above) + in.at(x, below), filter.weights[i]);
        }
        if (bytes.data != nullptr) {
            bytes.at(x, y) = grey_byte(sum);
        } else {
            out.at(x, y) = static_cast<std::int16_t>(sum);
        }
    }
};

/// Twice the size: 3/4 of the nearest and 1/4 of the next nearest, down and then across; into values or
/// bytes. Moves 1/2 byte a pixel of the larger picture, and 1 or 2.
struct DoubleGrey {
    ConstGreyRows in;
    int in_width, in_height;
    GreyRows out;
    Bytes bytes;
    VBG_HD static int three_quarters(int near, int far) { return (3 * near + far + 2) >> 2; }
    VBG_HD static int beside(int i, int n) { return within(i % 2 == 0 ? i / 2 - 1 : i / 2 + 1, 0, n - 1); }
    VBG_HD void operator()(int x, int y) const {
        const int next = beside(y, in_height);
        const auto mixed = [&](int at) { return three_quarters(in.at(at, y / 2), in.at(at, next)); };
        const int value = three_quarters(mixed(x / 2), mixed(beside(x, in_width)));
        if (bytes.data != nullptr) {
            bytes.at(x, y) = grey_byte(value);
        } else {
            out.at(x, y) = static_cast<std::int16_t>(value);
        }
    }
};

/// How often the picture is halved at most: mask::Feather's.
constexpr int kMostHalvings = 4;

struct FeatherPlan {
    int halvings = 0;
    int width[kMostHalvings + 1] = {}, height[kMostHalvings + 1] = {};
    mask::Symmetric filter;
    ScratchPlan scratch;
    ScratchPlan::Part<std::int16_t> levels[kMostHalvings + 1];  ///< [0], the frame itself, has none
    ScratchPlan::Part<std::int16_t> across, smooth;             ///< at the coarsest level

    FeatherPlan() = default;
    FeatherPlan(int w, int h, int times, const mask::Symmetric& gaussian)
        : halvings(times), filter(gaussian) {
        for (int i = 0; i <= halvings; ++i, w = div_up(w, 2), h = div_up(h, 2)) {
            width[i] = w;
            height[i] = h;
            if (i > 0) levels[i] = scratch.add<std::int16_t>(w, h);
        }
        across = scratch.add<std::int16_t>(width[halvings], height[halvings]);
        smooth = scratch.add<std::int16_t>(width[halvings], height[halvings]);
    }
};

/// out may be in; `scratch` is plan.scratch.bytes() long.
template <class Launcher>
void feather(const FeatherPlan& plan, void* scratch, ConstBytes in, Bytes out, Launcher&& launcher) {
    const int n = plan.halvings;
    const auto to_read = [](const GreyRows& rows) { return ConstGreyRows{rows.data, rows.stride}; };
    const auto level = [&](int i) { return plan.levels[i].in(scratch); };
    const auto source = [&](int i) {
        return GreySource{i == 0 ? in : ConstBytes{}, i == 0 ? ConstGreyRows{} : to_read(level(i)),
                          plan.width[i], plan.height[i]};
    };
    for (int i = 1; i <= n; ++i) {
        launcher.items(plan.width[i], plan.height[i], HalveGrey{source(i - 1), level(i)});
    }
    const GreyRows across = plan.across.in(scratch), smooth = plan.smooth.in(scratch);
    launcher.items(plan.width[n], plan.height[n], FilterAlongRow{source(n), across, plan.filter});
    launcher.items(
        plan.width[n], plan.height[n],
        FilterDownColumn{to_read(across), smooth, n == 0 ? out : Bytes{}, plan.height[n], plan.filter});
    for (int i = n - 1; i >= 0; --i) {
        launcher.items(
            plan.width[i], plan.height[i],
            DoubleGrey{to_read(i + 1 == n ? smooth : level(i + 1)), plan.width[i + 1], plan.height[i + 1],
                       i == 0 ? GreyRows{} : level(i), i == 0 ? out : Bytes{}});
    }
}

}  // namespace cuda
}  // namespace vbg
