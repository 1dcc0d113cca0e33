// vbg/c/stage.h: segmenters, mask filters, effects, compositors one by one.
#include <optional>
#include <string>

#include "objects.hpp"
#include "views.hpp"

using namespace vbg::capi;

namespace {

template <class Object, class Make>
vbg_status create(const char* function, int32_t threads, typename Object::Handle** out, Make&& make) {
    return guard(
        function,
        [&] {
            need(out, "out");
            const int count = thread_count(threads);
            *out = publish(std::make_shared<Object>(make(), count));
        },
        out);
}

template <class Object>
vbg_status configure(const char* function, typename Object::Handle* handle, const char* what,
                     const vbg_frame_spec* spec) {
    return guard(function, [&] {
        const Use<Object> use(handle, what);
        use->configure(frame_spec(spec, "spec"));
    });
}

template <class Object>
vbg_status set_stream(const char* function, typename Object::Handle* handle, const char* what, void* stream) {
    return guard(function, [&] { Use<Object>(handle, what)->use_stream(vbg::StreamRef{stream}); });
}

template <class Object>
vbg_status reset(const char* function, typename Object::Handle* handle, const char* what) {
    return guard(function, [&] { Use<Object>(handle, what)->part->reset(); });
}

template <class Object>
vbg_status name(const char* function, typename Object::Handle* handle, const char* what, char** out) {
    return guard(
        function,
        [&] {
            need(out, "out");
            const Use<Object> use(handle, what, Access::own_thread);
            *out = make_text(use->part->name());
        },
        out);
}

/// The matte that stands for none given: all background, of the layer's size.
vbg::ConstMaskView matte_or_none(EffectObject& effect, const vbg_mask_view* alpha,
                                 const vbg::ConstFrameView& layer) {
    if (alpha != nullptr) return mask_view(alpha, "alpha");
    vbg::Mask& none = effect.no_person;
    if (none.width() != layer.width || none.height() != layer.height || none.view().device != layer.device)
        none = vbg::Mask(layer.width, layer.height, vbg::MaskFormat::u8, layer.device);
    return none.view();
}

}  // namespace

