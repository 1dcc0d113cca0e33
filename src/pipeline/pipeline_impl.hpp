#pragma once
/// @file pipeline_impl.hpp  The inside of vbg::Pipeline.

#include <memory>
#include <optional>
#include <vbg/pipeline.hpp>

#include "pipeline/composition.hpp"
#include "pipeline/matte_maker.hpp"
#include "pipeline/matte_thread.hpp"
#include "pipeline/outputs.hpp"

namespace vbg::inline v0 {

struct Pipeline::Impl {
    explicit Impl(int threads) : context(threads) {}

    Context context;
    std::unique_ptr<Source> source;
    MatteMaker maker;
    Composition composition;
    Outputs outputs;
    MaskSync sync = MaskSync::exact;
    OnFailure policy = OnFailure::hold;
    Show show = Show::composite;

    Meter meter;
    FrameSpec input;          // the source's
    FrameSpec working;        // the stages': bgr8
    bool opened = false;      // source and sinks
    bool configured = false;  // stages, for `working`
    std::size_t first_maker_timer = 0, first_composition_timer = 0;

    Frame converted;       // the source's frame as bgr8, where it is not
    Frame own_foreground;  // where the segmenter gives one
    Mask matte;
    std::optional<std::uint64_t> last_sequence;

    void need_parts(bool with_source) const;
    /// Gets every stage ready for frames like `spec` (bgr8 or rgb8).
    void configure(const FrameSpec& spec);
    void open();
    void close();

    /// The next frame as bgr8; counts it and the gap before it.
    ReadResult read(ConstFrameView& frame, std::chrono::milliseconds timeout);
    /// Matte and composition of one frame, on this thread. Throws what a stage throws.
    void compose_exact(const ConstFrameView& frame);
    /// What goes out instead of a frame that could not be made; throws with OnFailure::stop.
    ConstFrameView instead(const ConstFrameView& frame, const std::exception_ptr& error);
    void write(const ConstFrameView& composed, const ConstFrameView* input_shown, bool with_matte);

    ReadResult step_exact(std::chrono::milliseconds timeout);
    ReadResult step_latest(std::chrono::milliseconds timeout, MatteThread& thread,
                           MatteThread::Latest& newest);
};

}  // namespace vbg::inline v0
