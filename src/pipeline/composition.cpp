#include "pipeline/composition.hpp"

#include <algorithm>
#include <utility>
#include <vbg/log.hpp>

#include "composite/over.hpp"
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
    foreground_pass_ = background_pass_ = nullptr;
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
    whole_ = 0;
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
    foreground_pass_ = last_pass(foreground);
    background_pass_ = last_pass(background);
}

GpuEffect* Composition::last_pass(const TimedChain<Effect>& chain) const noexcept {
    if (chain.empty() || !compositor || !compositor->configured() || !is_over(*compositor.stage))
        return nullptr;
    // Neither an effect that is carried nor a user's own is one of these, whatever it has inside.
    auto* const effect = dynamic_cast<GpuEffect*>(chain.back().stage.get());
    const bool can = effect != nullptr && effect->configured() && !on_host(effect->spec().device) &&
                     !effect->is_still();  // which is made once
    return can ? effect : nullptr;
}

void Composition::reset() noexcept {
    for (auto& effect : background) effect->reset();
    for (auto& effect : foreground) effect->reset();
    if (compositor) compositor->reset();
    last_layer_ = {};
}

ConstFrameView Composition::make_background(const ConstFrameView& frame, const ConstMaskView& matte,
                                            Context& context, bool timed, const GpuEffect* composing) {
    if (background.empty()) return std::as_const(black_).view();
    ConstFrameView layer = frame;
    std::size_t i = first_effect_;
    if (starts_still_) {
        if (!still_made_) background[i]->apply(frame, matte, still_.view(), context);
        still_made_ = true;
        layer = stamped(std::as_const(still_).view(), frame);
        ++i;
    }
    for (; i < background.size() && background[i].stage.get() != composing; ++i) {
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
                                            Context& context, const GpuEffect* composing) {
    ConstFrameView layer = frame;
    for (auto& effect : foreground) {
        if (effect.stage.get() == composing) break;
        const Meter::Span span(*effect.timer);
        effect->apply(layer, matte, foreground_.view(), context);
        layer = stamped(std::as_const(foreground_).view(), frame);
    }
    return layer;
}

void Composition::compose(const ConstFrameView& frame, const ConstMaskView& matte,
                          const ConstFrameView* own_foreground, Context& context, BackgroundUse use) {
    // One layer can be composed by its last effect. The foreground, if it can: then there is a background to
    // keep.
    const bool passes = foreground_pass_ == nullptr && use == BackgroundUse::once;
    GpuEffect* const behind = passes ? background_pass_ : nullptr;
    ConstFrameView back = last_layer_;
    if (use != BackgroundUse::again || back.planes[0].data == nullptr) {
        last_layer_ = {};  // a failure leaves half a picture there
        back = make_background(frame, matte, context, true, behind);
        if (behind == nullptr) last_layer_ = back;
    }
    back = stamped(back, frame);
    const ConstFrameView front = make_foreground(own_foreground != nullptr ? *own_foreground : frame, matte,
                                                 context, foreground_pass_);
    const FrameView out = next_.view();
    if (foreground_pass_ != nullptr) {
        const Meter::Span span(*foreground.back().timer);
        foreground_pass_->apply_and_compose(front, {out, back, matte, cuda::Target::Result::person}, context);
    } else if (behind != nullptr) {
        const Meter::Span span(*background.back().timer);
        behind->apply_and_compose(back, {out, front, matte, cuda::Target::Result::background}, context);
    } else {
        const Meter::Span span(*compositor.timer);
        compositor->compose(front, matte, back, out, context);
    }
    if (foreground_pass_ != nullptr || behind != nullptr) compositor.timer->add({});
    next_.stamp(frame.timestamp, frame.sequence);
    std::swap(composed_, next_);
    if (!older_.empty()) std::swap(next_, older_);
    whole_ = std::min(whole_ + 1, 3);
}

void Composition::take_back(int frames) noexcept {
    for (int i = 0; i < frames; ++i) {
        if (!older_.empty()) std::swap(next_, older_);
        std::swap(composed_, next_);
    }
    whole_ = std::max(whole_ - frames, 0);
    last_layer_ = {};
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
