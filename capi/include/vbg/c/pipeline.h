/* pipeline.h  The machine: source, segmenter, filters, effects, compositor, sinks. Part of vbg.h, where
 * the rules for all functions stand. */
#ifndef VBG_C_PIPELINE_H
#define VBG_C_PIPELINE_H

#include "port.h"
#include "stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which matte goes on a frame. */
enum {
    VBG_SYNC_EXACT = 0, /* the frame's own: each frame waits for the network */
    VBG_SYNC_LATEST =
        1 /* the newest there is: frames never wait, the matte may lag. vbg_pipeline_run() only */
};
/* What comes out while no valid matte can be made. None but `passthrough` ever shows a raw pixel of the
 * camera. */
enum {
    VBG_FAILURE_STOP = 0,       /* step and run fail; nothing is written for that frame */
    VBG_FAILURE_HOLD = 1,       /* the last composed frame again, or the background alone; the default */
    VBG_FAILURE_BACKGROUND = 2, /* the background alone */
    VBG_FAILURE_BLANK = 3,      /* the card: black, or what vbg_pipeline_set_card() says */
    VBG_FAILURE_PASSTHROUGH = 4 /* the raw camera: only for those who want that */
};
/* What to put into the output. */
enum {
    VBG_SHOW_COMPOSITE = 0,
    VBG_SHOW_MATTE = 1,       /* the refined matte as a grey picture */
    VBG_SHOW_SIDE_BY_SIDE = 2 /* input, matte, composite in a row; three times as wide */
};

/* Stages put together: set the parts, then step or run. Reentrant, but for the functions marked
 * thread-safe, which may be called while another thread is inside vbg_pipeline_run(). */
typedef struct vbg_pipeline vbg_pipeline;
/* threads: for pixel work; 0 = all cores, at most 4. Errors: out_of_memory. */
VBG_CAPI vbg_status vbg_pipeline_create(int32_t threads, vbg_pipeline** out);
/* Stops a run that is under way in another thread first; it then ends when that call returns. */
VBG_CAPI void vbg_pipeline_destroy(vbg_pipeline* pipeline);

/* Parts from specs. Errors: not_found, not_built, invalid_argument, and what making the stage may meet. */
VBG_CAPI vbg_status vbg_pipeline_set_source(vbg_pipeline* pipeline, const char* spec);
VBG_CAPI vbg_status vbg_pipeline_set_segmenter(vbg_pipeline* pipeline, const char* spec);
VBG_CAPI vbg_status vbg_pipeline_set_compositor(vbg_pipeline* pipeline, const char* spec); /* default: over */
/* These append. Background effects start from the camera's picture; with none set the background is
 * black. Every sink gets every frame. */
VBG_CAPI vbg_status vbg_pipeline_add_filter(vbg_pipeline* pipeline, const char* chain);
VBG_CAPI vbg_status vbg_pipeline_add_background(vbg_pipeline* pipeline, const char* chain);
VBG_CAPI vbg_status vbg_pipeline_add_foreground(vbg_pipeline* pipeline, const char* chain);
VBG_CAPI vbg_status vbg_pipeline_add_sink(vbg_pipeline* pipeline, const char* spec);
/* Fills in from a preset what is not set yet (segmenter, filters, foreground, background, each as a
 * whole). So what you set before replaces that part of the preset. Errors: not_found. */
VBG_CAPI vbg_status vbg_pipeline_use_preset(vbg_pipeline* pipeline, const char* name);

/* Parts that you made (or that are your own callbacks, see callbacks.h). On success the pipeline owns the
 * stage and its handle is dead; on failure it stays yours. Errors: invalid_argument, wrong_state (in use
 * by another thread). */
