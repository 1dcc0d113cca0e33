/* frame.h  Pictures and mattes: views of memory that you have, and owners that the library allocates.
 * Part of vbg.h, where the rules for all functions stand. */
#ifndef VBG_C_FRAME_H
#define VBG_C_FRAME_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pixel formats by the order of bytes in memory. Values are fixed for ever. */
enum {
    VBG_FORMAT_UNKNOWN = 0,
    VBG_FORMAT_RGB8 = 1,  /* R,G,B: 3 bytes a pixel */
    VBG_FORMAT_BGR8 = 2,  /* B,G,R: 3 bytes a pixel; what the stages work on */
    VBG_FORMAT_RGBA8 = 3, /* R,G,B,A: 4 bytes */
    VBG_FORMAT_BGRA8 = 4, /* B,G,R,A: 4 bytes */
    VBG_FORMAT_GRAY8 = 5, /* one byte a pixel */
    VBG_FORMAT_YUYV = 16, /* Y0,U,Y1,V for two pixels */
    VBG_FORMAT_UYVY = 17, /* U,Y0,V,Y1 for two pixels */
    VBG_FORMAT_NV12 = 18, /* plane 0: Y; plane 1: U,V interleaved, half size (rounded up) both ways */
    VBG_FORMAT_I420 = 19  /* plane 0: Y; planes 1, 2: U and V, half size (rounded up) both ways */
};
enum {
    VBG_MASK_U8 = 1, /* one byte a pixel, 0..255; also what 0 means */
    VBG_MASK_F32 = 2 /* one float a pixel, 0..1 */
};
/* How YUV numbers mean colour. Unknown is read as BT.601, limited range. */
enum { VBG_MATRIX_UNKNOWN = 0, VBG_MATRIX_BT601 = 1, VBG_MATRIX_BT709 = 2 };
enum { VBG_RANGE_UNKNOWN = 0, VBG_RANGE_LIMITED = 1, VBG_RANGE_FULL = 2 };
/* Where memory lives, in DLPack's numbers; 0 means host memory too. CUDA: on a GPU; CUDA_HOST: host memory
 * that a GPU reads and writes by itself (pinned). Host memory of both kinds is taken everywhere. Memory on a
 * GPU is taken by vbg_pipeline_process(), by the working functions of stages (stage.h) and by the functions
 * below that have a stream; the others refuse it with unsupported_format. */
enum { VBG_DEVICE_CPU = 1, VBG_DEVICE_CUDA = 2, VBG_DEVICE_CUDA_HOST = 3 };
/* Largest side of a picture, pixels. */
enum { VBG_MAX_SIDE = 16384 };

