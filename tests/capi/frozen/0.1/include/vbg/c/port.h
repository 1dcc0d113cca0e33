/* port.h  Where frames come from and where they go. Part of vbg.h, where the rules for all functions
 * stand. Both are reentrant. */
#ifndef VBG_C_PORT_H
#define VBG_C_PORT_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What reading gave. */
enum {
    VBG_READ_FRAME = 0,     /* a frame */
    VBG_READ_TIMED_OUT = 1, /* none came in time; try again */
    VBG_READ_END = 2        /* there will be no more */
};

/* A camera, a film, a still. */
typedef struct vbg_source vbg_source;
/* Makes it closed. spec: e.g. "image:path=me.png", "video:path=talk.mp4", "auto". Errors: not_found,
 * not_built, invalid_argument. */
VBG_CAPI vbg_status vbg_source_create(const char* spec, vbg_source** out);
VBG_CAPI void vbg_source_destroy(vbg_source* source);
VBG_CAPI vbg_status vbg_source_name(vbg_source* source, char** out);
/* Whether it loses frames when nobody reads (camera): *out = 1 or 0. */
VBG_CAPI vbg_status vbg_source_is_live(vbg_source* source, int32_t* out);
/* Frames in all where that is known (files), else 0. */
VBG_CAPI vbg_status vbg_source_length(vbg_source* source, uint64_t* out);
/* Opens (again) from the beginning. spec, out, may be NULL: what every frame will be. Errors: not_found,
 * io, device, invalid_argument. */
VBG_CAPI vbg_status vbg_source_open(vbg_source* source, vbg_frame_spec* spec);
/* Borrows the next frame until the next read, release, close, open or destroy. timeout_ms: how long to
 * wait at most, 0 or more. *result: VBG_READ_...; `frame` is filled in when it is VBG_READ_FRAME. The
 * pixels must not be written. Errors: io, device, wrong_state (not open). */
VBG_CAPI vbg_status vbg_source_read(vbg_source* source, int32_t timeout_ms, vbg_frame_view* frame,
                                    int32_t* result);
/* Gives the borrowed frame back early. */
VBG_CAPI vbg_status vbg_source_release(vbg_source* source);
VBG_CAPI vbg_status vbg_source_close(vbg_source* source);

/* A film, pictures, a pipe, a virtual camera. */
typedef struct vbg_sink vbg_sink;
/* Makes it closed. spec: e.g. "image:path=out.png", "video:path=out.mp4", "null". Errors: not_found,
 * not_built, invalid_argument. */
VBG_CAPI vbg_status vbg_sink_create(const char* spec, vbg_sink** out);
/* One that is still open is abandoned: what is half-written is removed. */
VBG_CAPI void vbg_sink_destroy(vbg_sink* sink);
VBG_CAPI vbg_status vbg_sink_name(vbg_sink* sink, char** out);
/* Opens for frames like `wanted`. accepted, out, may be NULL: what frames must be; the size may differ
 * where a device holds it. Errors: io, device, invalid_argument. */
VBG_CAPI vbg_status vbg_sink_open(vbg_sink* sink, const vbg_frame_spec* wanted, vbg_frame_spec* accepted);
/* Writes one frame. Errors: io, device, invalid_argument, wrong_state (not open). */
VBG_CAPI vbg_status vbg_sink_write(vbg_sink* sink, const vbg_frame_view* frame);
/* Finishes: files get their final names here. Harmless when closed. Errors: io. */
VBG_CAPI vbg_status vbg_sink_close(vbg_sink* sink);
/* Gives up: removes what is half-written. */
VBG_CAPI vbg_status vbg_sink_abandon(vbg_sink* sink);

/* Whether anybody looks at what a sink gives. */
enum {
    VBG_DEMAND_UNKNOWN = 0, /* the sink cannot tell (files, pipes): write to it */
    VBG_DEMAND_NONE = 1,    /* nobody; frames are not needed now */
    VBG_DEMAND_WANTED = 2   /* somebody reads */
};
/* *out: VBG_DEMAND_.... Short looks (a program that only lists cameras) do not count. */
VBG_CAPI vbg_status vbg_sink_demand(vbg_sink* sink, int32_t* out);
/* What became of the frames of a sink since it was opened; all 0 for sinks that hand every frame on at once.
 */
typedef struct vbg_sink_counters {
    uint32_t struct_size;
    int32_t reserved;
    uint64_t shown;    /* frames handed to the device, repeated ones not counted */
    uint64_t repeated; /* times a frame was handed over again because no new one had come */
    uint64_t dropped;  /* frames written but never handed over */
    uint64_t reopened; /* times the device was lost and came back */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_sink_counters;
VBG_CAPI vbg_status vbg_sink_get_counters(vbg_sink* sink, vbg_sink_counters* out);

#ifdef __cplusplus
}
#endif
#endif
