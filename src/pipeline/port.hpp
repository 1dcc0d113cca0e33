#pragma once
/// @file port.hpp  One sink, and what its frames need to be as it wants them.

#include <array>
#include <memory>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "pipeline/backoff.hpp"
#include "pipeline/meter.hpp"

namespace vbg {

struct Port {
    /// Frames that may be on their way down from a GPU at once, each with memory of its own. In host memory
    /// there is one.
    static constexpr std::size_t kWays = 2;

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
    /// Where converts_there(): converts on the GPU where the format is another, in the stream's turn.
    void convert_there(const ConstFrameView& frame, std::size_t way, StreamRef stream);
    /// Then sends it on its way down in the turn of a stream, which may be another.
    void bring_down(const ConstFrameView& frame, std::size_t way, StreamRef stream);
    /// Whether that was done with the way's newest frame.
    std::array<bool, kWays> has_it{};
    /// Writes the frame, which is in host memory; where converts_there(), what came down on that way instead
    /// (the frame then says when and which only).
    void send(ConstFrameView frame, std::size_t way);

private:
    Frame scaled_;                          // empty where not needed, as those below
    std::array<Frame, kWays> converted_{};  // in host memory
    std::array<Frame, kWays> there_{};      // on the GPU, in the sink's format
    bool converts_there_ = false;
};

}  // namespace vbg
