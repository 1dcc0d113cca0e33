#pragma once
/// @file meter.hpp  Counters and stage times that one thread writes and any thread reads, without locks on
/// the way.

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <vbg/pipeline.hpp>

namespace vbg {

using Clock = std::chrono::steady_clock;

class Meter {
public:
    /// Time of one named stage. Written by one thread at a time.
    class Timer {
    public:
        explicit Timer(std::string name) : name_(std::move(name)) {}
        void add(Clock::duration took) noexcept;
        [[nodiscard]] StageTime read() const;

    private:
        std::string name_;
        std::atomic<double> last_{0}, sum_{0}, max_{0};
        std::atomic<std::uint64_t> count_{0};
    };

    /// Adds the time until its end to a timer, also when it ends by an exception.
    class Span {
    public:
        explicit Span(Timer& timer) noexcept : timer_(timer) {}
        ~Span() { timer_.add(Clock::now() - start_); }
        Span(const Span&) = delete;
        Span& operator=(const Span&) = delete;

    private:
        Timer& timer_;
        Clock::time_point start_ = Clock::now();
    };

    std::atomic<std::uint64_t> frames_in{0}, frames_out{0}, frames_failed{0}, frames_dropped{0}, mattes{0};

    /// Sets which timers there are; not while frames are made.
    void set_timers(const std::vector<std::string>& names);
    [[nodiscard]] Timer& timer(std::size_t i) { return timers_[i]; }

    void lag(std::uint64_t frames) noexcept;
    void failed(std::string_view text);
    /// After each frame written: keeps the rate over the last second.
    void wrote_frame() noexcept;
    [[nodiscard]] Stats read() const;

private:
    std::deque<Timer> timers_;
    std::atomic<std::uint64_t> lag_{0}, lag_max_{0};
    std::atomic<double> fps_{0};
    Clock::time_point window_start_{};
    std::uint64_t window_frames_ = 0;
    mutable std::mutex text_mutex_;  // taken to configure, to read and for failures; never for a good frame
    std::string last_failure_;
};

}  // namespace vbg
