#pragma once
/// @file border.hpp  What lies beyond the edge of a picture, for the CPU and for GPUs.

#include "cuda/portable.hpp"

namespace vbg::mask {

/// Index of the pixel that stands for position `i` of a line of `n`: mirrored about the first and last pixel
/// (.. 2 1 0 1 2 .. n-2 n-1 n-2 ..), as often as it takes. OpenCV's BORDER_REFLECT_101.
VBG_HD constexpr int reflect_101(int i, int n) noexcept {
    if (n == 1) return 0;
    const int period = 2 * (n - 1);
    i %= period;
    if (i < 0) i += period;
    return i < n ? i : period - i;
}

/// The same, mirrored about the outer edges of the first and last pixel (.. 1 0 0 1 2 .. n-1 n-1 n-2 ..).
/// OpenCV's BORDER_REFLECT. Halving a picture keeps this symmetry, which is why pyramids use it.
VBG_HD constexpr int reflect(int i, int n) noexcept {
    i %= 2 * n;
    if (i < 0) i += 2 * n;
    return i < n ? i : 2 * n - 1 - i;
}

}  // namespace vbg::mask
