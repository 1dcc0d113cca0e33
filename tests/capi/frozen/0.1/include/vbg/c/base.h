/* base.h  Status, messages, version, log. Part of vbg.h, where the rules for all functions stand. */
#ifndef VBG_C_BASE_H
#define VBG_C_BASE_H

#include <stddef.h>
#include <stdint.h>

#define VBG_CAPI __attribute__((visibility("default")))

#define VBG_VERSION_MAJOR 0
#define VBG_VERSION_MINOR 1
#define VBG_VERSION_PATCH 0
/* The version of these headers as one number; compare with vbg_version(). */
#define VBG_VERSION_NUMBER ((VBG_VERSION_MAJOR << 24) | (VBG_VERSION_MINOR << 16) | (VBG_VERSION_PATCH << 8))

/* A cleared struct with its struct_size set: vbg_stats stats = VBG_STRUCT(vbg_stats); */
#ifdef __cplusplus
template <class Struct>
inline Struct vbg_struct_of() {
    Struct made = Struct();
    made.struct_size = static_cast<uint32_t>(sizeof(Struct));
    return made;
}
#    define VBG_STRUCT(type) (vbg_struct_of<type>())
#else
#    define VBG_STRUCT(type) ((type){.struct_size = (uint32_t)sizeof(type)})
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a function says. Values are fixed for ever; new ones may come. The same as vbg::Errc in C++. */
typedef int32_t vbg_status;
enum {
    VBG_OK = 0,
    VBG_ERROR_INVALID_ARGUMENT = 1, /* a value that was passed: NULL, dead handle, wrong size, out of range */
    VBG_ERROR_UNSUPPORTED_FORMAT = 2, /* a pixel or mask format, or a device, that this stage does not take */
    VBG_ERROR_WRONG_STATE = 3,        /* too early, too late, or another thread is using the object */
    VBG_ERROR_NOT_FOUND = 4,          /* no such stage, file, model or device */
    VBG_ERROR_IO = 5,                 /* reading or writing failed; vbg_error_errno() says why */
    VBG_ERROR_DEVICE = 6,             /* camera, virtual camera or GPU */
    VBG_ERROR_MODEL = 7,              /* a network that is broken, or gave nonsense */
    VBG_ERROR_OUT_OF_MEMORY = 8,
    VBG_ERROR_NOT_BUILT = 9, /* this build lacks the part; the message names the CMake option */
    VBG_ERROR_INTERNAL = 100 /* a fault of the library; please report it */
};

/* Version of the library that was loaded, in the form of VBG_VERSION_NUMBER. Thread-safe. */
VBG_CAPI uint32_t vbg_version(void);
/* The same as text, e.g. "0.1.0". Lives as long as the program. Thread-safe. */
VBG_CAPI const char* vbg_version_text(void);
/* "ok", "not_found" and so on; "unknown" for a value that is none. Lives as long as the program.
 * Thread-safe. */
VBG_CAPI const char* vbg_status_name(vbg_status status);

/* Copies the text of the calling thread's newest failure into `buffer`, at most `size` bytes with the
 * NUL. Returns its length without the NUL, so that a result >= size says that it was cut off; 0 where
 * nothing failed yet. buffer may be NULL when size is 0. Functions that succeed leave the text as it is.
 * Thread-safe. */
VBG_CAPI size_t vbg_error_message(char* buffer, size_t size);
/* Status of the calling thread's newest failure; VBG_OK where nothing failed yet. Thread-safe. */
VBG_CAPI vbg_status vbg_error_status(void);
/* The errno of the system call behind it, or 0. Thread-safe. */
VBG_CAPI int32_t vbg_error_errno(void);
/* For callbacks (callbacks.h): sets the calling thread's failure and returns `status`, so that a callback
 * can end with `return vbg_error_set(VBG_ERROR_IO, "the tape is torn");`. text may be NULL; it is copied.
 * Thread-safe. */
VBG_CAPI vbg_status vbg_error_set(vbg_status status, const char* text);

/* Frees a text that a function gave through a `char **`. NULL is fine; any other pointer is left alone.
 * Thread-safe. */
VBG_CAPI void vbg_text_destroy(char* text);

/* How much the library says; see vbg_log_set_handler(). */
enum { VBG_LOG_DEBUG = 0, VBG_LOG_INFO = 1, VBG_LOG_WARNING = 2, VBG_LOG_ERROR = 3 };
/* Gets one line without a newline. `text` is borrowed for the call. Called on whichever thread has
 * something to say, one call at a time. It must not use the library: functions called inside give
 * VBG_ERROR_WRONG_STATE. */
typedef void (*vbg_log_fn)(void* user, int32_t level, const char* text);
/* Sets the handler for the whole process; NULL (the default) silences the library. `least`: nothing below
 * this level is said, VBG_LOG_...; `user` is handed to every call and must live until another handler is
 * set. When this returns, the former handler is not running any more. Errors: invalid_argument (level),
 * wrong_state (from inside a handler). Thread-safe. */
VBG_CAPI vbg_status vbg_log_set_handler(vbg_log_fn handler, void* user, int32_t least);
/* Says one line through the handler. Errors: invalid_argument, wrong_state. Thread-safe. */
VBG_CAPI vbg_status vbg_log_write(int32_t level, const char* text);

/* For the first line of main() of a program that runs beside a video call: makes the threads of networks
 * sleep instead of spin while they wait, and keeps freed memory in the process. Where the environment has
 * to say so before main(), the program is executed anew, once. argc, argv: main's own. Optional. Call it
 * before any thread is started. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_process_prepare(int32_t argc, char** argv);

#ifdef __cplusplus
}
#endif
#endif
