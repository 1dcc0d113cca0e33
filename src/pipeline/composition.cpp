#include "pipeline/composition.hpp"

#include <utility>
#include <vbg/log.hpp>

namespace vbg {

namespace {

ConstFrameView stamped(ConstFrameView view, const ConstFrameView& like) {
    view.timestamp = like.timestamp;
    view.sequence = like.sequence;
    return view;
}

}  // namespace

std::vector<std::string> Composition::timer_names() const {
    std::vector<std::string> names;
    for (const auto& effect : background) names.push_back("background " + std::string(effect->name()));
    for (const auto& effect : foreground) names.push_back("foreground " + std::string(effect->name()));
    names.push_back("compose " + std::string(compositor->name()));
    return names;
}

void Composition::configure(const FrameSpec& spec, Context& context) {
    for (auto& effect : background) effect->configure(spec, context);
    for (auto& effect : foreground) effect->configure(spec, context);
    compositor->configure(spec, context);

    first_effect_ = 0;
    for (std::size_t i = 0; i < background.size(); ++i) {
        if (background[i]->replaces_layer()) first_effect_ = i;
    }
    starts_still_ = background.empty() || background[first_effect_]->is_still();
    still_made_ = false;
    has_last_ = false;

    composed_ = Frame(spec);
    next_ = Frame(spec);
    blank_ = Frame(spec);
    fill(blank_.view(), 0, 0, 0);
    still_ = starts_still_ ? Frame(spec) : Frame();
    background_ = background.empty() ? Frame() : Frame(spec);
    foreground_ = foreground.empty() ? Frame() : Frame(spec);
    nobody_ = Mask(spec.width, spec.height);
}

void Composition::reset() noexcept {
    for (auto& effect : background) effect->reset();
    for (auto& effect : foreground) effect->reset();
    compositor->reset();
}

ConstFrameView Composition::make_background(const ConstFrameView& frame, const ConstMaskView& matte,
                                            Context& context, Meter* meter, std::size_t first_timer) {
    if (background.empty()) return blank_.view();
    ConstFrameView layer = frame;
    std::size_t i = first_effect_;
    if (starts_still_) {
        if (!still_made_) background[i]->apply(frame, matte, still_.view(), context);
        still_made_ = true;
        layer = stamped(std::as_const(still_).view(), frame);
        ++i;
    }
    for (; i < background.size(); ++i) {
        const auto start = Clock::now();
        FrameView out = background_.view();
        out.timestamp = frame.timestamp;
        out.sequence = frame.sequence;
        background[i]->apply(layer, matte, out, context);
        layer = out;
        if (meter != nullptr) meter->timer(first_timer + i).add(Clock::now() - start);
    }
    return layer;
}

ConstFrameView Composition::make_foreground(const ConstFrameView& frame, const ConstMaskView& matte,
                                            Context& context, Meter& meter, std::size_t first_timer) {
    ConstFrameView layer = frame;
    for (std::size_t i = 0; i < foreground.size(); ++i) {
        const Meter::Span span(meter.timer(first_timer + background.size() + i));
        foreground[i]->apply(layer, matte, foreground_.view(), context);
        layer = stamped(std::as_const(foreground_).view(), frame);
    }
    return layer;
}

void Composition::compose(const ConstFrameView& frame, const ConstMaskView& matte,
                          const ConstFrameView* own_foreground, Context& context, Meter& meter,
                          std::size_t first_timer) {
    const ConstFrameView back = make_background(frame, matte, context, &meter, first_timer);
    const ConstFrameView front = make_foreground(own_foreground != nullptr ? *own_foreground : frame, matte,
                                                 context, meter, first_timer);
    {
        const Meter::Span span(meter.timer(first_timer + background.size() + foreground.size()));
        compositor->compose(front, matte, back, next_.view(), context);
    }
    next_.stamp(frame.timestamp, frame.sequence);
    std::swap(composed_, next_);
    has_last_ = true;
}

ConstFrameView Composition::without_person(const ConstFrameView& frame, Context& context) noexcept {
    const bool owes_camera = !background.empty() && !background[first_effect_]->replaces_layer();
    if (owes_camera) return stamped(blank(), frame);
    try {
        return stamped(make_background(frame, std::as_const(nobody_).view(), context, nullptr, 0), frame);
    } catch (const std::exception& e) {
        log(LogLevel::error,
            std::string("the background cannot be made either, so a black card is shown: ") + e.what());
        return stamped(blank(), frame);
    }
}

}  // namespace vbg
