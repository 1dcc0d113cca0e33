/* callbacks.h  Stages, sources and sinks of your own, as tables of functions. Part of vbg.h, where the
 * rules for all functions stand.
 *
 * A ..._create_custom() function copies the table and the name and gives an ordinary handle: use it by
 * itself or let a pipeline take it. `user` is handed to every function; `destroy`, if not NULL, is called
 * once when the stage goes, and not at all where create failed.
 *
 * Functions that return a status say VBG_OK, or a VBG_ERROR_... (best through vbg_error_set(), which
 * keeps the text); the failure then comes out of the call that led here, or counts as a failed frame in a
 * pipeline. Any other value counts as VBG_ERROR_INTERNAL. They must not throw or longjmp. One stage is
 * called by one thread at a time, which need not be the thread that made it; with VBG_SYNC_LATEST the
 * segmenter has a thread of its own. Sizes and formats have been checked before a function sees them:
 * frames are what `configure` was told, mattes have the same size, inputs and outputs are the same memory
 * or do not overlap at all. Strides may be negative. All pixels are in host memory: a pipeline on a GPU
 * carries them there and back. Views and specs are borrowed for the call; input pixels must not be written.
 *
 * Members marked "may be NULL" may; without the others create gives VBG_ERROR_INVALID_ARGUMENT. name:
 * snake_case (a-z, 0-9, _), for messages and statistics. */
#ifndef VBG_C_CALLBACKS_H
#define VBG_C_CALLBACKS_H

#include "port.h"
#include "stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What every kind of stage has. */
typedef struct vbg_stage_callbacks {
    uint32_t struct_size;
    int32_t reserved;
    /* Allocate everything here. May be called again, and forgets what earlier frames left behind. May be
     * NULL. */
    vbg_status (*configure)(void* user, const vbg_frame_spec* spec);
    void (*reset)(void* user);                      /* forget temporal state; may be NULL */
    int32_t (*accepts)(void* user, int32_t format); /* 1 or 0; may be NULL: rgb8 and bgr8 */
    void (*destroy)(void* user);                    /* may be NULL */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_stage_callbacks;

/* Frame -> matte. Writes `alpha` (u8 or f32) in full; where foreground is not NULL it may fill that too
 * and then sets *foreground_written (0 before) to 1. */
typedef vbg_status (*vbg_segment_fn)(void* user, const vbg_frame_view* frame, const vbg_mask_view* alpha,
                                     const vbg_frame_view* foreground, int32_t* foreground_written);
/* Matte (u8) -> matte (u8). in and out may be the same memory. */
typedef vbg_status (*vbg_filter_fn)(void* user, const vbg_frame_view* guide, const vbg_mask_view* in,
                                    const vbg_mask_view* out);
/* Layer -> layer. layer and out may be the same memory. */
typedef vbg_status (*vbg_effect_fn)(void* user, const vbg_frame_view* layer, const vbg_mask_view* alpha,
                                    const vbg_frame_view* out);
/* Person over background. out may be the same memory as one of the two. */
typedef vbg_status (*vbg_compose_fn)(void* user, const vbg_frame_view* foreground, const vbg_mask_view* alpha,
                                     const vbg_frame_view* background, const vbg_frame_view* out);

/* Flags; several are added up. */
enum { VBG_SEGMENTER_GIVES_FOREGROUND = 1 };
/* REPLACES_LAYER: the result does not depend on the layer at all, so no camera can show through.
 * IS_STILL: moreover every frame is the same picture, made once and kept. USES_ALPHA: it depends on the
 * matte. */
enum { VBG_EFFECT_REPLACES_LAYER = 1, VBG_EFFECT_IS_STILL = 2, VBG_EFFECT_USES_ALPHA = 4 };
/* stage may be NULL. warm_up_frames: mattes that are not useful yet, 0 or more. Errors: invalid_argument,
 * out_of_memory. */
VBG_CAPI vbg_status vbg_segmenter_create_custom(const char* name, vbg_segment_fn segment,
                                                const vbg_stage_callbacks* stage, int32_t flags,
                                                int32_t warm_up_frames, void* user, vbg_segmenter** out);
VBG_CAPI vbg_status vbg_mask_filter_create_custom(const char* name, vbg_filter_fn filter,
                                                  const vbg_stage_callbacks* stage, void* user,
                                                  vbg_mask_filter** out);
VBG_CAPI vbg_status vbg_effect_create_custom(const char* name, vbg_effect_fn effect,
                                             const vbg_stage_callbacks* stage, int32_t flags, void* user,
                                             vbg_effect** out);
VBG_CAPI vbg_status vbg_compositor_create_custom(const char* name, vbg_compose_fn compose,
                                                 const vbg_stage_callbacks* stage, void* user,
                                                 vbg_compositor** out);

/* Where frames come from. */
typedef struct vbg_source_callbacks {
    uint32_t struct_size;
    int32_t is_live; /* 1: loses frames when nobody reads */
    /* Opens (again) from the beginning and fills in `spec` (which comes cleared): format, size, fps. */
    vbg_status (*open)(void* user, vbg_frame_spec* spec);
    /* Lends the next frame until the next read, release or close: fills in `frame` (which comes with the
     * size and format of open, so that planes and, with padding, strides are enough) and sets *result
     * (VBG_READ_FRAME before). */
    vbg_status (*read)(void* user, int32_t timeout_ms, vbg_frame_view* frame, int32_t* result);
    void (*release)(void* user);    /* the lent frame is free; may be NULL */
    void (*close)(void* user);      /* may be NULL */
    uint64_t (*length)(void* user); /* frames in all, 0 = unknown; may be NULL */
    void (*destroy)(void* user);    /* may be NULL */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_source_callbacks;
VBG_CAPI vbg_status vbg_source_create_custom(const char* name, const vbg_source_callbacks* callbacks,
                                             void* user, vbg_source** out);

/* Where frames go. */
typedef struct vbg_sink_callbacks {
    uint32_t struct_size;
    int32_t reserved;
    /* `spec` comes as what is wanted; change it to what is accepted. May be NULL: everything is. */
    vbg_status (*open)(void* user, vbg_frame_spec* spec);
    vbg_status (*write)(void* user, const vbg_frame_view* frame);
    vbg_status (*close)(void* user); /* finish; may be NULL */
    void (*abandon)(void* user);     /* give up, remove what is half-written; may be NULL */
    int32_t (*demand)(void* user); /* VBG_DEMAND_..., asked by any thread at any time; may be NULL: unknown */
    void (*destroy)(void* user);   /* may be NULL */
    /* Version 0.1 ends here. New members go below this line. */
    /* The run is being stopped: an open() or write() that waits for somebody else must return soon. What it
     * then says decides as ever: VBG_OK where the rest of that frame may be lost. Called by any thread at any
     * time, also while another function is running. May be NULL. */
    void (*interrupt)(void* user);
} vbg_sink_callbacks;
VBG_CAPI vbg_status vbg_sink_create_custom(const char* name, const vbg_sink_callbacks* callbacks, void* user,
                                           vbg_sink** out);

#ifdef __cplusplus
}
#endif
#endif
