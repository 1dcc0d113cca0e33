#include "pipeline/matte_maker.hpp"

namespace vbg {

std::vector<std::string> MatteMaker::timer_names() const {
    std::vector<std::string> names{"segmenter " + std::string(segmenter->name())};
    for (const auto& filter : filters) names.push_back("filter " + std::string(filter->name()));
    return names;
}

void MatteMaker::configure(const FrameSpec& spec, Context& context) {
    segmenter->configure(spec, context);
    for (auto& filter : filters) filter->configure(spec, context);
}

void MatteMaker::reset() noexcept {
    segmenter->reset();
    for (auto& filter : filters) filter->reset();
}

bool MatteMaker::make(const ConstFrameView& frame, const MaskView& matte, const FrameView* foreground,
                      Context& context, Meter& meter, std::size_t first_timer) {
    bool wrote_foreground = false;
    {
        const Meter::Span span(meter.timer(first_timer));
        std::optional<FrameView> wanted;
        if (foreground != nullptr && segmenter->gives_foreground()) wanted = *foreground;
        wrote_foreground = segmenter->segment(frame, matte, context, wanted);
    }
    for (std::size_t i = 0; i < filters.size(); ++i) {
        const Meter::Span span(meter.timer(first_timer + 1 + i));
        filters[i]->apply(frame, matte, matte, context);
    }
    meter.mattes.fetch_add(1, std::memory_order_relaxed);
    return wrote_foreground;
}

}  // namespace vbg
