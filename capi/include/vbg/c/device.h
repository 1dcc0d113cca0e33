/* device.h  Where stages can work on this machine, its cameras, and what keeps virtual cameras from working.
 * Part of vbg.h, where the rules for all functions stand. All lists are what was found when they were made
 * and never change; texts and arrays in structs live until their list is destroyed and are never NULL.
 * Everything here is thread-safe. */
#ifndef VBG_C_DEVICE_H
#define VBG_C_DEVICE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One place to work, or the reason why there is none. */
typedef struct vbg_device_info {
    uint32_t struct_size;
    int32_t device_type;  /* VBG_DEVICE_CPU or VBG_DEVICE_CUDA */
    int32_t device_index; /* number of the GPU */
    int32_t reserved;
    const char* name;    /* what vbg_pipeline_set_device() takes: "cpu", "cuda:0" */
    const char* summary; /* "host memory", "NVIDIA H200" */
    const char* why_not; /* why nothing can work there; empty where it can */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_device_info;

/* The CPU, then every GPU; where no GPU is seen, one entry for cuda:0 that says why. */
typedef struct vbg_device_list vbg_device_list;
/* Looks now; starts the driver of GPUs. Errors: out_of_memory. */
VBG_CAPI vbg_status vbg_device_list_create(vbg_device_list** out);
VBG_CAPI void vbg_device_list_destroy(vbg_device_list* list);
VBG_CAPI vbg_status vbg_device_list_count(vbg_device_list* list, uint32_t* out);
/* The one at `index` (0 up to the count). Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_device_list_get(vbg_device_list* list, uint32_t index, vbg_device_info* out);

/* One camera. */
typedef struct vbg_camera_info {
    uint32_t struct_size;
    int32_t is_virtual; /* 1: some program feeds it; the source `auto` does not take it */
    const char* node;   /* "/dev/video0" */
    const char* name;   /* "Integrated Camera" */
    const char* by_id;  /* lasting name, "/dev/v4l/by-id/..."; empty where there is none */
    const char* driver; /* "uvcvideo" */
    const char* bus;    /* where it is plugged */
    uint32_t mode_count, control_count;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_camera_info;
/* One way it can be run. */
typedef struct vbg_camera_mode {
    uint32_t struct_size;
    int32_t readable;      /* 1: libvbg reads the format */
    const char* format;    /* what the v4l2 source's parameter `format` takes, or the camera's own name */
    int32_t width, height; /* pixels; the largest where a range is offered */
    int32_t min_width, min_height; /* less than the above where a range of sizes is offered */
    const double* rates;           /* frames a second, highest first */
    uint32_t rate_count;           /* 0 where the camera does not say */
    int32_t reserved;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_camera_mode;
/* One setting of it: a number, a switch (0, 1) or a choice. */
typedef struct vbg_camera_control {
    uint32_t struct_size;
    int32_t reserved;
    const char* name; /* what the v4l2 source's parameter `controls` takes */
    int32_t min, max, step, value;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_camera_control;

/* Every node that gives pictures, in the order of their numbers. */
typedef struct vbg_camera_list vbg_camera_list;
/* Looks now; opens each node for a moment. An empty list is a success. Errors: out_of_memory. */
VBG_CAPI vbg_status vbg_camera_list_create(vbg_camera_list** out);
VBG_CAPI void vbg_camera_list_destroy(vbg_camera_list* list);
VBG_CAPI vbg_status vbg_camera_list_count(vbg_camera_list* list, uint32_t* out);
/* The one at `index` (0 up to the count). Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_camera_list_get(vbg_camera_list* list, uint32_t index, vbg_camera_info* out);
/* The mode or control at `index` of the camera at `camera`. Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_camera_list_get_mode(vbg_camera_list* list, uint32_t camera, uint32_t index,
                                             vbg_camera_mode* out);
VBG_CAPI vbg_status vbg_camera_list_get_control(vbg_camera_list* list, uint32_t camera, uint32_t index,
                                                vbg_camera_control* out);
/* The video nodes that could not be asked, as a text of your own, one line each: what is wrong and what
 * mends it. Empty where there is none. */
VBG_CAPI vbg_status vbg_camera_list_problems(vbg_camera_list* list, char** out);

/* How bad a finding is. */
enum {
    VBG_SEVERITY_OK = 0,      /* as it should be */
    VBG_SEVERITY_INFO = 1,    /* good to know */
    VBG_SEVERITY_WARNING = 2, /* works, but some programs will not like it */
    VBG_SEVERITY_ERROR = 3    /* does not work */
};
/* "ok", "info", "warning", "error"; "unknown" for a value that is none. Lives as long as the program. */
VBG_CAPI const char* vbg_severity_name(int32_t severity);

/* What to look at; all members may be NULL. */
typedef struct vbg_diagnosis_options {
    uint32_t struct_size;
    int32_t reserved;
    const char* sink;   /* the virtual camera that is meant, a node; NULL or empty = every one there is */
    const char* source; /* the same for the camera */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_diagnosis_options;
/* One thing that was looked at. */
typedef struct vbg_finding {
    uint32_t struct_size;
    int32_t severity;  /* VBG_SEVERITY_... */
    const char* topic; /* "virtual camera", "camera", "model", "gpu" */
    const char* text;  /* what was found */
    const char* fix;   /* the command or step that mends it; empty where nothing is to be mended */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_finding;

/* What on this machine keeps a virtual camera from working. */
typedef struct vbg_diagnosis vbg_diagnosis;
/* Looks at modules, nodes, permissions, who holds what, cameras, models and GPU. Changes nothing, starts no
 * camera; what it finds wrong is no failure. options may be NULL. Errors: invalid_argument, out_of_memory. */
VBG_CAPI vbg_status vbg_diagnosis_create(const vbg_diagnosis_options* options, vbg_diagnosis** out);
VBG_CAPI void vbg_diagnosis_destroy(vbg_diagnosis* diagnosis);
VBG_CAPI vbg_status vbg_diagnosis_count(vbg_diagnosis* diagnosis, uint32_t* out);
/* The finding at `index` (0 up to the count). Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_diagnosis_get(vbg_diagnosis* diagnosis, uint32_t index, vbg_finding* out);

#ifdef __cplusplus
}
#endif
#endif
