#pragma once
/// @file box_blur_pixel.hpp  Mean over a square window, bit for bit as src/mask/box_blur.cpp.

#include "cuda/words.hpp"
#include "mask/border.hpp"

namespace vbg {
namespace cuda {

/// Largest side of the window, pixels: mask::kMaxBox.
constexpr int kLargestBox = 255;

/// out[x] = sum of in[x - left .. x - left + size - 1], mirrored at the ends. A block makes 512 sums of one
/// row: sums over 1, 2, 4, ... values by doubling, and those that make up `size` are added. Moves 1 + 2 bytes
/// a pixel, and size / 512 for the ends of blocks.
struct SumRow {
    static constexpr int kThreads = 256, kTile = 512;
    struct Shared {
        std::uint16_t sum[2][kTile + kLargestBox];
        std::uint16_t total[kTile];
    };
    ConstBytes in;
    Rows<std::uint16_t> out;
    int width, size, left;

    VBG_HD int bits() const { return floor_log2(size) + 1; }
    VBG_HD int phases() const { return 2 + bits(); }
    VBG_HD void run(int phase, Shared& shared, int block_x, int y, int thread) const {
        const int first = block_x * kTile, count = kTile + size - 1;
        if (phase == 0) {
            const std::uint8_t* row = in.row(y);
            for (int i = thread; i < count; i += kThreads) {
                const int x = first - left + i;
                shared.sum[0][i] = x >= 0 && x < width ? row[x] : row[mask::reflect_101(x, width)];
            }
            for (int i = thread; i < kTile; i += kThreads) shared.total[i] = 0;
        } else if (phase <= bits()) {
            const int span = 1 << (phase - 1), counted = size & (span - 1);
            const std::uint16_t* from = shared.sum[(phase - 1) % 2];
            for (int i = thread; (size & span) != 0 && i < kTile; i += kThreads) {
                shared.total[i] = static_cast<std::uint16_t>(shared.total[i] + from[i + counted]);
            }
            for (int i = thread; phase < bits() && i <= count - 2 * span; i += kThreads) {
                shared.sum[phase % 2][i] = static_cast<std::uint16_t>(from[i] + from[i + span]);
            }
        } else {
            for (int i = thread; i < at_most(kTile, width - first); i += kThreads) {
                out.at(first + i, y) = shared.total[i];
            }
        }
    }
};

/// One column of `rows` rows a thread, with a running sum. Moves 2 * (2 + size / rows) + 1 bytes a pixel, of
/// which 2 + 1 are not from the cache.
struct MeanColumn {
    Rows<const std::uint16_t> sums;
    Bytes out;
    int height, size, above, rows;
    float scale;

    VBG_HD int sum_at(int x, int y) const {
        return sums.at(x, y >= 0 && y < height ? y : mask::reflect_101(y, height));
    }
    VBG_HD void operator()(int x, int piece) const {
        const int first = piece * rows, last = at_most(first + rows, height);
        int sum = size * size / 2;
        for (int i = 0; i < size - 1; ++i) sum += sum_at(x, first - above + i);
        for (int y = first; y < last; ++y) {
            sum += sum_at(x, y - above + size - 1);
            out.at(x, y) = cut_to_byte(static_cast<int>(static_cast<float>(sum) * scale));
            sum -= sum_at(x, y - above);
        }
    }
};

struct BoxBlurPlan {
    int width = 0, height = 0, size = 1;
    float scale = 1;  ///< 1 / size^2, rounded up by one unit in the last place
    ScratchPlan scratch;
    ScratchPlan::Part<std::uint16_t> sums;

    BoxBlurPlan() = default;
    BoxBlurPlan(int w, int h, int side)
        : width(w),
          height(h),
          size(side),
          scale(std::nextafter(1.0F / static_cast<float>(side * side), 2.0F)),
          sums(scratch.add<std::uint16_t>(w, h)) {}
};

/// out may be in; `scratch` is plan.scratch.bytes() long.
template <class Launcher>
void box_blur(const BoxBlurPlan& plan, void* scratch, ConstBytes in, Bytes out, Launcher&& launcher) {
    const Rows<std::uint16_t> sums = plan.sums.in(scratch);
    launcher.blocks(div_up(plan.width, SumRow::kTile), plan.height,
                    SumRow{in, sums, plan.width, plan.size, plan.size / 2});
    const int rows = within(plan.size / 2, 16, 64);
    launcher.items(
        plan.width, div_up(plan.height, rows),
        MeanColumn{{sums.data, sums.stride}, out, plan.height, plan.size, plan.size / 2, rows, plan.scale});
}

}  // namespace cuda
}  // namespace vbg
