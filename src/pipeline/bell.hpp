#pragma once
/// @file bell.hpp  Wakes the thread that composes, whatever it was that happened.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace vbg {

/// A ring is kept until the sleeper has heard it, so none is missed between looking and sleeping.
class Bell {
public:
    void ring() noexcept {
        {
            const std::lock_guard lock(mutex_);
            rung_ = true;
        }
        heard_.notify_one();
    }
    /// Returns at a ring since the last call, or at `limit`.
    void wait_until(std::chrono::steady_clock::time_point limit) {
        std::unique_lock lock(mutex_);
        heard_.wait_until(lock, limit, [this] { return rung_; });
        rung_ = false;
    }

private:
    std::mutex mutex_;
    std::condition_variable heard_;
    bool rung_ = false;
};

}  // namespace vbg
