#pragma once
/// @file kernels.hpp  The inner loops before and after a network, for one row each (Highway: the best
/// instructions of the machine at run time). Sizes are in values; inputs and outputs must not overlap unless
/// said. None allocates or throws; all are thread-safe.

#include <cstdint>

#include "segment/resample.hpp"

namespace vbg::segment::kernels {

/// How a colour becomes an input of the network: value * scale[c] + offset[c]; `swap` puts channel 2 first.
struct Normalise {
    float scale[4] = {1, 1, 1, 0};
    float offset[4] = {0, 0, 0, 0};
    bool swap = false;
};

/// out[i] = sum over k < count of weights[k] * rows[k][i], for i < n.
void weigh_rows(const std::uint8_t* const* rows, const float* weights, int count, int n, float* out);

/// Pixels of three channels: out[3 * i + c] for i < x.size(), normalised. `row` holds one value more than
/// its pixels do.
void weigh_pixels(const float* row, const Taps& x, const Normalise& normalise, float* out);

/// out[i] = (1 - fraction) * a[i] + fraction * b[i], for i < n.
void lerp_rows(const float* a, const float* b, float fraction, int n, float* out);

/// out[i] = row taken at x[i], for i < x.size(); row holds one value more (repeat the last).
void lerp_columns(const float* row, const Lerp& x, float* out);

/// v[i] = 1 / (1 + exp(-v[i])) in place, for i < n.
void sigmoid(float* v, int n);

/// What becomes of a probability in the end.
struct ToMatte {
    bool hard = false;
    float threshold = 0;          ///< hard: 1 where the probability is larger, else 0
    float scale = 1, offset = 0;  ///< soft: probability * scale + offset, cut to 0..1
};

/// Two rows of probabilities blended as lerp_rows() does, then as `how` says; u8 is rounded to nearest.
void finish_row(const float* a, const float* b, float fraction, int n, const ToMatte& how, std::uint8_t* out);
void finish_row(const float* a, const float* b, float fraction, int n, const ToMatte& how, float* out);

}  // namespace vbg::segment::kernels
