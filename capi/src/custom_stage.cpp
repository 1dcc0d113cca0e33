// vbg/c/callbacks.h: segmenters, mask filters, effects and compositors made of functions.
#include <string>

#include "custom.hpp"
#include "objects.hpp"

using namespace vbg::capi;

namespace {

/// What every kind has: name, user, configure, reset, accepts.
template <class Stage>
class Custom : public Stage {
public:
    Custom(const char* name, const vbg_stage_callbacks* callbacks, void* user)
        : name_(custom_name(name)),
          callbacks_(read_optional_struct(callbacks, "stage")),
          user_(user, callbacks_.destroy) {}
    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    [[nodiscard]] bool accepts(vbg::PixelFormat format) const noexcept override {
        if (callbacks_.accepts == nullptr) return Stage::accepts(format);
        return callbacks_.accepts(user_.get(), static_cast<int32_t>(format)) != 0;
    }
    void own() noexcept { user_.own(); }

protected:
    template <class Call>
    void call(const char* what, Call&& function) const {
        call_back(name_, what, [&] { return function(user_.get()); });
    }

private:
    void do_configure(const vbg::FrameSpec& spec, vbg::Context&) override {
        if (callbacks_.configure == nullptr) return;
        const vbg_frame_spec c = to_c(spec);
        call("configure", [&](void* user) { return callbacks_.configure(user, &c); });
    }
    void do_reset() noexcept override {
        if (callbacks_.reset != nullptr) callbacks_.reset(user_.get());
    }

    std::string name_;
    vbg_stage_callbacks callbacks_;
    User user_;
};

class CustomSegmenter final : public Custom<vbg::Segmenter> {
public:
    CustomSegmenter(const char* name, vbg_segment_fn function, const vbg_stage_callbacks* stage, void* user,
                    bool foreground, int warm_up)
        : Custom(name, stage, user),
          segment_(function),
          gives_foreground_(foreground),
          warm_up_frames_(warm_up) {}
    [[nodiscard]] bool gives_foreground() const noexcept override { return gives_foreground_; }
    [[nodiscard]] int warm_up_frames() const noexcept override { return warm_up_frames_; }

private:
    bool do_segment(const vbg::ConstFrameView& frame, const vbg::MaskView& alpha, vbg::Context&,
                    const std::optional<vbg::FrameView>& foreground) override {
        const vbg_frame_view in = to_c(frame);
        const vbg_mask_view out = to_c(alpha);
        const bool wanted = foreground.has_value() && gives_foreground_;
        const vbg_frame_view own = wanted ? to_c(*foreground) : vbg_frame_view{};
        int32_t written = 0;
        call("segment",
             [&](void* user) { return segment_(user, &in, &out, wanted ? &own : nullptr, &written); });
        return wanted && written != 0;
    }
    vbg_segment_fn segment_;
    bool gives_foreground_;
    int warm_up_frames_;
};

class CustomFilter final : public Custom<vbg::MaskFilter> {
public:
    CustomFilter(const char* name, vbg_filter_fn filter, const vbg_stage_callbacks* stage, void* user)
        : Custom(name, stage, user), filter_(filter) {}

private:
    void do_apply(const vbg::ConstFrameView& guide, const vbg::ConstMaskView& in, const vbg::MaskView& out,
                  vbg::Context&) override {
        const vbg_frame_view picture = to_c(guide);
        const vbg_mask_view before = to_c(in);
        const vbg_mask_view after = to_c(out);
        call("filter", [&](void* user) { return filter_(user, &picture, &before, &after); });
    }
    vbg_filter_fn filter_;
};

class CustomEffect final : public Custom<vbg::Effect> {
public:
    CustomEffect(const char* name, vbg_effect_fn effect, const vbg_stage_callbacks* stage, void* user,
                 int flags)
        : Custom(name, stage, user), effect_(effect), flags_(flags) {}
    [[nodiscard]] bool replaces_layer() const noexcept override {
        return (flags_ & VBG_EFFECT_REPLACES_LAYER) != 0;
    }
    [[nodiscard]] bool is_still() const noexcept override { return (flags_ & VBG_EFFECT_IS_STILL) != 0; }
    [[nodiscard]] bool uses_alpha() const noexcept override { return (flags_ & VBG_EFFECT_USES_ALPHA) != 0; }

private:
    void do_apply(const vbg::ConstFrameView& layer, const vbg::ConstMaskView& alpha,
                  const vbg::FrameView& out, vbg::Context&) override {
        const vbg_frame_view before = to_c(layer);
        const vbg_mask_view matte = to_c(alpha);
        const vbg_frame_view after = to_c(out);
        call("effect", [&](void* user) { return effect_(user, &before, &matte, &after); });
    }
    vbg_effect_fn effect_;
    int flags_;
};

class CustomCompositor final : public Custom<vbg::Compositor> {
public:
    CustomCompositor(const char* name, vbg_compose_fn function, const vbg_stage_callbacks* stage, void* user)
        : Custom(name, stage, user), compose_(function) {}

private:
    void do_compose(const vbg::ConstFrameView& foreground, const vbg::ConstMaskView& alpha,
                    const vbg::ConstFrameView& background, const vbg::FrameView& out,
                    vbg::Context&) override {
        const vbg_frame_view person = to_c(foreground);
        const vbg_mask_view matte = to_c(alpha);
        const vbg_frame_view room = to_c(background);
        const vbg_frame_view composed = to_c(out);
        call("compose", [&](void* user) { return compose_(user, &person, &matte, &room, &composed); });
    }
    vbg_compose_fn compose_;
};

void check_flags(int32_t flags, int32_t all) {
    if (flags < 0 || (flags & ~all) != 0) {
        refuse("flags is " + std::to_string(flags) + "; wanted a sum of some of " + std::to_string(all));
    }
}

/// A handle for a stage, which owns the caller's object from the moment that nothing can fail any more.
template <class Object, class Made>
typename Object::Handle* adopt(std::unique_ptr<Made> stage) {
    Made& made = *stage;
    auto* handle = publish(std::make_shared<Object>(std::move(stage), 1));
    made.own();
    return handle;
}

}  // namespace

