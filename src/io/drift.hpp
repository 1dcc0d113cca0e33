#pragma once
/// @file drift.hpp  The slow wandering of a camera held in the hand, as a function of time: shift, zoom and
/// turn of a few percent. One photo becomes a film by it.

#include <array>
#include <cstdint>

#include <vbg/parameter.hpp>

namespace vbg {

/// Each of the four movements is a sum of three sines with random periods (4 to 20 s) and phases: smooth,
/// without a visible period, bounded, and computed for any moment without those before it. Equal seeds give
/// equal movements on every machine.
class Drift {
public:
    /// @param output    size of the frames, pixels
    /// @param strength  1 = shifts up to 2 % of a side, zooms by up to 3 %, turns up to 0.8 degrees; 0 =
    /// stands
    ///                  still
    Drift(Size output, std::uint32_t seed, double strength);

    /// Size a picture must have (at least) so that its border is never seen.
    [[nodiscard]] Size picture_size() const noexcept { return picture_; }

    /// Which point of a picture of picture_size() an output pixel shows: row-major 2x3,
    /// u = m[0] x + m[1] y + m[2], v = m[3] x + m[4] y + m[5]; pixel centres are at whole numbers.
    [[nodiscard]] std::array<double, 6> at(double seconds) const noexcept;

private:
    /// A smooth function of time within -1..1.
    struct Wave {
        std::array<double, 3> frequency{}, phase{};
        [[nodiscard]] double at(double seconds) const noexcept;
    };
    Size output_, picture_;
    double shift_, zoom_, turn_;
    std::array<Wave, 4> waves_{};
};

}  // namespace vbg
