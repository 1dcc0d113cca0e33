#include "pipeline/meter.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace vbg {

void Meter::Timer::add(Clock::duration took) noexcept {
    const double seconds = std::chrono::duration<double>(took).count();
    last_.store(seconds, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + seconds, std::memory_order_relaxed);
    max_.store(std::max(max_.load(std::memory_order_relaxed), seconds), std::memory_order_relaxed);
    count_.fetch_add(1, std::memory_order_relaxed);
}

StageTime Meter::Timer::read() const {
    const auto count = count_.load(std::memory_order_relaxed);
    const double mean = count == 0 ? 0 : sum_.load(std::memory_order_relaxed) / static_cast<double>(count);
    return {name_, last_.load(std::memory_order_relaxed), mean, max_.load(std::memory_order_relaxed)};
}

void Meter::show_timers(std::vector<TimerRef> timers) {
    const std::lock_guard lock(text_mutex_);
    timers_.swap(timers);
}

void Meter::lag(std::uint64_t frames) noexcept {
    lag_.store(frames, std::memory_order_relaxed);
    lag_max_.store(std::max(frames, lag_max_.load(std::memory_order_relaxed)), std::memory_order_relaxed);
}

void Meter::failed(std::string_view text) {
    frames_failed.fetch_add(1, std::memory_order_relaxed);
    told(text);
}

void Meter::told(std::string_view text) {
    const std::lock_guard lock(text_mutex_);
    last_failure_ = text;
}

void Meter::gave_up(GivenUp now) {
    const std::lock_guard lock(text_mutex_);
    std::swap(given_up_, now);
}

void Meter::wrote_frame() noexcept {
    frames_out.fetch_add(1, std::memory_order_relaxed);
    count_for_rate();
}

void Meter::repeated_frame() noexcept {
    frames_repeated_.fetch_add(1, std::memory_order_relaxed);
    count_for_rate();
}

void Meter::count_for_rate() noexcept {
    const auto now = Clock::now();
    if (window_start_ == Clock::time_point{}) {
        window_start_ = now;  // the first frame opens the window and is not counted in it
        window_cpu_ = process_cpu_time();
        return;
    }
    ++window_frames_;
    const double seconds = std::chrono::duration<double>(now - window_start_).count();
    const bool first_window = fps_.load(std::memory_order_relaxed) == 0;
    if (seconds >= 1.0 || (first_window && seconds > 0)) {
        fps_.store(static_cast<double>(window_frames_) / seconds, std::memory_order_relaxed);
    }
    if (seconds >= 1.0) {
        const auto used = process_cpu_time();
        cpu_.store(std::chrono::duration<double>(used - window_cpu_).count() / seconds,
                   std::memory_order_relaxed);
        window_cpu_ = used;
        window_start_ = now;
        window_frames_ = 0;
    }
}

Stats Meter::read() const {
    Stats stats;
    stats.frames_in = frames_in.load(std::memory_order_relaxed);
    stats.frames_out = frames_out.load(std::memory_order_relaxed);
    stats.frames_failed = frames_failed.load(std::memory_order_relaxed);
    stats.frames_dropped = frames_dropped.load(std::memory_order_relaxed);
    stats.mattes = mattes.load(std::memory_order_relaxed);
    stats.mask_lag = lag_.load(std::memory_order_relaxed);
    stats.mask_lag_max = lag_max_.load(std::memory_order_relaxed);
    stats.fps = fps_.load(std::memory_order_relaxed);
    stats.state = state.load(std::memory_order_relaxed);
    stats.frames_repeated = repeated();
    stats.source_reopened = source_reopened.load(std::memory_order_relaxed);
    stats.sinks_reopened = sinks_reopened.load(std::memory_order_relaxed);
    stats.frames_damaged = frames_damaged.load(std::memory_order_relaxed);
    stats.latency = latency.read();
    stats.cpu = cpu_.load(std::memory_order_relaxed);
    const std::lock_guard lock(text_mutex_);
    for (const TimerRef& timer : timers_) stats.stages.push_back(timer->read());
    stats.last_failure = last_failure_;
    stats.level = given_up_.level;
    stats.given_up = given_up_.text;
    stats.coarseness = given_up_.coarseness;
    stats.coarsest = given_up_.coarsest;
    return stats;
}

std::chrono::nanoseconds process_cpu_time() noexcept {
    std::timespec time{};
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace vbg