VBG_CAPI vbg_status vbg_pipeline_take_source(vbg_pipeline* pipeline, vbg_source* source);
VBG_CAPI vbg_status vbg_pipeline_take_segmenter(vbg_pipeline* pipeline, vbg_segmenter* segmenter);
VBG_CAPI vbg_status vbg_pipeline_take_filter(vbg_pipeline* pipeline, vbg_mask_filter* filter);
VBG_CAPI vbg_status vbg_pipeline_take_background(vbg_pipeline* pipeline, vbg_effect* effect);
VBG_CAPI vbg_status vbg_pipeline_take_foreground(vbg_pipeline* pipeline, vbg_effect* effect);
VBG_CAPI vbg_status vbg_pipeline_take_compositor(vbg_pipeline* pipeline, vbg_compositor* compositor);
VBG_CAPI vbg_status vbg_pipeline_take_sink(vbg_pipeline* pipeline, vbg_sink* sink);

/* Where the stages work: "cpu", "cuda" (the first GPU), "cuda:N" or "auto", the default: the first GPU where
 * the segmenter has code for it, else the CPU; VBG_DEVICE in the environment stands in for "auto". On a GPU a
 * frame goes up once and the composed one comes down once; stages without code for it work on the CPU, their
 * pictures are carried. A frame's work is handed over as one CUDA graph where that can be; VBG_GRAPHS=off in
 * the environment does without. stream: a cudaStream_t of yours on that GPU, in whose turn everything is
 * done; it must outlive the pipeline. NULL: one of the pipeline's own. A GPU that cannot be used or fails is
 * an error (device, not_built; seen when stages are configured or used) where it was named, and with "auto"
 * given up for the CPU. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_pipeline_set_device(vbg_pipeline* pipeline, const char* device, void* stream);
/* VBG_SYNC_..., VBG_FAILURE_..., VBG_SHOW_.... Defaults: exact, hold, composite. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_pipeline_set_sync(vbg_pipeline* pipeline, int32_t sync);
VBG_CAPI vbg_status vbg_pipeline_set_on_failure(vbg_pipeline* pipeline, int32_t policy);
VBG_CAPI vbg_status vbg_pipeline_set_show(vbg_pipeline* pipeline, int32_t what);

/* Opens source and sinks and configures every stage now (models are loaded and warmed up) rather than
 * with the first frame. Errors: what they meet, or wrong_state when source or segmenter is missing. */
VBG_CAPI vbg_status vbg_pipeline_open(vbg_pipeline* pipeline);
/* One frame from source to sinks on the calling thread. timeout_ms: how long to wait for one, 0 or more.
 * *result, may be NULL: VBG_READ_.... Errors: as VBG_FAILURE_... says, and always when source or sink
 * fail. */
VBG_CAPI vbg_status vbg_pipeline_step(vbg_pipeline* pipeline, int32_t timeout_ms, int32_t* result);
/* Called on the thread that called vbg_pipeline_run(), after each frame. Return 0 to go on, anything else
 * to stop. It may read counters and specs of the pipeline, stop and destroy it and call what live.h marks as
 * thread-safe; nothing else of it. */
typedef int32_t (*vbg_progress_fn)(void* user);
/* Until the source ends, vbg_pipeline_stop() is called, progress says stop, or `frames` were written (0 =
 * no limit). Then closes. progress may be NULL. Returns VBG_OK after a stop too. Errors: the first that
 * happened. */
VBG_CAPI vbg_status vbg_pipeline_run(vbg_pipeline* pipeline, uint64_t frames, vbg_progress_fn progress,
                                     void* user);
/* Ends the run under way; where there is none, the next one ends as it begins (so a stop is never lost).
 * Returns at once, before the run has ended. A sink whose reader has stopped reading does not hold the run
 * up; its last frame is cut off. Thread-safe; not for signal handlers. */
VBG_CAPI vbg_status vbg_pipeline_stop(vbg_pipeline* pipeline);
/* Finishes the sinks (files get their final names) and closes the source. Errors: io. */
VBG_CAPI vbg_status vbg_pipeline_close(vbg_pipeline* pipeline);
/* Forgets temporal state in every stage. */
VBG_CAPI vbg_status vbg_pipeline_reset(vbg_pipeline* pipeline);

