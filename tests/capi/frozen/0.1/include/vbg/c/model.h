/* model.h  Model files: which exist, getting them, converting them, looking into them. Part of vbg.h,
 * where the rules for all functions stand. Everything here is thread-safe; texts in structs live as long
 * as the program and are never NULL; texts given through `char **` are yours (vbg_text_destroy). */
#ifndef VBG_C_MODEL_H
#define VBG_C_MODEL_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A model that the library knows where to get. */
typedef struct vbg_model_info {
    uint32_t struct_size;
    uint32_t file_count;
    const char* name;
    const char* alias; /* a shorter name; may be empty */
    const char* summary;
    const char* base;       /* official address of the files' folder, ends with '/' */
    const char* licence;    /* SPDX name */
    const char* provenance; /* who made it, from what */
    const char* note;       /* what a user should know; may be empty */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_model_info;
/* One file of it. */
typedef struct vbg_model_file {
    uint32_t struct_size;
    int32_t reserved;
    const char* path;     /* relative to base */
    const char* checksum; /* "KIND:HEX", several separated by blanks: one must match; empty = none */
    uint64_t bytes;       /* 0 = not known */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_model_file;
VBG_CAPI vbg_status vbg_model_count(uint32_t* out);
/* Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_model_get(uint32_t index, vbg_model_info* out);
/* By name or alias. Errors: invalid_argument, not_found (names the nearest). */
VBG_CAPI vbg_status vbg_model_find(const char* name, vbg_model_info* out);
/* The file at `index` of a model. Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_model_get_file(const char* name, uint32_t index, vbg_model_file* out);

/* Folder where fetched models live. */
VBG_CAPI vbg_status vbg_model_folder(char** out);
/* Path of the .pt for a name or a path. Errors: not_found (names the folders tried and the command that
 * fetches). */
VBG_CAPI vbg_status vbg_model_locate(const char* name_or_path, char** out);

/* Called now and then while working, on the caller's thread. done, total: bytes while `what` begins with
 * "getting", steps otherwise; total 0 = not known. `what` is borrowed for the call. Return 0 to go on;
 * anything else cancels: VBG_ERROR_IO "cancelled", and what was downloaded is kept for resuming. */
typedef int32_t (*vbg_model_progress_fn)(void* user, const char* what, uint64_t done, uint64_t total);

/* How to fetch; all members may be 0 / NULL. */
typedef struct vbg_fetch_options {
    uint32_t struct_size;
    int32_t force;          /* 1: get and convert again even if it is there */
    int32_t allow_unpinned; /* 1: take a model whose checksum nobody has published */
    int32_t
        javascript_dilation; /* 1: BodyPix dilated in height only, as TensorFlow.js does; NAME-javascript */
    int32_t stall_seconds;   /* give an address up when nothing came for so long; 1 to 3600; 0 = 30 */
    int32_t reserved;
    const char* from; /* a folder, a file or another base address; NULL = the official one */
    const char* into; /* folder for the .pt; NULL = vbg_model_folder() */
    vbg_model_progress_fn progress;
    void* user; /* for progress */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_fetch_options;
/* Gets, verifies and converts a model; *path, may be NULL, is the .pt. Does nothing where it is there
 * already. Downloads resume; the result appears under its name when it is whole. options may be NULL.
 * Errors: not_found, invalid_argument, io, model (wrong checksum), not_built. */
VBG_CAPI vbg_status vbg_model_fetch(const char* name, const vbg_fetch_options* options, char** path);

/* How to convert; all members may be 0 / NULL. */
typedef struct vbg_convert_options {
    uint32_t struct_size;
    int32_t javascript_dilation;
    const char* name;    /* put into the description; NULL = the output file's stem */
    const char* licence; /* SPDX name, where known */
    const char* source;  /* where it came from, where known */
    vbg_model_progress_fn progress;
    void* user; /* for progress */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_convert_options;
/* TensorFlow.js graph model (model.json) or TFLite file -> TorchScript with a description inside. options
 * may be NULL. Errors: not_found, io, model. */
VBG_CAPI vbg_status vbg_model_convert(const char* in, const char* out, const vbg_convert_options* options);
/* What a model file (.pt, model.json, .tflite) says about itself, for people. Errors: not_found, model. */
VBG_CAPI vbg_status vbg_model_inspect(const char* file, char** out);
/* Loads a .pt, runs it once on a grey picture and checks shapes and values. *good: 1 or 0. *text, may be
 * NULL: what was checked and found, one line each. Errors: not_found. */
VBG_CAPI vbg_status vbg_model_verify(const char* name_or_path, int32_t* good, char** text);

#ifdef __cplusplus
}
#endif
#endif