/* One picture, borrowed. Must be given: everything up to planes. */
typedef struct vbg_frame_view {
    uint32_t struct_size;
    int32_t format;        /* VBG_FORMAT_... */
    int32_t width, height; /* pixels, 1..VBG_MAX_SIDE */
    void* planes[4];       /* first byte of the top row of each plane; unused ones NULL */
    int64_t strides[4];    /* BYTES from one row to the next; negative = bottom-up; 0 = rows without a gap */
    int32_t matrix, range; /* VBG_MATRIX_..., VBG_RANGE_... */
    int32_t device_type;   /* VBG_DEVICE_... */
    int32_t device_index;  /* number of the GPU */
    int64_t timestamp_ns;  /* capture time; CLOCK_MONOTONIC for cameras, media time for files */
    uint64_t sequence;     /* +1 a frame; a gap means lost frames */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_frame_view;

/* One matte, borrowed: 255 / 1.0f = person. Must be given: everything up to data. */
typedef struct vbg_mask_view {
    uint32_t struct_size;
    int32_t format;        /* VBG_MASK_...; 0 = u8 */
    int32_t width, height; /* pixels, 1..VBG_MAX_SIDE */
    void* data;            /* first byte of the top row */
    int64_t stride;        /* BYTES from one row to the next; negative = bottom-up; 0 = rows without a gap */
    int32_t device_type;   /* VBG_DEVICE_... */
    int32_t device_index;
    /* Version 0.1 ends here. New members go below this line. */
} vbg_mask_view;

/* What is fixed between the frames of a stream. Must be given: everything up to height. */
typedef struct vbg_frame_spec {
    uint32_t struct_size;
    int32_t format;        /* VBG_FORMAT_... */
    int32_t width, height; /* pixels, 1..VBG_MAX_SIDE */
    int32_t matrix, range; /* VBG_MATRIX_..., VBG_RANGE_... */
    int32_t device_type;   /* VBG_DEVICE_... */
    int32_t device_index;
    double fps; /* nominal frames a second; 0 = unknown */
    /* Version 0.1 ends here. New members go below this line. */
} vbg_frame_spec;

/* "bgr8" and so on; "unknown" for a value that is none. Lives as long as the program. Thread-safe. */
VBG_CAPI const char* vbg_format_name(int32_t format);
/* The VBG_FORMAT_... of that name; VBG_FORMAT_UNKNOWN where there is none or name is NULL. Thread-safe. */
VBG_CAPI int32_t vbg_format_find(const char* name);
/* Planes of a format: 1 to 3; 0 for a value that is none. Thread-safe. */
VBG_CAPI int32_t vbg_format_plane_count(int32_t format);
/* Bytes of picture in a row of a plane, without padding, for a frame `width` pixels wide; 0 where there
 * is no such plane. Thread-safe. */
VBG_CAPI size_t vbg_format_row_bytes(int32_t format, int32_t plane, int32_t width);
/* Rows of a plane, for a frame `height` pixels high; 0 where there is no such plane. Thread-safe. */
VBG_CAPI int32_t vbg_format_plane_rows(int32_t format, int32_t plane, int32_t height);

/* A picture that owns its pixels. Reentrant. */
typedef struct vbg_frame vbg_frame;
/* Allocates in host memory; all bytes are 0, rows start at multiples of 64 bytes. Errors: invalid_argument,
 * unsupported_format, out_of_memory. */
VBG_CAPI vbg_status vbg_frame_create(int32_t width, int32_t height, int32_t format, vbg_frame** out);
/* Allocates where device_type and device_index of `spec` say: on a GPU rows start at multiples of 256 bytes.
 * All bytes are 0; fps is not heeded. Errors: those above, and device, not_built. */
VBG_CAPI vbg_status vbg_frame_create_on(const vbg_frame_spec* spec, vbg_frame** out);
/* Reads a picture file (what the source `image` reads: PNG, JPEG, ...). format: VBG_FORMAT_... wanted; 0
 * = bgr8. Errors: invalid_argument, not_found, io, not_built. */
VBG_CAPI vbg_status vbg_frame_load(const char* path, int32_t format, vbg_frame** out);
/* Let the streams that use its pixels finish first. */
VBG_CAPI void vbg_frame_destroy(vbg_frame* frame);
/* Fills in `view`: it borrows the frame's pixels, which stay where they are until the frame is destroyed.
 * Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_frame_get_view(vbg_frame* frame, vbg_frame_view* view);

/* A matte that owns its values. Reentrant. */
typedef struct vbg_mask vbg_mask;
/* Allocates in host memory; all values are 0 (background). format: VBG_MASK_..., 0 = u8. Errors:
 * invalid_argument, unsupported_format, out_of_memory. */
VBG_CAPI vbg_status vbg_mask_create(int32_t width, int32_t height, int32_t format, vbg_mask** out);
/* The same for the matte of a frame like `frame`: of its size, and where it lies. Errors: those above, and
 * device, not_built. */
VBG_CAPI vbg_status vbg_mask_create_on(const vbg_frame_spec* frame, int32_t format, vbg_mask** out);
/* Let the streams that use its values finish first. */
VBG_CAPI void vbg_mask_destroy(vbg_mask* mask);
/* Fills in `view`, as vbg_frame_get_view() does. Errors: invalid_argument. */
VBG_CAPI vbg_status vbg_mask_get_view(vbg_mask* mask, vbg_mask_view* view);

/* Writes a picture file; the extension says which kind (what the sink `image` writes). The file gets its
 * name when it is whole. Errors: invalid_argument, unsupported_format, io, not_built. Thread-safe. */
VBG_CAPI vbg_status vbg_view_save(const vbg_frame_view* from, const char* path);
/* Copies pixels, time and number; same size and format. Errors: invalid_argument. Thread-safe. */
VBG_CAPI vbg_status vbg_view_copy(const vbg_frame_view* from, const vbg_frame_view* to);
/* Converts between any two pixel formats; same size. YUV is read and written as each view's matrix and
 * range say. Errors: invalid_argument, unsupported_format. Thread-safe. */
VBG_CAPI vbg_status vbg_view_convert(const vbg_frame_view* from, const vbg_frame_view* to);
/* Fills a packed 8-bit frame (rgb8, bgr8, rgba8, bgra8, gray8) with one colour, each part 0..255. Errors:
 * invalid_argument, unsupported_format. Thread-safe. */
VBG_CAPI vbg_status vbg_view_fill(const vbg_frame_view* to, int32_t red, int32_t green, int32_t blue);

/* A stream is a queue of work on a GPU: a cudaStream_t of yours, one of vbg_stream_create(), or NULL for the
 * GPU's default stream. What is queued is done in the stream's turn, after the call has returned, and may
 * fail there; so the pixels must not be read, changed or freed before vbg_stream_wait() (or
 * cudaStreamSynchronize()) says that it got there. It must be one of the GPU that the pictures lie on. All
 * are thread-safe. */

/* Copies pixels between host memory and a GPU, or on GPUs; same size and format. Host memory that is not
 * pinned (VBG_DEVICE_CUDA_HOST) makes the caller wait. In host memory alone the stream is not heeded. Errors:
 * invalid_argument, device, not_built. */
VBG_CAPI vbg_status vbg_view_copy_in_stream(const vbg_frame_view* from, const vbg_frame_view* to,
                                            void* stream);
VBG_CAPI vbg_status vbg_mask_view_copy_in_stream(const vbg_mask_view* from, const vbg_mask_view* to,
                                                 void* stream);
/* vbg_view_convert() for two pictures on one GPU, within 2 levels of it; in host memory it is that function.
 * Errors: invalid_argument, unsupported_format, device, not_built. */
VBG_CAPI vbg_status vbg_view_convert_in_stream(const vbg_frame_view* from, const vbg_frame_view* to,
                                               void* stream);
/* Makes a stream on a GPU (0 = the first), which goes on beside the default one; for programs without the
 * CUDA toolkit. It is yours until vbg_stream_destroy(). *out is a cudaStream_t. Errors: invalid_argument,
 * device, not_built. */
VBG_CAPI vbg_status vbg_stream_create(int32_t device_index, void** out);
/* For a stream of vbg_stream_create(); any other pointer is left alone, NULL is fine. Let its work finish
 * first. */
VBG_CAPI void vbg_stream_destroy(void* stream);
/* Waits until all that the stream was given is done. Errors: invalid_argument; device, where some of it
 * failed; not_built. */
VBG_CAPI vbg_status vbg_stream_wait(int32_t device_index, void* stream);
/* What `stream` is given from now on is done after all that `earlier` was given so far; the caller does not
 * wait. Errors: invalid_argument, device, not_built. */
VBG_CAPI vbg_status vbg_stream_follow(int32_t device_index, void* stream, void* earlier);

#ifdef __cplusplus
}
#endif
#endif
