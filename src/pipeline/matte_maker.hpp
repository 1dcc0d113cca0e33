#pragma once
/// @file matte_maker.hpp  Frame -> refined matte: the segmenter and the mask filters in a row.

#include <vbg/frame.hpp>

#include "pipeline/timed.hpp"

namespace vbg {

class MatteMaker {
public:
    Timed<Segmenter> segmenter;
    TimedChain<MaskFilter> filters;

    void configure(const FrameSpec& spec, Context& context);
    void reset() noexcept;
    /// Fills `matte`, and `foreground` where the segmenter gives one (then returns true). Throws what a stage
    /// throws; `matte` is then not valid.
    bool make(const ConstFrameView& frame, const MaskView& matte, const FrameView* foreground,
              Context& context, Meter& meter);

    /// The two halves of make().
    bool segment(const ConstFrameView& frame, const MaskView& matte, const FrameView* foreground,
                 Context& context);
    void refine(const ConstFrameView& frame, const MaskView& matte, Context& context, Meter& meter);
};

}  // namespace vbg
