#include <fmt/format.h>

#include <mutex>
#include <utility>
#include <vbg/error.hpp>
#include <vbg/frame.hpp>

namespace vbg::inline v0 {

/// Lives as long as the pool or any lease.
struct FramePool::Lease::Shared {
    mutable std::mutex mutex;
    std::vector<Frame> frames;  // never grows after construction: pointers stay valid
    std::vector<Frame*> idle;
};

FramePool::FramePool(const FrameSpec& spec, int count) : shared_(std::make_shared<Lease::Shared>()) {
    if (count < 1)
        throw Error(Errc::invalid_argument, fmt::format("FramePool: {} frames; wanted at least 1", count));
    const auto n = static_cast<std::size_t>(count);
    shared_->frames.reserve(n);
    shared_->idle.reserve(n);
    for (std::size_t i = 0; i < n; ++i) shared_->frames.emplace_back(spec);
    for (auto& frame : shared_->frames) shared_->idle.push_back(&frame);
}

FramePool::~FramePool() = default;

FramePool::Lease FramePool::acquire() {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->idle.empty()) return {};
    Frame* frame = shared_->idle.back();
    shared_->idle.pop_back();
    return {shared_, frame};
}

int FramePool::available() const {
    const std::lock_guard lock(shared_->mutex);
    return static_cast<int>(shared_->idle.size());
}

FramePool::Lease::Lease(std::shared_ptr<Shared> shared, Frame* frame) noexcept
    : shared_(std::move(shared)), frame_(frame) {}

FramePool::Lease::Lease(Lease&& other) noexcept
    : shared_(std::move(other.shared_)), frame_(std::exchange(other.frame_, nullptr)) {}

FramePool::Lease& FramePool::Lease::operator=(Lease&& other) noexcept {
    std::swap(shared_, other.shared_);
    std::swap(frame_, other.frame_);
    return *this;
}

FramePool::Lease::~Lease() {
    if (frame_ == nullptr) return;
    const std::lock_guard lock(shared_->mutex);
    shared_->idle.push_back(frame_);  // within the reserved capacity
}

}  // namespace vbg::inline v0
