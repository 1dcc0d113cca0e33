#pragma once
/// @file components.hpp  Connected areas of a matte, as runs of pixels.

#include <cstdint>
#include <span>
#include <vector>

#include "mask/plane.hpp"

namespace vbg::mask {

/// Finds connected areas of pixels above or below a level.
class Components {
public:
    enum class Side { at_least, below };
    enum class Neighbours { four, eight };

    /// A run of pixels of one row. Area and border are meant for the area the run belongs to.
    struct Run {
        std::uint16_t first, last;  ///< columns [first, last)
        std::uint32_t parent;  ///< index of a run of the same area, not a later one; its own for the first
        std::uint32_t area;    ///< in the first run of an area: pixels
    };

    void configure(int width, int height);
    /// No allocation. One thread: a pass over the matte's bits, then work by the run.
    void find(const ConstMaskView& matte, std::uint8_t level, Side side, Neighbours neighbours);

    [[nodiscard]] std::span<const Run> row(int y) const noexcept {
        const auto begin = starts_.row(0)[y];
        return {runs_.row(0) + begin, starts_.row(0)[y + 1] - begin};
    }
    /// Pixels of the area that `run` belongs to.
    [[nodiscard]] std::uint32_t area(const Run& run) const noexcept { return first_of(run).area & ~kTouches; }
    /// Whether that area reaches the edge of the frame.
    [[nodiscard]] bool touches_edge(const Run& run) const noexcept {
        return (first_of(run).area & kTouches) != 0;
    }
    /// Pixels of the largest area; 0 when there is none.
    [[nodiscard]] std::uint32_t largest() const noexcept { return largest_; }

private:
    static constexpr std::uint32_t kTouches = 0x80000000U;  // areas are at most 2^28 pixels

    [[nodiscard]] const Run& first_of(const Run& run) const noexcept { return runs_.row(0)[run.parent]; }
    std::uint32_t root(std::uint32_t index) noexcept;
    void join(std::uint32_t a, std::uint32_t b) noexcept;
    void join_rows(int y, int reach) noexcept;
    void add_up(int width, int height) noexcept;

    Plane<Run> runs_;              // one row: all runs, row by row
    Plane<std::uint32_t> starts_;  // one row: index of each matte row's first run, and the end
    std::uint32_t largest_ = 0;
};

}  // namespace vbg::mask
