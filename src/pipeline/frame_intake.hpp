#pragma once
/// @file frame_intake.hpp  A source's frame as the stages want it: bgr8, of the size the run began with.

#include <vbg/frame.hpp>

namespace vbg {

class FrameIntake {
public:
    /// For frames like `from`, brought to frames like `to` (bgr8). Allocates what that needs.
    void configure(const FrameSpec& from, const FrameSpec& to);
    /// Whether frames are already as wanted.
    [[nodiscard]] bool is_idle() const noexcept { return !resizes_ && !converts_; }
    /// Converts, scales (fills, cutting what hangs over) and stamps `to`. Throws Error{unsupported_format}.
    void bring(const ConstFrameView& from, const FrameView& to);

private:
    bool resizes_ = false, converts_ = false;
    Frame converted_;  // the source's size, where it has another
};

}  // namespace vbg
