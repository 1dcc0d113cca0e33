#!/usr/bin/env python3
"""Segments a picture and puts the person in front of another one, with ctypes alone.

    picture.py PICTURE BACKGROUND OUT [SEGMENTER]

For everyday work there is the Python module `vbg`; this shows how a language reaches the C API by itself. The library
is found as the linker finds it (LD_LIBRARY_PATH, ldconfig).
"""
import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

BGR8 = 2
vbg = ctypes.CDLL("libvbg_c.so.0.1")


class FrameView(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("format", c_int32), ("width", c_int32), ("height", c_int32),
                ("planes", c_void_p * 4), ("strides", c_int64 * 4), ("matrix", c_int32), ("range", c_int32),
                ("device_type", c_int32), ("device_index", c_int32), ("timestamp_ns", c_int64), ("sequence", c_uint64)]


class MaskView(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("format", c_int32), ("width", c_int32), ("height", c_int32),
                ("data", c_void_p), ("stride", c_int64), ("device_type", c_int32), ("device_index", c_int32)]


def function(name, *arguments):
    """A function that gives a status; a failure becomes an exception with the library's own words."""
    raw = getattr(vbg, name)
    raw.argtypes, raw.restype = arguments, c_int32

    def call(*values):
        if raw(*values) != 0:
            text = ctypes.create_string_buffer(vbg.vbg_error_message(None, 0) + 1)
            vbg.vbg_error_message(text, len(text))
            raise RuntimeError(text.value.decode())
    return call


vbg.vbg_error_message.argtypes, vbg.vbg_error_message.restype = (c_char_p, c_size_t), c_size_t
vbg.vbg_version_text.restype = c_char_p
HANDLE, FRAME, MASK = POINTER(c_void_p), POINTER(FrameView), POINTER(MaskView)
frame_load = function("vbg_frame_load", c_char_p, c_int32, HANDLE)
frame_create = function("vbg_frame_create", c_int32, c_int32, c_int32, HANDLE)
frame_get_view = function("vbg_frame_get_view", c_void_p, FRAME)
segmenter_create = function("vbg_segmenter_create", c_char_p, c_int32, HANDLE)
segmenter_segment = function("vbg_segmenter_segment", c_void_p, FRAME, MASK, FRAME, POINTER(c_int32))
effect_create = function("vbg_effect_create", c_char_p, c_int32, HANDLE)
effect_apply = function("vbg_effect_apply", c_void_p, FRAME, MASK, FRAME)
compositor_create = function("vbg_compositor_create", c_char_p, c_int32, HANDLE)
compositor_compose = function("vbg_compositor_compose", c_void_p, FRAME, MASK, FRAME, FRAME)
view_save = function("vbg_view_save", FRAME, c_char_p)
spec_with = function("vbg_spec_with", c_char_p, c_char_p, c_char_p, HANDLE)


def made(create, *arguments):
    """What a create function gives."""
    handle = c_void_p()
    create(*arguments, byref(handle))
    return handle


def destroy(kind, handle):
    release = getattr(vbg, f"vbg_{kind}_destroy")
    release.argtypes, release.restype = [c_void_p], None
    release(handle)


def view_of(frame):
    view = FrameView(struct_size=ctypes.sizeof(FrameView))
    frame_get_view(frame, byref(view))
    return view


def main(picture_file, background_file, out_file, segmenter_spec="auto"):
    picture = made(frame_load, picture_file.encode(), BGR8)
    person = view_of(picture)
    room = made(frame_create, person.width, person.height, BGR8)
    behind = view_of(room)

    # The matte lives in memory of Python's own: 255 = person.
    matte = (ctypes.c_uint8 * (person.width * person.height))()
    alpha = MaskView(struct_size=ctypes.sizeof(MaskView), width=person.width, height=person.height,
                     data=ctypes.addressof(matte))
    segmenter = made(segmenter_create, segmenter_spec.encode(), 0)
    segmenter_segment(segmenter, byref(person), byref(alpha), None, None)

    spec = made(spec_with, b"image:fit=cover", b"path", background_file.encode())
    image = made(effect_create, ctypes.string_at(spec.value), 0)
    effect_apply(image, byref(person), byref(alpha), byref(behind))

    over = made(compositor_create, None, 0)
    compositor_compose(over, byref(person), byref(alpha), byref(behind), byref(behind))
    view_save(byref(behind), out_file.encode())
    share = sum(matte) / 255 / len(matte)
    print(f"{person.width}x{person.height}, {100 * share:.1f} % person, libvbg {vbg.vbg_version_text().decode()}")

    for kind, handle in (("compositor", over), ("effect", image), ("text", spec), ("segmenter", segmenter),
                         ("frame", room), ("frame", picture)):
        destroy(kind, handle)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} PICTURE BACKGROUND OUT [SEGMENTER]")
    try:
        main(*sys.argv[1:5])
    except RuntimeError as error:
        sys.exit(str(error))
