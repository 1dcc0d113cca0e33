#pragma once
/// @file resample.hpp  Tables that say which inputs make up each output of a separable resampling, one axis
/// each. Coordinates are worked out in double and stored as float weights.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/matte_pixel.hpp"

namespace vbg::segment {

/// One axis of a downscale: output i = sum over k < count of weights[i * count + k] * input[first[i] + k].
/// Every first[i] + k lies inside the input.
struct Taps {
    int count = 1;
    std::vector<std::int32_t> first;
    std::vector<float> weights;

    [[nodiscard]] int size() const noexcept { return static_cast<int>(first.size()); }
    [[nodiscard]] const float* of(int i) const noexcept {
        return weights.data() + static_cast<std::ptrdiff_t>(i) * count;
    }
};

/// Bilinear, sampled at i * (padded / out) without half-pixel centres (align_corners and half_pixel_centers
/// both false, as tf.image.resizeBilinear does by default), of an input of `in` with `before` zeros in front
/// of it and `after` behind. `before` and `after` may be negative nowhere.
void set_padded_bilinear(Taps& taps, int in, int before, int after, int out);

/// Averages over the area that each output pixel covers of [from, to) within an input of `in` pixels, pixel
/// centres aligned; where the output is larger than the part, bilinear with half-pixel centres. Needs
/// 0 <= from < to <= in. Allocates only where the tables grow.
void set_area(Taps& taps, int in, int from, int to, int out);

/// Most taps that set_area() can need for any part of an input of `in` pixels.
[[nodiscard]] int most_area_taps(int in, int out) noexcept;

/// One axis of an enlargement: output i = (1 - fraction[i]) * input[low[i]] + fraction[i] * input[low[i] +
/// 1]. low[i] + 1 is inside the input unless that has one pixel only: rows carry one value more than they
/// hold.
struct Lerp {
    std::vector<std::int32_t> low;
    std::vector<float> fraction;

    [[nodiscard]] int size() const noexcept { return static_cast<int>(low.size()); }
};

/// Where each output of an enlargement is taken. Coordinates outside the input are clamped.
using Axis = cuda::MatteAxis;

/// First and last centre fall on each other (align_corners = true).
[[nodiscard]] Axis align_corners(int in, int out) noexcept;
/// Half-pixel centres, edges repeated.
[[nodiscard]] Axis half_pixel(int in, int out) noexcept;
/// What tf.image.cropAndResize does along one axis with the box [first, last] (0..1 of the distance between
/// the outer centres); a lone output takes the middle.
[[nodiscard]] Axis crop_and_resize(int in, float first, float last, int out) noexcept;

void set(Lerp& lerp, const Axis& axis);

}  // namespace vbg::segment
