#include "io/pipewire/relay.hpp"

#include <utility>

namespace vbg::pipewire {

FrameRelay::FrameRelay(const FrameSpec& spec) : filling_(spec), showing_(spec), waiting_(spec) {}

bool FrameRelay::put(const ConstFrameView& frame, Clock::duration patience) {
    copy_pixels(frame, filling_.view());
    const auto arrived = Clock::now();
    std::unique_lock lock(mutex_);
    taken_.wait_for(lock, patience, [this] { return !fresh_; });
    const bool replaced = fresh_;
    std::swap(filling_, waiting_);
    fresh_ = true;
    arrived_ = arrived;
    return !replaced;
}

bool FrameRelay::waits() const {
    const std::lock_guard lock(mutex_);
    return fresh_;
}

FrameRelay::Clock::time_point FrameRelay::arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
}

bool FrameRelay::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!fresh_) return false;
        std::swap(waiting_, showing_);
        fresh_ = false;
        any_ = true;
    }
    taken_.notify_all();
    return true;
}

bool FrameRelay::drain(Clock::duration patience) {
    std::unique_lock lock(mutex_);
    return taken_.wait_for(lock, patience, [this] { return !fresh_; });
}

}  // namespace vbg::pipewire
