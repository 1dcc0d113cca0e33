#pragma once
/// @file over_pixel.hpp  One pixel of "person over background"; see composite/over_kernel.hpp.

#include "cuda/portable.hpp"

namespace vbg {
namespace cuda {

/// (fg * a + bg * (255 - a)) / 255, rounded to nearest: bit-exact with the CPU.
VBG_HD inline std::uint8_t mix(unsigned fg, unsigned bg, unsigned alpha) {
    const unsigned x = fg * alpha + bg * (255U - alpha) + 128U;
    return static_cast<std::uint8_t>((x + (x >> 8)) >> 8);
}

/// Three bytes a pixel. `out` may be `foreground` or `background`.
struct OverPixel {
    ConstBytes foreground, alpha, background;
    Bytes out;

    VBG_HD void operator()(int x, int y) const {
        const std::uint8_t *fg = foreground.row(y) + 3 * x, *bg = background.row(y) + 3 * x;
        const unsigned a = alpha.at(x, y);
        std::uint8_t* to = out.row(y) + 3 * x;
        for (int c = 0; c < 3; ++c) to[c] = mix(fg[c], bg[c], a);
    }
};

}  // namespace cuda
}  // namespace vbg
