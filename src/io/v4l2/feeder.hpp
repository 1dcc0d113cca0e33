#pragma once
/// @file feeder.hpp  The thread that feeds a virtual camera at the promised rate, whatever the pipeline does.

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <vbg/sink.hpp>

#include "io/v4l2/demand_watch.hpp"
#include "io/v4l2/outlet.hpp"
#include "io/v4l2/pace.hpp"

namespace vbg::v4l2 {

/// One frame waits while another is shown; a third is being written. Nothing is shown before the first
/// write().
///
/// When the node fails, it is closed and opened again and again, with growing pauses; frames written
/// meanwhile count as dropped but for the newest, which is shown when the node is back.
///
/// write() belongs to one thread; the rest is thread-safe.
class Feeder {
public:
    using Reopen = std::function<std::unique_ptr<Outlet>()>;
    using Clock = std::chrono::steady_clock;

    /// Takes over an outlet and starts the thread. `reopen` makes another one when it is lost; it throws
    /// Error while the node is away, and what it makes must take the same frames. `patience`: how long the
    /// node may be away before write() throws; zero: for ever.
    Feeder(std::unique_ptr<Outlet> outlet, Reopen reopen, std::chrono::duration<double> patience);
    /// Stops at once, without the frame that waits.
    ~Feeder();
    Feeder(const Feeder&) = delete;
    Feeder& operator=(const Feeder&) = delete;

    /// Copies the frame and returns; at most it waits until the one before was taken, never longer than two
    /// frame times and a tenth of a second: what readers do does not hold it up. Throws Error{device} when
    /// the node is away for longer than it may be.
    void write(const ConstFrameView& frame);
    /// Shows the frame that still waits, then stops.
    void finish();

    [[nodiscard]] Demand demand() const noexcept { return demand_.load(std::memory_order_relaxed); }
    [[nodiscard]] SinkCounters counters() const noexcept;

private:
    using Frame = std::vector<std::byte>;
    void run();
    void stop(bool finish) noexcept;
    [[nodiscard]] Clock::time_point next_wake() const;
    void turn(std::unique_lock<std::mutex>& lock);
    void show(std::unique_lock<std::mutex>& lock, bool fresh);
    void lose(const std::string& why);
    void try_again(std::unique_lock<std::mutex>& lock);
    void watch();

    Reopen reopen_;
    const std::chrono::duration<double> patience_;
    const Picture picture_;  ///< of every frame
    const std::string path_;

    // Of the thread alone.
    std::unique_ptr<Outlet> outlet_;  ///< null while the node is away
    std::unique_ptr<DemandWatch> watch_;
    Pace pace_;
    Frame showing_;
    std::chrono::milliseconds pause_{};  ///< before the next attempt
    Clock::time_point next_attempt_{};

    // Of write() alone.
    Frame filling_;

    mutable std::mutex mutex_;
    std::condition_variable news_;   ///< for the thread: a frame waits, or stop
    std::condition_variable taken_;  ///< for write(): none waits any longer
    Frame waiting_;
    bool fresh_ = false;  ///< waiting_ has not been shown
    Clock::time_point arrived_{};
    bool any_ = false;   ///< showing_ has a picture
    bool lost_ = false;  ///< the node is away since lost_at_
    Clock::time_point lost_at_{};
    std::string why_lost_;
    bool stop_ = false, finish_ = false;

    std::atomic<Demand> demand_{Demand::unknown};
    std::atomic<std::uint64_t> shown_{0}, repeated_{0}, dropped_{0}, reopened_{0};
    std::thread thread_;
};

}  // namespace vbg::v4l2
