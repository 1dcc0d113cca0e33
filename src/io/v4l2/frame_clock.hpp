#pragma once
/// @file frame_clock.hpp  Sequence numbers and times that drivers give, made into ones that can be relied
/// upon.

#include <chrono>
#include <cstdint>

namespace vbg::v4l2 {

/// Counts frames in 64 bits and without going back, over the driver's 32-bit counter, drivers that never
/// count, and cameras opened again. A gap of the driver's is kept as it is.
class FrameClock {
public:
    /// A stream begins: its first frame follows the last one of the stream before.
    void begin() noexcept { fresh_ = true; }
    /// The number of a frame that the driver calls `raw`.
    std::uint64_t number(std::uint32_t raw) noexcept {
        const std::uint32_t step = raw - raw_;  // wraps as the counter does
        const bool counts = !fresh_ && step != 0 && step < kTooFar;
        const std::uint64_t given = next_ + (counts ? step - 1 : 0);
        next_ = given + 1;
        raw_ = raw;
        fresh_ = false;
        return given;
    }
    /// The time of a frame by CLOCK_MONOTONIC: the driver's, where it says that it uses this clock and is not
    /// far from `now`; else `now`.
    static std::chrono::nanoseconds time(std::chrono::nanoseconds driver, bool monotonic,
                                         std::chrono::nanoseconds now) noexcept {
        const bool near = driver <= now && now - driver < std::chrono::seconds(10);
        return monotonic && near ? driver : now;
    }

private:
    static constexpr std::uint32_t kTooFar = 1U << 31;  // a counter that went back has begun anew
    std::uint64_t next_ = 0;
    std::uint32_t raw_ = 0;
    bool fresh_ = true;
};

}  // namespace vbg::v4l2
