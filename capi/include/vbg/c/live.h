/* live.h  A pipeline on a camera: parts changed while it runs, pausing, what happens when the camera goes
 * away. Part of vbg.h, where the rules for all functions stand. */
#ifndef VBG_C_LIVE_H
#define VBG_C_LIVE_H

#include "pipeline.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a pipeline is doing: vbg_stats.state. */
enum {
    VBG_STATE_STOPPED = 0,  /* not in vbg_pipeline_run() */
    VBG_STATE_STARTING = 1, /* nothing composed yet (again) since the source was opened */
    VBG_STATE_RUNNING = 2,
    VBG_STATE_PAUSED = 3, /* the source is closed, the card is shown */
    VBG_STATE_FROZEN = 4, /* the last composed frame stays */
    VBG_STATE_ASLEEP = 5, /* nobody looks: the source is closed, the card is shown */
    VBG_STATE_WAITING = 6 /* the source gives nothing or is gone */
};
/* "stopped", "starting", ...; "unknown" for a value that is none. Lives as long as the program. Thread-safe.
 */
VBG_CAPI const char* vbg_state_name(int32_t state);

/* How vbg_pipeline_run() treats a live source (vbg_source_is_live()). Recorded sources heed none of it. */
typedef struct vbg_live_options {
    uint32_t struct_size;
    /* 1: sleep while every sink that can tell says that nobody looks (vbg_sink_demand()): source closed,
     * network idle, card shown. */
    int32_t on_demand;
    int32_t idle_after_ms; /* how long nobody must have looked before that; 0 = 5000 */
    /* 1: give up the network's resolution, mattes and background effects where composing a frame takes longer
     * than a frame lasts. */
    int32_t hold_rate;
    /* A segmenter that has not answered for that long has stalled: no valid matte, see VBG_FAILURE_.... A
     * source silent for three times as long is opened anew. 0 = 1000. */
    int32_t stall_ms;
    /* 1: a source that fails or falls silent ends the run, and so does a sink whose device fails. 0: they
     * are closed and opened again until they are back (after 0.1 s, then less and less often, at least
     * every 2 s). */
    int32_t no_reconnect;
    /* Frames a second promised to the sinks; 0 = the source's own rate. While the source gives none, the
     * last frame is written again at this rate. */
    double fps;
    /* Processor time that the whole process may use, in cores; 0 = no limit. Given up to keep it, in this
     * order: the network's resolution, mattes for some frames, background effects for some frames, every
     * other frame. */
    double max_cpu;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_live_options;
/* Errors: invalid_argument (negative numbers). */
VBG_CAPI vbg_status vbg_pipeline_set_live(vbg_pipeline* pipeline, const vbg_live_options* options);
/* The placeholder for pausing, sleeping and VBG_FAILURE_BLANK: an effect that makes a picture of its own,
 * e.g. "image:path=away.png". Default: black. Errors: what making it meets, and invalid_argument for an
 * effect that shows the camera. */
VBG_CAPI vbg_status vbg_pipeline_set_card(vbg_pipeline* pipeline, const char* spec);

/* These are thread-safe: another thread may be inside vbg_pipeline_run(), and its progress function may call
 * them. */

/* Replaces a part while frames go on. part: source, segmenter, filters, background, foreground,
 * compositor, show (composite, matte, side_by_side), sync (exact, latest), on_failure (stop, hold,
 * background, blank, passthrough) or card. spec: as for the function that sets it; a chain replaces the
 * whole chain, an empty one clears it. The new stages are made, configured and warmed up on the calling
 * thread and put in between two frames; no frame is lost. Errors: what making and configuring meet,
 * invalid_argument; everything is then as before. */
VBG_CAPI vbg_status vbg_pipeline_set_part(vbg_pipeline* pipeline, const char* part, const char* spec);
/* Closes the camera and shows the card until vbg_pipeline_resume(). Also takes effect at the start of a
 * later run. A recorded source just waits, as it does when frozen. */
VBG_CAPI vbg_status vbg_pipeline_pause(vbg_pipeline* pipeline);
/* The last composed frame stays until vbg_pipeline_resume(); the camera goes on, unseen. */
VBG_CAPI vbg_status vbg_pipeline_freeze(vbg_pipeline* pipeline);
VBG_CAPI vbg_status vbg_pipeline_resume(vbg_pipeline* pipeline);
/* A copy, yours, of the picture last written to the sinks, before their own scaling and conversion.
 * Errors: wrong_state where there was none. */
VBG_CAPI vbg_status vbg_pipeline_last_frame(vbg_pipeline* pipeline, vbg_frame** out);
/* What work is given up to keep max_cpu or hold_rate, in words, as a text of your own; empty at level 0. */
VBG_CAPI vbg_status vbg_pipeline_given_up(vbg_pipeline* pipeline, char** out);

#ifdef __cplusplus
}
#endif
#endif
