#pragma once
/// @file governor.hpp  Decides which work is given up to stay within a budget, and when it is taken back.

#include <chrono>
#include <string>

namespace vbg {

/// Knows no stages and no clock: it is told the load, and says what to do. One window of load is half a
/// second or so.
class Governor {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Limits {
        double max_cpu = 0;      ///< cores of the whole process; 0 = none
        bool hold_rate = false;  ///< composing must not take longer than a frame lasts
    };
    /// Means over one window.
    struct Load {
        double cpu = 0;   ///< cores used
        double busy = 0;  ///< composing thread: part of the time it worked; 1 = it cannot do more
    };
    /// What to do. As made: everything.
    struct Choice {
        int coarseness = 0;        ///< of the segmenter, see Segmenter::coarseness()
        int matte_every = 1;       ///< a matte for every nth frame
        int background_every = 1;  ///< background effects anew for every nth frame
        int frame_every = 1;       ///< every nth frame of the source
        friend bool operator==(const Choice&, const Choice&) = default;
    };

    explicit Governor(const Limits& limits) noexcept : limits_(limits) {}
    [[nodiscard]] bool idle() const noexcept { return limits_.max_cpu <= 0 && !limits_.hold_rate; }
    /// How coarse the segmenter can be; said again whenever it is another one.
    void coarsest(int steps) noexcept;
    [[nodiscard]] int coarsest() const noexcept { return coarsest_; }
    /// At the end of each window. Returns whether the choice changed.
    bool update(Time now, const Load& load);
    /// Steps of work given up.
    [[nodiscard]] int level() const noexcept { return coarseness_ + step_; }
    [[nodiscard]] Choice choice() const noexcept;
    /// "a coarser matte (1 of 2), a matte for every 2nd frame", or empty.
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] int last_step() const noexcept;
    [[nodiscard]] bool at_last() const noexcept { return coarseness_ >= coarsest_ && step_ >= last_step(); }
    void give_up(Time now);
    void take_back(Time now);

    Limits limits_;
    int coarsest_ = 0, coarseness_ = 0;
    int step_ = 0;  ///< of what is given up after the resolution
    int windows_over_ = 0;
    Time room_since_{}, changed_{}, taken_back_{};
    std::chrono::seconds patience_ = kPatience;
    static constexpr std::chrono::seconds kPatience{4};
};

}  // namespace vbg
