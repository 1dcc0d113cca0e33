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
    /// What to do. All 1: everything.
    struct Choice {
        int matte_every = 1;       ///< a matte for every nth frame
        int background_every = 1;  ///< background effects anew for every nth frame
        int frame_every = 1;       ///< every nth frame of the source
        friend bool operator==(const Choice&, const Choice&) = default;
    };

    explicit Governor(const Limits& limits) noexcept : limits_(limits) {}
    [[nodiscard]] bool idle() const noexcept { return limits_.max_cpu <= 0 && !limits_.hold_rate; }
    /// At the end of each window. Returns whether the choice changed.
    bool update(Time now, const Load& load);
    [[nodiscard]] int level() const noexcept { return level_; }
    [[nodiscard]] const Choice& choice() const noexcept;
    /// "a matte for every 2nd frame", or empty.
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] int last_level() const noexcept;
    void give_up(Time now);
    void take_back(Time now);

    Limits limits_;
    int level_ = 0;
    int windows_over_ = 0;
    Time room_since_{}, changed_{}, taken_back_{};
    std::chrono::seconds patience_ = kPatience;
    static constexpr std::chrono::seconds kPatience{4};
};

}  // namespace vbg