/* One picture by hand, without source and sinks: configures as needed, then fills `out` and `matte`.
 * frame, out: bgr8 or rgb8, same size and format. matte: u8, same size; may be NULL. Each may lie in host
 * memory or on the GPU that vbg_pipeline_set_device() chose. Where all lie there, what is done is only queued
 * when this returns, in the stream that was named there, else in the turn of the GPU's default stream.
 * Failures always show here; `out` is then black. */
VBG_CAPI vbg_status vbg_pipeline_process(vbg_pipeline* pipeline, const vbg_frame_view* frame,
                                         const vbg_frame_view* out, const vbg_mask_view* matte);

/* Thread-safe: what the sinks get, and the source's own answer. Errors: wrong_state before
 * vbg_pipeline_open(). */
VBG_CAPI vbg_status vbg_pipeline_output_spec(vbg_pipeline* pipeline, vbg_frame_spec* out);
VBG_CAPI vbg_status vbg_pipeline_input_spec(vbg_pipeline* pipeline, vbg_frame_spec* out);
/* Length of the source in frames; 0 = unknown. */
VBG_CAPI vbg_status vbg_pipeline_source_length(vbg_pipeline* pipeline, uint64_t* out);

/* The counters at one moment. */
typedef struct vbg_stats {
    uint32_t struct_size;
    uint32_t stage_count;    /* how many stages have a time, see vbg_pipeline_stage_times() */
    uint64_t frames_in;      /* read from the source */
    uint64_t frames_out;     /* written to the sinks */
    uint64_t frames_failed;  /* for which no valid matte could be made */
    uint64_t frames_dropped; /* read but not written, and gaps in the source's numbering */
    uint64_t mattes;         /* made by the segmenter */
    uint64_t mask_lag;       /* frames the matte of the last frame written was behind it */
    uint64_t mask_lag_max;
    double fps;               /* frames written a second, over the last second or so */
    int32_t state;            /* VBG_STATE_..., see live.h */
    int32_t level;            /* how many steps of work are given up, see vbg_pipeline_given_up(); 0 = none */
    uint64_t frames_repeated; /* written once more for want of a new one; not in frames_out */
    uint64_t source_reopened; /* times the source was lost and came back */
    uint64_t sinks_reopened;  /* the same of sinks */
    /* Seconds from a frame's arrival until every sink had it; live sources only. */
    double latency_last, latency_mean, latency_max;
    double cpu; /* processor cores that the whole process used over the last second or so */
    /* Version 0.1 ends here. New members go below this line. */
    int32_t coarseness; /* steps of the network's resolution given up; counted in level */
    int32_t coarsest;   /* how many there are to give up */
    /* Frames that the source left out because they came damaged; where it numbers its frames they are gaps
     * and so among frames_dropped, too. */
    uint64_t frames_damaged;
} vbg_stats;
/* How long one stage took; on a GPU, how long it took to hand the work over, and where the last effect of a
 * layer composes the frame in its last pass, "compose" counts the frame with no time. */
typedef struct vbg_stage_time {
    uint32_t struct_size;
    int32_t reserved;
    char name[64];          /* "segmenter bodypix", "filter dilate", "compose", ... */
    double last, mean, max; /* seconds; mean and max over all frames so far */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_stage_time;
/* Thread-safe. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_pipeline_stats(vbg_pipeline* pipeline, vbg_stats* out);
/* Fills at most `capacity` elements of `times`; the first one's struct_size is the size of all. *count,
 * out: how many stages there are. times may be NULL when capacity is 0. Thread-safe. Errors:
 * invalid_argument. */
VBG_CAPI vbg_status vbg_pipeline_stage_times(vbg_pipeline* pipeline, vbg_stage_time* times, uint32_t capacity,
                                             uint32_t* count);
/* Text of the newest frame that failed as a text of your own, empty where there was none. Thread-safe. */
VBG_CAPI vbg_status vbg_pipeline_last_failure(vbg_pipeline* pipeline, char** out);

#ifdef __cplusplus
}
#endif
#endif
