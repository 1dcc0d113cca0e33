#pragma once
/// @file lookup_pixel.hpp  Any curve of bytes: threshold, levels, or both after each other as one table.

#include "cuda/words.hpp"

namespace vbg {
namespace cuda {

struct Curve {
    std::uint8_t of[256] = {};
};

/// out = curve.of[in]; out may be in. Four pixels a thread; the table is copied to shared memory first, since
/// a warp's look-ups in a kernel's parameters would come one after the other. Moves 2 bytes a pixel.
struct LookUp {
    static constexpr int kThreads = 256, kAcross = 64, kRows = kThreads / kAcross;
    struct Shared {
        std::uint8_t table[256];
    };
    ConstBytes in;
    Bytes out;
    int width, height;
    Curve curve;

    VBG_HD int phases() const { return 2; }
    VBG_HD void run(int phase, Shared& shared, int block_x, int block_y, int thread) const {
        if (phase == 0) {
            shared.table[thread] = curve.of[thread];
            return;
        }
        const int x = 4 * (block_x * kAcross + thread % kAcross), y = block_y * kRows + thread / kAcross;
        if (x >= width || y >= height) return;
        FourBytes four = FourBytes::load(in.row(y) + x, width - x);
        for (std::uint8_t& value : four.at) value = shared.table[value];
        four.store(out.row(y) + x, width - x);
    }
};

template <class Launcher>
void look_up(const Curve& curve, ConstBytes in, Bytes out, int width, int height, Launcher&& launcher) {
    launcher.blocks(div_up(width, 4 * LookUp::kAcross), div_up(height, LookUp::kRows),
                    LookUp{in, out, width, height, curve});
}

}  // namespace cuda
}  // namespace vbg
