#pragma once
/// @file demand_watch.hpp  Whether anybody reads a virtual camera.

#include <chrono>
#include <cstdint>
#include <vector>

#include <vbg/sink.hpp>

#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

/// Whether there is demand, from how many programs have the node open. Programs look at every camera now and
/// then, each for a moment only: what is open for less than `on_delay` does not count, and somebody who comes
/// back within `off_delay` has never left. Times are of one clock, never going back.
class Hysteresis {
public:
    using Time = std::chrono::nanoseconds;
    explicit Hysteresis(Time on_delay = std::chrono::milliseconds(100),
                        Time off_delay = std::chrono::milliseconds(1000)) noexcept
        : on_delay_(on_delay), off_delay_(off_delay) {}
    /// Tells the state of now and returns whether there is demand.
    bool update(bool open, Time now) noexcept;

private:
    Time on_delay_, off_delay_;
    Time changed_{};  ///< since when `open_` is what it is
    bool open_ = false;
    bool wanted_ = false;
};

/// The driver's CLIENT_USAGE event where it has one, under either of its numbers; else opens and closes of
/// the node are counted with inotify. Reentrant. The node must outlive it.
class DemandWatch {
public:
    explicit DemandWatch(const VideoNode& node);
    ~DemandWatch();
    DemandWatch(const DemandWatch&) = delete;
    DemandWatch& operator=(const DemandWatch&) = delete;

    /// Takes what has happened since the last call. Never waits.
    Demand poll();

private:
    [[nodiscard]] int others() const;
    void read_driver_events();
    void read_opens();
    const VideoNode& node_;
    std::vector<std::uint32_t> events_;  ///< subscribed
    bool usage_ = false;                 ///< what the driver said last
    int watch_ = -1;
    int open_ = 0;  ///< handles of other programs
    Hysteresis hysteresis_;
};

}  // namespace vbg::v4l2
