/* list.h  What there is: stages and their parameters, presets; and help with spec strings. Part of vbg.h,
 * where the rules for all functions stand. Everything here is thread-safe; texts in structs live as long
 * as the program and are never NULL. */
#ifndef VBG_C_LIST_H
#define VBG_C_LIST_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VBG_KIND_SEGMENTER = 0,
    VBG_KIND_MASK_FILTER = 1,
    VBG_KIND_EFFECT = 2,
    VBG_KIND_COMPOSITOR = 3,
    VBG_KIND_SOURCE = 4,
    VBG_KIND_SINK = 5
};
enum {
    VBG_PARAMETER_INTEGER = 0,
    VBG_PARAMETER_NUMBER =
        1, /* floating point; where `choices` is not empty, one of those words will do as well */
    VBG_PARAMETER_BOOLEAN = 2, /* true/false, yes/no, on/off, 1/0 */
    VBG_PARAMETER_TEXT = 3,
    VBG_PARAMETER_PATH = 4,   /* a file or folder; a leading ~/ is the home folder */
    VBG_PARAMETER_COLOR = 5,  /* #rgb, #rrggbb or a name */
    VBG_PARAMETER_CHOICE = 6, /* one of `choices` */
    VBG_PARAMETER_SIZE = 7    /* WIDTHxHEIGHT in pixels, or empty */
};

/* One stage that spec strings may name. */
typedef struct vbg_stage_info {
    uint32_t struct_size;
    int32_t kind;        /* VBG_KIND_... */
    const char* name;    /* snake_case */
    const char* summary; /* one sentence */
    const char* why_not; /* empty where this build has it; else why not and what mends it */
    const char*
        missing; /* empty where it works as it is; else what its defaults lack (a model) and how to get it */
    int32_t score; /* `auto` takes the highest that is available; 0 = never by itself */
    uint32_t parameter_count;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_stage_info;
/* One parameter of a stage. */
typedef struct vbg_parameter_info {
    uint32_t struct_size;
    int32_t type;              /* VBG_PARAMETER_... */
    const char* name;          /* snake_case */
    const char* default_value; /* as it would be written in a spec */
    const char* help;          /* one sentence */
    const char* unit;          /* "px", "s", ... or empty */
    const char* choices;       /* words separated by '|', or empty */
    double min, max;           /* of numbers and integers; infinite where there is no bound */
    int32_t required;          /* 1: must be given; there is no default */
    int32_t reserved;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_parameter_info;

/* "segmenter", "mask_filter", ...; "unknown" for a value that is none. */
VBG_CAPI const char* vbg_kind_name(int32_t kind);
/* How many stages of a kind there are. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_stage_count(int32_t kind, uint32_t* out);
/* The one at `index` (0 up to the count). Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_stage_get(int32_t kind, uint32_t index, vbg_stage_info* out);
/* The one of that name. Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_stage_find(int32_t kind, const char* name, vbg_stage_info* out);
/* Its parameter at `index`. Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_stage_get_parameter(int32_t kind, const char* name, uint32_t index,
                                            vbg_parameter_info* out);

/* A ready-made set of stages, as specs and chains one would write by hand. */
typedef struct vbg_preset_info {
    uint32_t struct_size;
    int32_t reserved;
    const char* name;
    const char* summary;
    const char* segmenter;
    const char* filters;    /* chain; empty = none */
    const char* foreground; /* chain; empty = none */
    const char* background; /* chain used where none is named; empty = black */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_preset_info;
VBG_CAPI vbg_status vbg_preset_count(uint32_t* out);
/* Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_preset_get(uint32_t index, vbg_preset_info* out);
VBG_CAPI vbg_status vbg_preset_find(const char* name, vbg_preset_info* out);

/* Help with specs. What they give is a text of your own (vbg_text_destroy). */

/* A value as it must be written in a spec, quoted where needed: a path may hold ',' or ':'. */
VBG_CAPI vbg_status vbg_spec_quote(const char* value, char** out);
/* The stage's name in a spec. Errors: invalid_argument (shows where the spec goes wrong). */
VBG_CAPI vbg_status vbg_spec_name(const char* spec, char** out);
/* The spec with one parameter set: added, or its value replaced. `value` is taken as it is, and quoted
 * where needed. Only the grammar is checked. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_spec_with(const char* spec, const char* key, const char* value, char** out);
/* The spec with `auto` replaced by what it stands for here. Errors: invalid_argument, not_found. */
VBG_CAPI vbg_status vbg_spec_resolve(int32_t kind, const char* spec, char** out);

#ifdef __cplusplus
}
#endif
#endif
