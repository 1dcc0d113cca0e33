#pragma once
/// @file temporal_pixel.hpp  The temporal filter (src/mask/temporal.cpp says what it does), bit for bit.

#include "cuda/words.hpp"

namespace vbg {
namespace cuda {

/// Sides of the cells that brightness is compared in, pixels: mask::kCell.
constexpr int kTemporalCell = 4;

/// One cell a thread: its brightness now, and how far that is from `before`, in half grey levels. Moves
/// 3 / 2 + 5 / 16 bytes a pixel (two rows of four are looked at).
struct MeasureCells {
    ConstBytes guide;
    int width, height;
    Rows<const std::uint16_t> before;
    Rows<std::uint16_t> now;
    Bytes change;

    VBG_HD void operator()(int cell_x, int cell_y) const {
        int sum = 0;
        for (int i = 0; i < kTemporalCell; i += 2) {
            const std::uint8_t* row = guide.row(at_most(kTemporalCell * cell_y + i, height - 1));
            for (int k = 0; k < kTemporalCell; ++k) {
                const std::uint8_t* p = row + 3 * at_most(kTemporalCell * cell_x + k, width - 1);
                sum += p[0] + 2 * p[1] + p[2];
            }
        }
        const int difference = sum - before.at(cell_x, cell_y);
        now.at(cell_x, cell_y) = static_cast<std::uint16_t>(sum);
        change.at(cell_x, cell_y) = cut_to_byte((difference < 0 ? -difference : difference) >> 4);
    }
};

/// How far to go to the new value, times 32767, for each amount of change.
struct Gains {
    std::int16_t of[256] = {};
};

/// Four pixels of one cell a thread: state += gain * (in - state), with the gain for the largest change in
/// the 3 x 3 cells around. The state is the matte times 128. out may be in. Moves 2 + 4 + 1 / 16 bytes a
/// pixel.
struct FollowMatte {
    static constexpr int kThreads = 256, kAcross = 64, kRows = kThreads / kAcross;
    struct Shared {
        std::int16_t gain[256];
    };
    ConstBytes in;
    Bytes out;
    int width, height;
    Rows<std::int16_t> state;
    ConstBytes change;
    bool first;  ///< of its stream: there is no state yet
    Gains gains;

    VBG_HD int phases() const { return 2; }
    VBG_HD int largest_change(int cell_x, int cell_y) const {
        const int right = at_most(cell_x + 1, div_up(width, kTemporalCell) - 1);
        const int bottom = at_most(cell_y + 1, div_up(height, kTemporalCell) - 1);
        int largest = 0;
        for (int y = at_least(cell_y - 1, 0); y <= bottom; ++y) {
            for (int x = at_least(cell_x - 1, 0); x <= right; ++x)
                largest = at_least(largest, change.at(x, y));
        }
        return largest;
    }
    VBG_HD void run(int phase, Shared& shared, int block_x, int block_y, int thread) const {
        if (phase == 0) {
            shared.gain[thread] = gains.of[thread];
            return;
        }
        const int cell = block_x * kAcross + thread % kAcross, y = block_y * kRows + thread / kAcross;
        const int x = kTemporalCell * cell;
        if (x >= width || y >= height) return;
        const int gain = first ? 0 : shared.gain[largest_change(cell, y / kTemporalCell)];
        FourBytes four = FourBytes::load(in.row(y) + x, width - x);
        std::int16_t* kept = state.row(y) + x;
        for (int i = 0; i < at_most(4, width - x); ++i) {
            const int target = four.at[i] * 128;
            const int now = first ? target : kept[i] + (((target - kept[i]) * gain + (1 << 14)) >> 15);
            kept[i] = static_cast<std::int16_t>(now);
            four.at[i] = cut_to_byte((now + 64) >> 7);
        }
        four.store(out.row(y) + x, width - x);
    }
};

/// What the filter keeps from frame to frame, and where.
struct TemporalPlan {
    int width = 0, height = 0;
    ScratchPlan scratch;
    ScratchPlan::Part<std::uint16_t> brightness[2];
    ScratchPlan::Part<std::uint8_t> change;
    ScratchPlan::Part<std::int16_t> state;

    TemporalPlan() = default;
    TemporalPlan(int w, int h) : width(w), height(h) {
        const int cells_x = div_up(w, kTemporalCell), cells_y = div_up(h, kTemporalCell);
        for (auto& plane : brightness) plane = scratch.add<std::uint16_t>(cells_x, cells_y);
        change = scratch.add<std::uint8_t>(cells_x, cells_y);
        state = scratch.add<std::int16_t>(w, h);
    }
};

/// One frame. `newest` (0 or 1) is the place for its brightness; the other one has the last frame's. `kept`
/// is plan.scratch.bytes() long, needs no initial value, and is passed again with the next frame.
template <class Launcher>
void temporal(const TemporalPlan& plan, void* kept, int newest, bool first, const Gains& gains,
              ConstBytes guide, ConstBytes in, Bytes out, Launcher&& launcher) {
    const Rows<std::uint16_t> now = plan.brightness[newest].in(kept);
    const Rows<std::uint16_t> last = plan.brightness[first ? newest : 1 - newest].in(kept);
    const Bytes change = plan.change.in(kept);
    launcher.items(div_up(plan.width, kTemporalCell), div_up(plan.height, kTemporalCell),
                   MeasureCells{guide, plan.width, plan.height, {last.data, last.stride}, now, change});
    launcher.blocks(div_up(plan.width, 4 * FollowMatte::kAcross), div_up(plan.height, FollowMatte::kRows),
                    FollowMatte{in,
                                out,
                                plan.width,
                                plan.height,
                                plan.state.in(kept),
                                {change.data, change.stride},
                                first,
                                gains});
}

}  // namespace cuda
}  // namespace vbg
