#pragma once
/// @file port.hpp  One sink, and what its frames need to be as it wants them.

#include <memory>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "pipeline/backoff.hpp"
#include "pipeline/meter.hpp"
#include "pipeline/place.hpp"

namespace vbg {

struct Port {
    std::unique_ptr<Sink> sink;
    FrameSpec accepted;  ///< its answer to open()
    bool lost = false;
    bool cut = false;  ///< interrupted while it waited: gets no more
    Backoff backoff;
    Clock::time_point retry{};

    /// For frames like `layout` (bgr8; host memory or a GPU).
    void make_room(const FrameSpec& layout);
    /// On a GPU: whether frames come down in the sink's own format. Else (the size is another) it wants them
    /// as they are, in host memory.
    [[nodiscard]] bool converts_there() const noexcept { return converts_there_; }
    /// Sends a frame on its way down, converted on the GPU; it has arrived when the place has finished.
    void bring_down(const ConstFrameView& frame, const Place& place);
    /// Whether the newest frame was brought down already.
    bool has_it = false;
    /// Writes the frame, which is in host memory; where converts_there(), what was brought down instead (the
    /// frame then says when and which only).
    void send(ConstFrameView frame);

private:
    Frame scaled_, converted_;  // empty where not needed
    Frame there_;               // on the GPU, in the sink's format
    bool converts_there_ = false;
};

}  // namespace vbg
