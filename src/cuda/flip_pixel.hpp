#pragma once
/// @file flip_pixel.hpp  Mirror images.

#include "cuda/sink_pixel.hpp"

namespace vbg {
namespace cuda {

/// Two pixels a thread, which change places; so out may be in. Moves 3 bytes a pixel, and the sink's.
struct SwapPixels {
    ConstBytes in;
    PixelSink out;
    int width, height;
    bool sideways, upside_down;

    VBG_HD void operator()(int x, int y) const {
        const int other_x = sideways ? width - 1 - x : x, other_y = upside_down ? height - 1 - y : y;
        if (other_y == y && other_x < x) return;  // another thread's pair
        const Color3 one = load_color(in, x, y), two = load_color(in, other_x, other_y);
        out.put(other_x, other_y, one);
        if (other_x != x || other_y != y) out.put(x, y, two);
    }
};

template <class Launcher>
void flip(bool sideways, bool upside_down, ConstBytes in, const PixelSink& out, int width, int height,
          Launcher&& launcher) {
    launcher.items(upside_down ? width : div_up(width, 2), upside_down ? div_up(height, 2) : height,
                   SwapPixels{in, out, width, height, sideways, upside_down});
}

}  // namespace cuda
}  // namespace vbg
