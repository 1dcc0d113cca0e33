#include "pipeline/matte_maker.hpp"

namespace vbg {

void MatteMaker::configure(const FrameSpec& spec, Context& context) {
    segmenter->configure(spec, context);
    for (auto& filter : filters) filter->configure(spec, context);
}

void MatteMaker::reset() noexcept {
    if (segmenter) segmenter->reset();
    for (auto& filter : filters) filter->reset();
}

bool MatteMaker::make(const ConstFrameView& frame, const MaskView& matte, const FrameView* foreground,
                      Context& context, Meter& meter) {
    const bool wrote_foreground = segment(frame, matte, foreground, context);
    refine(frame, matte, context, meter);
    return wrote_foreground;
}

bool MatteMaker::segment(const ConstFrameView& frame, const MaskView& matte, const FrameView* foreground,
                         Context& context) {
    const Meter::Span span(*segmenter.timer);
    std::optional<FrameView> wanted;
    if (foreground != nullptr && segmenter->gives_foreground()) wanted = *foreground;
    return segmenter->segment(frame, matte, context, wanted);
}

void MatteMaker::refine(const ConstFrameView& frame, const MaskView& matte, Context& context, Meter& meter) {
    for (auto& filter : filters) {
        const Meter::Span span(*filter.timer);
        filter->apply(frame, matte, matte, context);
    }
    meter.mattes.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace vbg
