#pragma once
/// @file tint_pixel.hpp  Brightness as colour (colormap, grayscale), and one colour all over; bit for bit as
/// the CPU's.

#include "cuda/sink_pixel.hpp"

namespace vbg {
namespace cuda {

/// BT.601 luma with OpenCV's weights; `blue` is that byte's place, 0 or 2.
VBG_HD inline int grey_of(const Color3& color, int blue) {
    return (3735 * color.at[blue] + 19235 * color.at[1] + 9798 * color.at[2 - blue] + 16384) >> 15;
}

/// Aligned, so that it is copied in whole words and none is left beside its end.
struct alignas(8) ColorTable {
    Color3 of[256];
};

/// One pixel a thread: out = table.of[grey]. out may be in. Moves 3 bytes a pixel, and the sink's.
struct TintPixel {
    static constexpr int kThreads = 256, kAcross = 64, kRows = kThreads / kAcross;
    struct Shared {
        std::uint8_t table[256][3];
    };
    ConstBytes in;
    PixelSink out;
    int width, height, blue;
    ColorTable table;

    VBG_HD int phases() const { return 2; }
    VBG_HD void run(int phase, Shared& shared, int block_x, int block_y, int thread) const {
        if (phase == 0) {
            for (int c = 0; c < 3; ++c) shared.table[thread][c] = table.of[thread].at[c];
            return;
        }
        const int x = block_x * kAcross + thread % kAcross, y = block_y * kRows + thread / kAcross;
        if (x >= width || y >= height) return;
        const std::uint8_t* color = shared.table[grey_of(load_color(in, x, y), blue)];
        out.put(x, y, {{color[0], color[1], color[2]}});
    }
};

template <class Launcher>
void tint(const ColorTable& table, int blue, ConstBytes in, const PixelSink& out, int width, int height,
          Launcher&& launcher) {
    launcher.blocks(div_up(width, TintPixel::kAcross), div_up(height, TintPixel::kRows),
                    TintPixel{in, out, width, height, blue, table});
}

/// One pixel a thread. Moves 3 bytes a pixel.
struct FillPixel {
    Bytes out;
    Color3 color;
    VBG_HD void operator()(int x, int y) const { store_color(color, out, x, y); }
};

}  // namespace cuda
}  // namespace vbg
