#pragma once
/// @file matte_maker.hpp  Frame -> refined matte: the segmenter and the mask filters in a row.

#include <memory>
#include <vbg/frame.hpp>
#include <vector>

#include "pipeline/meter.hpp"

namespace vbg {

class MatteMaker {
public:
    std::unique_ptr<Segmenter> segmenter;
    std::vector<std::unique_ptr<MaskFilter>> filters;

    [[nodiscard]] std::vector<std::string> timer_names() const;
    void configure(const FrameSpec& spec, Context& context);
    void reset() noexcept;
    /// Fills `matte`, and `foreground` where the segmenter gives one (then returns true). Throws what a stage
    /// throws; `matte` is then not valid. Timers are those of timer_names(), from `first_timer` on.
    bool make(const ConstFrameView& frame, const MaskView& matte, const FrameView* foreground,
              Context& context, Meter& meter, std::size_t first_timer);
};

}  // namespace vbg
