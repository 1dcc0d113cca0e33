#pragma once
/// @file meter.hpp  Counters and stage times that a few threads write and any thread reads, without locks on
/// the way.

#include <atomic>
#include <chrono>
#include <memory>
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
        /// Seconds in all, and how often.
        [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }
        [[nodiscard]] std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

    private:
        std::string name_;
        std::atomic<double> last_{0}, sum_{0}, max_{0};
        std::atomic<std::uint64_t> count_{0};
    };
    /// A stage and the reader may both outlive each other, as stages are replaced while running.
    using TimerRef = std::shared_ptr<Timer>;

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
    std::atomic<std::uint64_t> source_reopened{0}, sinks_reopened{0}, frames_damaged{0};
    std::atomic<RunState> state{RunState::stopped};
    Timer latency{"latency"};

    /// Sets which timers are read, in order.
    void show_timers(std::vector<TimerRef> timers);

    void lag(std::uint64_t frames) noexcept;
    /// A frame without a valid matte.
    void failed(std::string_view text);
    /// Another failure.
    void told(std::string_view text);
    /// What is given up to stay within a budget: see Stats.
    struct GivenUp {
        int level = 0, coarseness = 0, coarsest = 0;
        std::string text{};
    };
    void gave_up(GivenUp now);
    /// After each frame written: keeps the rate and the processor's load over the last second.
    void wrote_frame() noexcept;
    /// The same for a frame that was written before.
    void repeated_frame() noexcept;
    [[nodiscard]] std::uint64_t repeated() const noexcept {
        return frames_repeated_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] Stats read() const;

private:
    void count_for_rate() noexcept;

    std::atomic<std::uint64_t> lag_{0}, lag_max_{0}, frames_repeated_{0};
    std::atomic<double> fps_{0}, cpu_{0};
    Clock::time_point window_start_{};
    std::chrono::nanoseconds window_cpu_{};
    std::uint64_t window_frames_ = 0;
    mutable std::mutex text_mutex_;  // taken to configure, to read and for failures; never for a good frame
    std::vector<TimerRef> timers_;
    std::string last_failure_;
    GivenUp given_up_;
};

/// Adds what a source counts as damaged to the meter. For the thread that reads the source.
class DamageCount {
public:
    /// From now on it is this source, whatever it has counted so far.
    void begin(const Source& source) noexcept { counted_ = source.damaged(); }
    void add(const Source& source, Meter& meter) noexcept {
        const std::uint64_t now = source.damaged();
        if (now > counted_) meter.frames_damaged.fetch_add(now - counted_, std::memory_order_relaxed);
        counted_ = now;
    }

private:
    std::uint64_t counted_ = 0;
};

/// Processor time of the whole process so far.
[[nodiscard]] std::chrono::nanoseconds process_cpu_time() noexcept;

}  // namespace vbg
