#pragma once
/// @file relay.hpp  One frame handed from the thread that writes to the thread that shows, without either
/// ever seeing a half-written one.

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <vbg/frame.hpp>

namespace vbg::pipewire {

/// Three frames: one is being written, the newest whole one waits, the third is shown. put() belongs to one
/// thread, take() and shown() to another; the rest is thread-safe.
class FrameRelay {
public:
    using Clock = std::chrono::steady_clock;

    /// For frames like `spec`. Throws Error{out_of_memory}.
    explicit FrameRelay(const FrameSpec& spec);

    /// Copies the frame; then waits until the one before was taken, but no longer than `patience`. Returns
    /// false when that one was replaced unseen.
    bool put(const ConstFrameView& frame, Clock::duration patience);

    /// Whether a frame waits that take() has not had, and since when.
    [[nodiscard]] bool waits() const;
    [[nodiscard]] Clock::time_point arrived() const;
    /// The frame that waits becomes the shown one. False where none waits.
    bool take();
    /// The frame taken last; empty() before the first.
    [[nodiscard]] ConstFrameView shown() const noexcept { return showing_.view(); }
    [[nodiscard]] bool any() const noexcept { return any_; }

    /// Waits until no frame waits; false after `patience`.
    bool drain(Clock::duration patience);

private:
    Frame filling_, showing_;
    bool any_ = false;  ///< showing_ has a picture

    mutable std::mutex mutex_;
    std::condition_variable taken_;
    Frame waiting_;
    bool fresh_ = false;
    Clock::time_point arrived_{};
};

}  // namespace vbg::pipewire
