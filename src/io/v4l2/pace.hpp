#pragma once
/// @file pace.hpp  When a frame may be shown and when the last one is due again, so that readers get the
/// promised rate whatever the rhythm of the frames that come. Times are of one clock. No clock of its own.

#include <chrono>

namespace vbg::v4l2 {

/// Frames are due on an even grid. A new one may be shown up to a quarter of a period early or late, so that
/// the jitter of a camera neither drops nor doubles frames. The grid follows a source of the promised rate
/// slowly, so that two clocks that differ a little never cost a frame; where every new frame has to wait for
/// its slot, the grid jumps to meet them, which takes the waiting out of the delay. A source of another rate
/// does not move it. Reentrant.
class Pace {
public:
    using Time = std::chrono::nanoseconds;
    /// @param fps  promised, > 0.
    explicit Pace(double fps) noexcept;

    /// From when on a new frame may be shown. Before the first frame: at once.
    [[nodiscard]] Time earliest() const noexcept { return started_ ? due_ - period_ / 4 : Time(0); }
    /// When the last frame is shown again if no new one has come. Before the first: never.
    [[nodiscard]] Time latest() const noexcept { return started_ ? due_ + period_ / 4 : Time::max(); }
    [[nodiscard]] Time period() const noexcept { return period_; }

    /// A new frame was shown at `now`; its writer came with it at `arrived` (and perhaps had to wait).
    void shown(Time now, Time arrived) noexcept;
    /// The last frame was shown again at `now`.
    void repeated(Time now) noexcept;
    /// Whatever there is to show is due at `now`.
    void restart(Time now) noexcept;

private:
    void advance(Time now) noexcept;
    Time period_;
    Time due_{};
    Time last_arrived_{};
    bool started_ = false;
    int waited_ = 0;     ///< new frames in a row that had to wait, all about as long
    Time first_wait_{};  ///< of those
};

}  // namespace vbg::v4l2