extern "C" {

vbg_status vbg_segmenter_create(const char* spec, int32_t threads, vbg_segmenter** out) {
    return create<SegmenterObject>(__func__, threads, out,
                                   [&] { return vbg::make_segmenter(need_text(spec, "spec")); });
}
void vbg_segmenter_destroy(vbg_segmenter* segmenter) { destroy<SegmenterObject>(__func__, segmenter); }
vbg_status vbg_segmenter_configure(vbg_segmenter* segmenter, const vbg_frame_spec* spec) {
    return configure<SegmenterObject>(__func__, segmenter, "segmenter", spec);
}
vbg_status vbg_segmenter_set_stream(vbg_segmenter* segmenter, void* stream) {
    return set_stream<SegmenterObject>(__func__, segmenter, "segmenter", stream);
}
vbg_status vbg_segmenter_reset(vbg_segmenter* segmenter) {
    return reset<SegmenterObject>(__func__, segmenter, "segmenter");
}
vbg_status vbg_segmenter_name(vbg_segmenter* segmenter, char** out) {
    return name<SegmenterObject>(__func__, segmenter, "segmenter", out);
}

vbg_status vbg_segmenter_gives_foreground(vbg_segmenter* segmenter, int32_t* out) {
    return guard(
        __func__,
        [&] {
            const Use<SegmenterObject> use(segmenter, "segmenter", Access::own_thread);
            *need(out, "out") = use->part->gives_foreground() ? 1 : 0;
        },
        out);
}

vbg_status vbg_segmenter_warm_up_frames(vbg_segmenter* segmenter, int32_t* out) {
    return guard(
        __func__,
        [&] {
            const Use<SegmenterObject> use(segmenter, "segmenter", Access::own_thread);
            *need(out, "out") = use->part->warm_up_frames();
        },
        out);
}

vbg_status vbg_segmenter_segment(vbg_segmenter* segmenter, const vbg_frame_view* frame,
                                 const vbg_mask_view* alpha, const vbg_frame_view* foreground,
                                 int32_t* foreground_written) {
    return guard(
        __func__,
        [&] {
            const Use<SegmenterObject> use(segmenter, "segmenter");
            const vbg::ConstFrameView picture = frame_view(frame, "frame");
            const vbg::MaskView matte = mask_view(alpha, "alpha");
            std::optional<vbg::FrameView> own;
            if (foreground != nullptr) own = frame_view(foreground, "foreground");
            use->prepare(picture);
            const bool written = use->part->segment(picture, matte, *use->context, own);
            if (foreground_written != nullptr) *foreground_written = written ? 1 : 0;
        },
        foreground_written);
}

vbg_status vbg_mask_filter_create(const char* spec, int32_t threads, vbg_mask_filter** out) {
    return create<MaskFilterObject>(__func__, threads, out,
                                    [&] { return vbg::make_mask_filter(need_text(spec, "spec")); });
}
void vbg_mask_filter_destroy(vbg_mask_filter* filter) { destroy<MaskFilterObject>(__func__, filter); }
vbg_status vbg_mask_filter_configure(vbg_mask_filter* filter, const vbg_frame_spec* spec) {
    return configure<MaskFilterObject>(__func__, filter, "filter", spec);
}
vbg_status vbg_mask_filter_set_stream(vbg_mask_filter* filter, void* stream) {
    return set_stream<MaskFilterObject>(__func__, filter, "filter", stream);
}
vbg_status vbg_mask_filter_reset(vbg_mask_filter* filter) {
    return reset<MaskFilterObject>(__func__, filter, "filter");
}
vbg_status vbg_mask_filter_name(vbg_mask_filter* filter, char** out) {
    return name<MaskFilterObject>(__func__, filter, "filter", out);
}

vbg_status vbg_mask_filter_apply(vbg_mask_filter* filter, const vbg_frame_view* guide,
                                 const vbg_mask_view* in, const vbg_mask_view* out) {
    return guard(__func__, [&] {
        const Use<MaskFilterObject> use(filter, "filter");
        const vbg::ConstFrameView picture = frame_view(guide, "guide");
        const vbg::ConstMaskView before = mask_view(in, "in");
        const vbg::MaskView after = mask_view(out, "out");
        use->prepare(picture);
        use->part->apply(picture, before, after, *use->context);
    });
}

vbg_status vbg_effect_create(const char* spec, int32_t threads, vbg_effect** out) {
    return create<EffectObject>(__func__, threads, out,
                                [&] { return vbg::make_effect(need_text(spec, "spec")); });
}
void vbg_effect_destroy(vbg_effect* effect) { destroy<EffectObject>(__func__, effect); }
vbg_status vbg_effect_configure(vbg_effect* effect, const vbg_frame_spec* spec) {
    return configure<EffectObject>(__func__, effect, "effect", spec);
}
vbg_status vbg_effect_set_stream(vbg_effect* effect, void* stream) {
    return set_stream<EffectObject>(__func__, effect, "effect", stream);
}
vbg_status vbg_effect_reset(vbg_effect* effect) { return reset<EffectObject>(__func__, effect, "effect"); }
vbg_status vbg_effect_name(vbg_effect* effect, char** out) {
    return name<EffectObject>(__func__, effect, "effect", out);
}

vbg_status vbg_effect_replaces_layer(vbg_effect* effect, int32_t* out) {
    return guard(
        __func__,
        [&] {
            const Use<EffectObject> use(effect, "effect", Access::own_thread);
            *need(out, "out") = use->part->replaces_layer() ? 1 : 0;
        },
        out);
}

vbg_status vbg_effect_apply(vbg_effect* effect, const vbg_frame_view* layer, const vbg_mask_view* alpha,
                            const vbg_frame_view* out) {
    return guard(__func__, [&] {
        const Use<EffectObject> use(effect, "effect");
        const vbg::ConstFrameView before = frame_view(layer, "layer");
        const vbg::FrameView after = frame_view(out, "out");
        use->prepare(before);
        use->part->apply(before, matte_or_none(*use, alpha, before), after, *use->context);
    });
}

vbg_status vbg_compositor_create(const char* spec, int32_t threads, vbg_compositor** out) {
    return create<CompositorObject>(__func__, threads, out,
                                    [&] { return vbg::make_compositor(spec == nullptr ? "over" : spec); });
}
void vbg_compositor_destroy(vbg_compositor* compositor) { destroy<CompositorObject>(__func__, compositor); }
vbg_status vbg_compositor_configure(vbg_compositor* compositor, const vbg_frame_spec* spec) {
    return configure<CompositorObject>(__func__, compositor, "compositor", spec);
}
vbg_status vbg_compositor_set_stream(vbg_compositor* compositor, void* stream) {
    return set_stream<CompositorObject>(__func__, compositor, "compositor", stream);
}
vbg_status vbg_compositor_reset(vbg_compositor* compositor) {
    return reset<CompositorObject>(__func__, compositor, "compositor");
}
vbg_status vbg_compositor_name(vbg_compositor* compositor, char** out) {
    return name<CompositorObject>(__func__, compositor, "compositor", out);
}

vbg_status vbg_compositor_compose(vbg_compositor* compositor, const vbg_frame_view* foreground,
                                  const vbg_mask_view* alpha, const vbg_frame_view* background,
                                  const vbg_frame_view* out) {
    return guard(__func__, [&] {
        const Use<CompositorObject> use(compositor, "compositor");
        const vbg::ConstFrameView person = frame_view(foreground, "foreground");
        const vbg::ConstMaskView matte = mask_view(alpha, "alpha");
        const vbg::ConstFrameView room = frame_view(background, "background");
        const vbg::FrameView composed = frame_view(out, "out");
        use->prepare(person);
        use->part->compose(person, matte, room, composed, *use->context);
    });
}

}  // extern "C"
