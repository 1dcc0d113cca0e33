#pragma once
/// @file interrupt.hpp  Ends waiting for a pipe's reader from another thread.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace vbg {

/// What Sink::interrupt() of sinks that write to pipes does. Thread-safe.
class Interrupt {
public:
    /// Throws Error{io} where there are no descriptors left.
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// From now on waits end: at once for somebody who opens the pipe, after kGrace for room in it, so that a
    /// reader who is alive still gets a whole frame.
    void raise() noexcept;
    void clear() noexcept;
    [[nodiscard]] bool raised() const noexcept { return since_.load() != 0; }

    /// Waits until `fd` takes bytes or has failed. Returns false where raise() ended that.
    [[nodiscard]] bool wait_writable(int fd) const noexcept;
    /// Waits that long, less where raised. Returns false where a signal came in between.
    [[nodiscard]] bool pause(std::chrono::milliseconds time) const noexcept;

    static constexpr std::chrono::milliseconds kGrace{500};

private:
    std::atomic<std::int64_t> since_{0};  ///< steady clock, ns; 0 = not raised
    int event_;
};

}  // namespace vbg
