#pragma once
/// @file frame_intake.hpp  A source's frame as the stages want it: bgr8, of the size the run began with,
/// where the pipeline works.

#include <vbg/frame.hpp>

#include "cuda/staging.hpp"

namespace vbg {

class FrameIntake {
public:
    /// For frames like `from` (host memory), brought to frames like `to` (bgr8; host memory or a GPU).
    /// Allocates what that needs.
    void configure(const FrameSpec& from, const FrameSpec& to);
    /// Whether frames are already as wanted.
    [[nodiscard]] bool is_idle() const noexcept { return !resizes_ && !converts_ && !uploads_; }
    /// Converts and scales (fills, cutting what hangs over). On a GPU `to` is written in the stream's turn;
    /// `from` may go at once. Throws Error{unsupported_format, device}.
    void bring(const ConstFrameView& from, const FrameView& to, StreamRef stream);

private:
    void bring_on_host(const ConstFrameView& from, const FrameView& to);

    bool resizes_ = false, converts_ = false, uploads_ = false;
    Frame converted_;  // the source's size, where it has another
    // To a GPU a frame goes as it is, and is converted there; only scaling is done before.
    Frame arrived_;                 // there, where it is to be converted
    cuda::Staging<Frame> staging_;  // on its way up. Declared last: before the others go it waits
};

}  // namespace vbg
