#include "pipeline/composition.hpp"

#include <utility>
#include <vbg/log.hpp>

#include "core/device.hpp"
#include "pipeline/carried.hpp"
#include "pipeline/error_text.hpp"

namespace vbg {

namespace {

ConstFrameView stamped(ConstFrameView view, const ConstFrameView& like) {
    view.timestamp = like.timestamp;
    view.sequence = like.sequence;
    return view;
}

}  // namespace

void Composition::carry_stages() {
    carry(background);
    carry(foreground);
    carry(compositor);
    carry(card);
}

void Composition::configure(const FrameSpec& spec, Context& context) {
    for (auto& effect : background) effect->configure(spec, context);
    for (auto& effect : foreground) effect->configure(spec, context);
    compositor->configure(spec, context);
    if (card) card->configure(spec, context);

    composed_ = Frame(spec);
    next_ = Frame(spec);
    older_ = on_host(spec.device) ? Frame() : Frame(spec);
    black_ = Frame(spec);
    card_ = Frame(spec);
    still_ = Frame(spec);
    background_ = Frame(spec);
    foreground_ = Frame(spec);
    nobody_ = Mask(spec.width, spec.height, MaskFormat::u8, spec.device);
    has_last_ = false;
    parts_changed();
}

void Composition::parts_changed() noexcept {
    first_effect_ = 0;
    for (std::size_t i = 0; i < background.size(); ++i) {
        if (background[i]->replaces_layer()) first_effect_ = i;
    }
    starts_still_ = background.empty() || background[first_effect_]->is_still();
    still_made_ = false;
    card_made_ = false;
    last_layer_ = {};
}

void Composition::reset() noexcept {
    for (auto& effect : background) effect->reset();
    for (auto& effect : foreground) effect->reset();
    if (compositor) compositor->reset();
    last_layer_ = {};
}

ConstFrameView Composition::make_background(const ConstFrameView& frame, const ConstMaskView& matte,
                                            Context& context, bool timed) {
    if (background.empty()) return std::as_const(black_).view();
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
        if (timed) background[i].timer->add(Clock::now() - start);
    }
    return layer;
}

ConstFrameView Composition::make_foreground(const ConstFrameView& frame, const ConstMaskView& matte,
                                            Context& context) {
    ConstFrameView layer = frame;
    for (auto& effect : foreground) {
        const Meter::Span span(*effect.timer);
        effect->apply(layer, matte, foreground_.view(), context);
        layer = stamped(std::as_const(foreground_).view(), frame);
    }
    return layer;
}

void Composition::compose(const ConstFrameView& frame, const ConstMaskView& matte,
                          const ConstFrameView* own_foreground, Context& context, bool renew_background) {
    if (renew_background || last_layer_.planes[0].data == nullptr) {
        last_layer_ = {};  // a failure leaves half a picture there
        last_layer_ = make_background(frame, matte, context, true);
    }
    const ConstFrameView back = stamped(last_layer_, frame);
    const ConstFrameView front =
        make_foreground(own_foreground != nullptr ? *own_foreground : frame, matte, context);
    {
        const Meter::Span span(*compositor.timer);
        compositor->compose(front, matte, back, next_.view(), context);
    }
    next_.stamp(frame.timestamp, frame.sequence);
    std::swap(composed_, next_);
    if (!older_.empty()) std::swap(next_, older_);
    has_last_ = true;
}

ConstFrameView Composition::without_person(Context& context) noexcept {
    const ConstFrameView black = std::as_const(black_).view();
    const bool owes_camera = !background.empty() && !background[first_effect_]->replaces_layer();
    if (owes_camera) return black;
    last_layer_ = {};
    try {
        // The effects get black for the camera's picture: so it cannot show even by mistake.
        return make_background(black, std::as_const(nobody_).view(), context, false);
    } catch (...) {
        log(LogLevel::error, "the background cannot be made either, so a black card is shown: " +
                                 text_of(std::current_exception()));
        return black;
    }
}

ConstFrameView Composition::show_card(Context& context) noexcept {
    const ConstFrameView black = std::as_const(black_).view();
    if (!card) return black;
    try {
        if (!card_made_ || !card->is_still()) {
            card_made_ = false;
            card->apply(black, std::as_const(nobody_).view(), card_.view(), context);
        }
        card_made_ = true;
        return std::as_const(card_).view();
    } catch (...) {
        log(LogLevel::error,
            "the card cannot be made, so black is shown: " + text_of(std::current_exception()));
        return black;
    }
}

}  // namespace vbg
