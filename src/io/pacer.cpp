#include "io/pacer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace vbg {

void Pacer::start(double fps, bool realtime) noexcept {
    fps_ = fps > 0 ? fps : 30;
    realtime_ = realtime;
    started_ = false;
    next_ = 0;
}

std::chrono::nanoseconds Pacer::time_of(std::uint64_t index) const noexcept {
    return std::chrono::nanoseconds(std::llround(static_cast<double>(index) * 1e9 / fps_));
}

ReadResult Pacer::tick(std::chrono::milliseconds timeout, std::uint64_t& index) {
    if (realtime_) {
        const Clock::time_point now = Clock::now();
        if (!started_) {
            started_ = true;
            begin_ = now;
        }
        const auto since = std::chrono::duration<double>(now - begin_).count();
        const auto newest = static_cast<std::uint64_t>(std::max(0.0, since * fps_));
        next_ = std::max(next_, newest);  // what is older than the newest is lost
        const Clock::time_point due = begin_ + time_of(next_);
        if (due > now) {
            const Clock::time_point limit = now + timeout;
            std::this_thread::sleep_until(std::min(due, limit));
            if (due > limit) return ReadResult::timed_out;
        }
    }
    index = next_++;
    return ReadResult::frame;
}

std::uint64_t whole_number(const Parameters& parameters, std::string_view name, std::uint64_t for_word) {
    if (parameters.is_word(name)) return for_word;
    const double number = parameters.number(name);
    if (number != std::floor(number) || number < 0 || number > 9e15) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: {}={}: wanted a whole number", parameters.stage(), name, number));
    }
    return static_cast<std::uint64_t>(number);
}

}  // namespace vbg
