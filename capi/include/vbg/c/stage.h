/* stage.h  The stages one by one: frame -> matte, matte -> better matte, layer -> layer, layers ->
 * picture. Part of vbg.h, where the rules for all functions stand.
 *
 * Stages work on bgr8 and rgb8 frames. They configure themselves for the size, format and place of the
 * first frame they get, and anew when that changes (which also forgets temporal state).
 * ..._configure() does it beforehand, so that loading a model does not delay the first frame. After that
 * a frame costs no heap allocation. All are reentrant.
 *
 * spec: e.g. "selfie", "dilate:size=10", "image:path=beach.jpg,fit=cover"; see list.h for what there is.
 * threads: for pixel work, the caller's included; 0 = all cores, at most 4. Errors of ..._create():
 * not_found (names what exists), not_built (names the build option), invalid_argument (parameters), and
 * what making the stage may meet (a missing model or picture). Errors of the working functions:
 * invalid_argument (sizes that differ, NULL, memory that overlaps partly, pictures in different places),
 * unsupported_format, wrong_state, model, device (also a stage without code for GPUs), io, not_built.
 *
 * All pictures and mattes of a call lie in one place: in host memory, or on one GPU. On a GPU the work is
 * only queued when the call returns, in the stream that ..._set_stream() has named, or in the GPU's default
 * stream.
 * ..._set_stream(): a stream (frame.h) of the GPU on which the pictures lie, NULL for the default one; it
 * counts from the next call on and must live as long as the stage is used. Let the former stream finish
 * first. */
#ifndef VBG_C_STAGE_H
#define VBG_C_STAGE_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frame -> matte of the person. */
typedef struct vbg_segmenter vbg_segmenter;
/* spec may be "auto": the best that is available. */
VBG_CAPI vbg_status vbg_segmenter_create(const char* spec, int32_t threads, vbg_segmenter** out);
VBG_CAPI void vbg_segmenter_destroy(vbg_segmenter* segmenter);
/* Loads and warms up now, for frames like `spec`. */
VBG_CAPI vbg_status vbg_segmenter_configure(vbg_segmenter* segmenter, const vbg_frame_spec* spec);
VBG_CAPI vbg_status vbg_segmenter_set_stream(vbg_segmenter* segmenter, void* stream);
/* Forgets temporal state (scene cut). */
VBG_CAPI vbg_status vbg_segmenter_reset(vbg_segmenter* segmenter);
/* The registry name as a text of your own (vbg_text_destroy). */
VBG_CAPI vbg_status vbg_segmenter_name(vbg_segmenter* segmenter, char** out);
/* Whether segment() can fill a foreground: *out = 1 or 0. */
VBG_CAPI vbg_status vbg_segmenter_gives_foreground(vbg_segmenter* segmenter, int32_t* out);
/* Frames needed before the first useful matte; it is all background until then. */
VBG_CAPI vbg_status vbg_segmenter_warm_up_frames(vbg_segmenter* segmenter, int32_t* out);
/* frame: the picture. alpha, out: the matte, of the frame's size, u8 or f32, written in full; soft unless
 * a threshold was asked for. foreground, out, may be NULL: the person's own colours with the room's taken
 * out of mixed pixels, like `frame`. foreground_written, may be NULL: 1 where foreground was written, 0
 * where the method has none. On failure alpha must not be used. */
VBG_CAPI vbg_status vbg_segmenter_segment(vbg_segmenter* segmenter, const vbg_frame_view* frame,
                                          const vbg_mask_view* alpha, const vbg_frame_view* foreground,
                                          int32_t* foreground_written);

/* Matte -> better matte. */
typedef struct vbg_mask_filter vbg_mask_filter;
VBG_CAPI vbg_status vbg_mask_filter_create(const char* spec, int32_t threads, vbg_mask_filter** out);
VBG_CAPI void vbg_mask_filter_destroy(vbg_mask_filter* filter);
VBG_CAPI vbg_status vbg_mask_filter_configure(vbg_mask_filter* filter, const vbg_frame_spec* spec);
VBG_CAPI vbg_status vbg_mask_filter_set_stream(vbg_mask_filter* filter, void* stream);
VBG_CAPI vbg_status vbg_mask_filter_reset(vbg_mask_filter* filter);
VBG_CAPI vbg_status vbg_mask_filter_name(vbg_mask_filter* filter, char** out);
/* guide: the frame that the matte belongs to. in: the matte, u8, of its size. out: the result, u8, of
 * that size; may be exactly `in` (same address and stride). */
VBG_CAPI vbg_status vbg_mask_filter_apply(vbg_mask_filter* filter, const vbg_frame_view* guide,
                                          const vbg_mask_view* in, const vbg_mask_view* out);

/* Layer -> layer: makes or changes the background, or treats the person. */
typedef struct vbg_effect vbg_effect;
VBG_CAPI vbg_status vbg_effect_create(const char* spec, int32_t threads, vbg_effect** out);
VBG_CAPI void vbg_effect_destroy(vbg_effect* effect);
VBG_CAPI vbg_status vbg_effect_configure(vbg_effect* effect, const vbg_frame_spec* spec);
VBG_CAPI vbg_status vbg_effect_set_stream(vbg_effect* effect, void* stream);
VBG_CAPI vbg_status vbg_effect_reset(vbg_effect* effect);
VBG_CAPI vbg_status vbg_effect_name(vbg_effect* effect, char** out);
/* Whether the result does not depend on the layer at all (image, video, color): *out = 1 or 0. */
VBG_CAPI vbg_status vbg_effect_replaces_layer(vbg_effect* effect, int32_t* out);
/* layer: what is there so far. alpha: the person's matte, u8, of its size; may be NULL, which is a matte
 * that is all background. out: like `layer`; may be exactly `layer`. */
VBG_CAPI vbg_status vbg_effect_apply(vbg_effect* effect, const vbg_frame_view* layer,
                                     const vbg_mask_view* alpha, const vbg_frame_view* out);

/* Person over background. */
typedef struct vbg_compositor vbg_compositor;
/* spec: "over" is the default, which NULL stands for. */
VBG_CAPI vbg_status vbg_compositor_create(const char* spec, int32_t threads, vbg_compositor** out);
VBG_CAPI void vbg_compositor_destroy(vbg_compositor* compositor);
VBG_CAPI vbg_status vbg_compositor_configure(vbg_compositor* compositor, const vbg_frame_spec* spec);
VBG_CAPI vbg_status vbg_compositor_set_stream(vbg_compositor* compositor, void* stream);
VBG_CAPI vbg_status vbg_compositor_reset(vbg_compositor* compositor);
VBG_CAPI vbg_status vbg_compositor_name(vbg_compositor* compositor, char** out);
/* out = foreground where alpha is 255, background where it is 0 (both bit-exact), mixed in between. All
 * of one size and format; alpha u8. `out` may be exactly `foreground` or exactly `background`. */
VBG_CAPI vbg_status vbg_compositor_compose(vbg_compositor* compositor, const vbg_frame_view* foreground,
                                           const vbg_mask_view* alpha, const vbg_frame_view* background,
                                           const vbg_frame_view* out);

#ifdef __cplusplus
}
#endif
#endif
