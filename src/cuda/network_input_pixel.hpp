#pragma once
/// @file network_input_pixel.hpp  Frame -> input of a network in one step: resized, channels in order,
/// normalised. What segment/network_input.cpp does on the CPU, with the same tables (segment/resample.hpp).

#include "cuda/portable.hpp"

namespace vbg {
namespace cuda {

/// One axis of a resampling: value i is the sum over k < count of weights[i * count + k] * input[first[i] +
/// k].
struct TapTable {
    const std::int32_t* first = nullptr;
    const float* weights = nullptr;
    int count = 1;
};

/// Three bytes a pixel in, three floats out: value * scale[c] + offset[c]; `swap` puts channel 2 first.
struct NetworkInputPixel {
    ConstBytes frame;
    Floats out;
    TapTable x, y;
    float scale[3] = {1, 1, 1};
    float offset[3] = {0, 0, 0};
    bool swap = false;

    VBG_HD void operator()(int column, int line) const {
        const float *across = x.weights + column * x.count, *down = y.weights + line * y.count;
        float sum[3] = {0, 0, 0};
        for (int j = 0; j < y.count; ++j) {
            const std::uint8_t* p = frame.row(y.first[line] + j) + 3 * x.first[column];
            float row[3] = {0, 0, 0};
            for (int i = 0; i < x.count; ++i, p += 3) {
                for (int c = 0; c < 3; ++c) row[c] += across[i] * static_cast<float>(p[c]);
            }
            for (int c = 0; c < 3; ++c) sum[c] += down[j] * row[c];
        }
        float* to = out.row(line) + 3 * column;
        for (int c = 0; c < 3; ++c) to[c] = sum[swap ? 2 - c : c] * scale[c] + offset[c];
    }
};

}  // namespace cuda
}  // namespace vbg
