#include "segment/resample.hpp"

#include <algorithm>
#include <cmath>

namespace vbg::segment {

namespace {

void resize(Taps& taps, int count, int out) {
    taps.count = count;
    taps.first.assign(static_cast<std::size_t>(out), 0);
    taps.weights.assign(static_cast<std::size_t>(out) * static_cast<std::size_t>(count), 0.F);
}

/// Adds `weight` of input `at` to output `i`, whose first input is already set.
void add(Taps& taps, int i, int at, double weight) {
    const std::size_t k = static_cast<std::size_t>(i) * static_cast<std::size_t>(taps.count) +
                          static_cast<std::size_t>(at - taps.first[static_cast<std::size_t>(i)]);
    taps.weights[k] += static_cast<float>(weight);
}

void set_first(Taps& taps, int i, int in, int at) {
    taps.first[static_cast<std::size_t>(i)] = std::clamp(at, 0, in - taps.count);
}

}  // namespace

void set_padded_bilinear(Taps& taps, int in, int before, int after, int out) {
    const int padded = before + in + after;
    resize(taps, std::min(2, in), out);
    const double scale = static_cast<double>(padded) / out;
    for (int i = 0; i < out; ++i) {
        const double at = i * scale;
        const int low = static_cast<int>(std::floor(at));
        const int high = std::min(padded - 1, static_cast<int>(std::ceil(at)));
        const double fraction = at - low;
        set_first(taps, i, in, low - before);
        if (low >= before && low < before + in) add(taps, i, low - before, 1 - fraction);
        if (high >= before && high < before + in) add(taps, i, high - before, fraction);
    }
}

int most_area_taps(int in, int out) noexcept { return std::min(in, std::max(2, in / out + 2)); }

void set_area(Taps& taps, int in, int from, int to, int out) {
    const double scale = static_cast<double>(to - from) / out;
    if (scale < 1) {  // enlarging: nothing to average
        resize(taps, std::min(2, in), out);
        for (int i = 0; i < out; ++i) {
            const double at = std::clamp(from + (i + 0.5) * scale - 0.5, static_cast<double>(from), to - 1.0);
            const int low = static_cast<int>(std::floor(at));
            set_first(taps, i, in, low);
            add(taps, i, low, 1 - (at - low));
            if (at > low) add(taps, i, low + 1, at - low);
        }
        return;
    }
    resize(taps, most_area_taps(to - from, out), out);
    for (int i = 0; i < out; ++i) {
        const double first = from + i * scale, last = from + (i + 1) * scale;
        const int begin = static_cast<int>(std::floor(first));
        set_first(taps, i, in, begin);
        for (int x = begin; x < to && x < last; ++x) {
            const double covered = std::min(last, x + 1.) - std::max(first, static_cast<double>(x));
            if (covered > 1e-9) add(taps, i, x, covered / scale);
        }
    }
}

Axis align_corners(int in, int out) noexcept {
    return {0, out > 1 ? static_cast<double>(in - 1) / (out - 1) : 0, 0, in, out};
}

Axis half_pixel(int in, int out) noexcept { return {0.5, static_cast<double>(in) / out, -0.5, in, out}; }

Axis crop_and_resize(int in, float first, float last, int out) noexcept {
    const double begin = static_cast<double>(first), end = static_cast<double>(last);
    const double step = out > 1 ? (end - begin) * (in - 1) / (out - 1) : 0;
    return {0, step, out > 1 ? begin * (in - 1) : 0.5 * (begin + end) * (in - 1), in, out};
}

void set(Lerp& lerp, const Axis& axis) {
    lerp.low.resize(static_cast<std::size_t>(axis.out));
    lerp.fraction.resize(static_cast<std::size_t>(axis.out));
    for (int i = 0; i < axis.out; ++i) {
        const double at =
            std::clamp((i + axis.shift) * axis.scale + axis.start, 0., static_cast<double>(axis.in - 1));
        const int low = std::clamp(static_cast<int>(std::floor(at)), 0, std::max(axis.in - 2, 0));
        lerp.low[static_cast<std::size_t>(i)] = low;
        lerp.fraction[static_cast<std::size_t>(i)] = static_cast<float>(at - low);
    }
}

}  // namespace vbg::segment
