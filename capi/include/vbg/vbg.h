/* vbg.h  The C API of libvbg: all of the library for C, and through C for every language.
 *
 *     Source --frame--> Segmenter --matte--> mask filters --matte--+
 *        |--frame---------> foreground effects -----------> Compositor --frame--> Sink
 *        +--(or a picture)-> background effects -------------+
 *
 * Link with libvbg_c: `pkg-config --cflags --libs vbg-c`, or find_package(vbg COMPONENTS c) and vbg::c.
 * Takes C11 or C++; needs no other header than stddef.h and stdint.h.
 *
 * ## Words used in all of these headers
 * - *matte*, *alpha*: how much of each pixel is the person; 255 (or 1.0f) = person, 0 = background.
 * - *reentrant*: different objects may be used by different threads at once; one object by one thread at a
 *   time. A second thread that comes while the first is still inside gets VBG_ERROR_WRONG_STATE.
 * - *thread-safe*: the same object or function may be used by several threads at once.
 * - *spec*: a stage as text, `name` or `name:key=value,key=value`; *chain*: specs separated by '|'. All
 *   texts are UTF-8 and end with a NUL.
 *
 * ## Status and error messages
 * Every function that can fail returns a status: VBG_OK or a VBG_ERROR_... value (c/base.h). The text of a
 * failure is kept for each thread: vbg_error_message() copies it out. A function that fails leaves its
 * outputs cleared (pointers NULL, numbers 0), unless it says otherwise; pixels are then unspecified.
 * Nothing here ends the process, prints, or throws.
 *
 * ## Handles
 * vbg_frame, vbg_mask, vbg_segmenter, vbg_mask_filter, vbg_effect, vbg_compositor, vbg_source, vbg_sink,
 * vbg_pipeline, vbg_device_list, vbg_camera_list and vbg_diagnosis are opaque. What a ..._create(),
 * ..._load() or ..._last_frame() function gives is yours until you ..._destroy() it; destroying NULL is fine.
 * A handle is a number in the disguise of a pointer: it is checked before it is used, so one that is NULL,
 * destroyed, or of another kind gives VBG_ERROR_INVALID_ARGUMENT (a stream is a cudaStream_t itself, and only
 * yours to know). While another thread is inside a call, destroying takes effect when that call returns.
 * Texts given as `char **` are yours too: vbg_text_destroy().
 *
 * ## Structs
 * Every struct begins with struct_size, the size that the program was compiled with: write
 *     vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
 * which sets it and clears the rest; 0 is the default of every member. Structs may gain members at their
 * ends. The library reads and writes no more than struct_size says; members that a program does not know
 * have their defaults. A struct_size too small for the members that are needed, or absurd (above 4096), is a
 * VBG_ERROR_INVALID_ARGUMENT.
 *
 * ## Pictures
 * Views borrow memory for the duration of one call; memory on a GPU until its stream has got that far
 * (c/frame.h). Formats are named by the order of bytes in memory. */
#ifndef VBG_VBG_H
#define VBG_VBG_H

#include "c/base.h"
#include "c/callbacks.h"
#include "c/device.h"
#include "c/frame.h"
#include "c/list.h"
#include "c/live.h"
#include "c/model.h"
#include "c/pipeline.h"
#include "c/port.h"
#include "c/stage.h"

#endif