extern "C" {

vbg_status vbg_segmenter_create_custom(const char* name, vbg_segment_fn segment,
                                       const vbg_stage_callbacks* stage, int32_t flags,
                                       int32_t warm_up_frames, void* user, vbg_segmenter** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            need(segment, "segment");
            check_flags(flags, VBG_SEGMENTER_GIVES_FOREGROUND);
            if (warm_up_frames < 0) refuse("warm_up_frames is below 0");
            *out = adopt<SegmenterObject>(std::make_unique<CustomSegmenter>(
                name, segment, stage, user, (flags & VBG_SEGMENTER_GIVES_FOREGROUND) != 0, warm_up_frames));
        },
        out);
}

vbg_status vbg_mask_filter_create_custom(const char* name, vbg_filter_fn filter,
                                         const vbg_stage_callbacks* stage, void* user,
                                         vbg_mask_filter** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            need(filter, "filter");
            *out = adopt<MaskFilterObject>(std::make_unique<CustomFilter>(name, filter, stage, user));
        },
        out);
}

vbg_status vbg_effect_create_custom(const char* name, vbg_effect_fn effect, const vbg_stage_callbacks* stage,
                                    int32_t flags, void* user, vbg_effect** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            need(effect, "effect");
            check_flags(flags, VBG_EFFECT_REPLACES_LAYER | VBG_EFFECT_IS_STILL | VBG_EFFECT_USES_ALPHA);
            *out = adopt<EffectObject>(std::make_unique<CustomEffect>(name, effect, stage, user, flags));
        },
        out);
}

vbg_status vbg_compositor_create_custom(const char* name, vbg_compose_fn compose,
                                        const vbg_stage_callbacks* stage, void* user, vbg_compositor** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            need(compose, "compose");
            *out = adopt<CompositorObject>(std::make_unique<CustomCompositor>(name, compose, stage, user));
        },
        out);
}

}  // extern "C"
