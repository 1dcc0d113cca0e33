"""What tests of pictures on a GPU need where there is no torch with CUDA: streams and pinned memory through libvbg's C API
(in the same process, so with the same GPUs), and an exporter and a reader of DLPack written in Python."""

import ctypes
import os
import pathlib

import numpy as np
import pytest

import vbg
from vbg import _vbg

CUDA, PINNED = 2, 3


class _Spec(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), *((name, ctypes.c_int32) for name in (
        "format", "width", "height", "matrix", "range", "device_type", "device_index")), ("fps", ctypes.c_double)]


class _View(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), *((name, ctypes.c_int32) for name in ("format", "width", "height")),
                ("planes", ctypes.c_void_p * 4), ("strides", ctypes.c_int64 * 4),
                *((name, ctypes.c_int32) for name in ("matrix", "range", "device_type", "device_index")),
                ("timestamp_ns", ctypes.c_int64), ("sequence", ctypes.c_uint64)]


def c_api():
    """libvbg_c of the build folder that the package lies in, or None."""
    file = pathlib.Path(vbg.__file__).resolve().parents[2] / "lib" / "libvbg_c.so.0.1"
    if not file.exists():
        return None
    library = ctypes.CDLL(str(file))
    pointer, number = ctypes.c_void_p, ctypes.c_int32
    for name, types in {"vbg_stream_create": [number, pointer], "vbg_stream_wait": [number, pointer],
                        "vbg_stream_follow": [number, pointer, pointer], "vbg_stream_destroy": [pointer],
                        "vbg_view_copy_in_stream": [pointer] * 3, "vbg_frame_create_on": [pointer] * 2,
                        "vbg_frame_get_view": [pointer] * 2, "vbg_frame_destroy": [pointer]}.items():
        getattr(library, name).argtypes = types
    for name in ("vbg_stream_destroy", "vbg_frame_destroy"):
        getattr(library, name).restype = None
    return library


C = c_api()
MISSING = [what for what, there in {
    "two simulated GPUs": sum(device["summary"].startswith("simulated") for device in vbg.devices()) >= 2,
    "libvbg_c in the build folder": C is not None}.items() if not there]
if MISSING and "VBG_SIMULATED_GPUS" in os.environ:
    raise RuntimeError(f"ctest has promised {MISSING}")
if MISSING:
    pytest.skip(f"SKIP: needs {MISSING}, which ctest has, in CI too", allow_module_level=True)


class Stream:
    """A stream of its own; `number` is what Python's functions take."""

    def __init__(self, gpu=0):
        self.gpu, made = gpu, ctypes.c_void_p()
        assert C.vbg_stream_create(gpu, ctypes.byref(made)) == 0
        self.number = made.value

    def wait(self):
        assert C.vbg_stream_wait(self.gpu, self.number) == 0

    def follow(self, earlier):
        """earlier: a stream's number, or None for the default one."""
        assert C.vbg_stream_follow(self.gpu, self.number, earlier) == 0

    def __del__(self):
        C.vbg_stream_destroy(self.number)


@pytest.fixture
def stream():
    return Stream()


def on_gpu(array, **options):
    return vbg.DeviceArray(array, "cuda:0", **options)


def pipeline_on(device, stream=0):
    """All of its stages have code for GPUs; some are objects, some specs."""
    return vbg.Pipeline(segmenter=vbg.Constant(value=140), filters=[vbg.Feather(sigma=2), "levels:black=0.2"],
                        background=vbg.Flip(), foreground="grayscale", device=device, stream=stream, threads=1)


def difference(a, b):
    return int(np.abs(np.asarray(a).astype(int) - np.asarray(b).astype(int)).max())


def copy_bgr(source, target, width, height, stream):
    """Copies between two (address, stride, device type); the status of the C function."""
    views = []
    for address, stride, device in (source, target):
        view = _View(struct_size=ctypes.sizeof(_View), format=2, width=width, height=height, device_type=device)
        view.planes[0], view.strides[0] = address, stride
        views.append(view)
    return C.vbg_view_copy_in_stream(*(ctypes.byref(view) for view in views), stream)


class Sentinel:
    """Something queued in a stream that can be seen once somebody has waited for the stream."""

    def __init__(self, stream):
        self.source = vbg.DeviceArray(np.ones((1, 4, 3), np.uint8), stream=stream or 0)
        spec = _Spec(struct_size=ctypes.sizeof(_Spec), format=2, width=4, height=1, device_type=PINNED)
        self.frame, view = ctypes.c_void_p(), _View(struct_size=ctypes.sizeof(_View))
        assert C.vbg_frame_create_on(ctypes.byref(spec), ctypes.byref(self.frame)) == 0
        assert C.vbg_frame_get_view(self.frame, ctypes.byref(view)) == 0
        self.address = view.planes[0]
        assert copy_bgr((_vbg._pointer(self.source), 256, CUDA), (self.address, 64, PINNED), 4, 1, stream) == 0
        assert not self.was_reached()

    def was_reached(self):
        return ctypes.c_uint8.from_address(self.address).value == 1

    def __del__(self):
        C.vbg_frame_destroy(self.frame)


# --- DLPack, from its specification

class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32),
                ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Managed(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", DELETER)]
    NAME = b"dltensor"


class Versioned(ctypes.Structure):
    _fields_ = [("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p), ("deleter", DELETER),
                ("flags", ctypes.c_uint64), ("tensor", Tensor)]
    NAME = b"dltensor_versioned"


_python = ctypes.pythonapi
_python.PyCapsule_New.restype = ctypes.py_object
_python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_python.PyCapsule_GetPointer.restype = ctypes.c_void_p
_python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
_python.PyCapsule_GetName.restype = ctypes.c_char_p
_python.PyCapsule_GetName.argtypes = [ctypes.py_object]


class Lender:
    """A stand-in for another library's tensor: lends a DeviceArray's memory, and notes what is asked of it.

    own_stream: that in which its content is still queued, None = the GPU's default one. tensor, version, flags: changes to what it lends.
    """

    def __init__(self, array, *, versioned=False, own_stream=None, said=None, same_capsule=False, flags=0, version=(1, 0),
                 name=None, **tensor):
        self.array, self.layout, self.own_stream, self.changes = array, Versioned if versioned else Managed, own_stream, tensor
        self.device = tuple(array.__dlpack_device__())
        self.said, self.same_capsule, self.flags, self.version, self.name = said or self.device, same_capsule, flags, version, name
        self.streams, self.lent, self.given_back, self._kept, self._capsule = [], 0, 0, [], None

    @property
    def pointer(self):
        return _vbg._pointer(self.array, "matte" if self.array.ndim == 2 else "bgr8")

    def __dlpack_device__(self):
        return self.said

    def __dlpack__(self, *, stream=None, max_version=None):
        assert self.layout is Managed or (max_version and max_version[0] >= 1)
        self.streams.append(stream)
        if stream is not None:
            own = None if self.own_stream is None else self.own_stream.number
            assert C.vbg_stream_follow(self.device[1], None if stream == 1 else stream, own) == 0
        if self._capsule is None or not self.same_capsule:
            self._capsule = self._lend()
        return self._capsule

    def _lend(self):
        content = self.layout()
        sides = ctypes.c_int64 * max(1, len(self.array.shape))
        item = self.array.dtype.itemsize
        shape = sides(*self.changes.pop("shape", self.array.shape))
        strides = sides(*self.changes.pop("strides", [stride // item for stride in self.array.strides]))
        fields = dict(data=self.pointer, device_type=self.device[0], device_id=self.device[1], ndim=len(self.array.shape),
                      code=2 if item == 4 else 1, bits=8 * item, lanes=1, byte_offset=0)
        for field, value in {**fields, **self.changes}.items():
            setattr(content.tensor, field, value)
        content.tensor.shape = ctypes.cast(shape, ctypes.POINTER(ctypes.c_int64))
        content.tensor.strides = ctypes.cast(strides, ctypes.POINTER(ctypes.c_int64))
        if self.layout is Versioned:
            (content.major, content.minor), content.flags = self.version, self.flags
        content.deleter = DELETER(self._give_back)
        self._kept.append((content, shape, strides))
        self.lent += 1
        self._name = self.name or self.layout.NAME
        return _python.PyCapsule_New(ctypes.addressof(content), self._name, None)

    def _give_back(self, address):
        assert address in [ctypes.addressof(content) for content, _, _ in self._kept]
        self.given_back += 1


class OldLender(Lender):
    """As torch was before max_version."""

    def __dlpack__(self, stream=None):
        return super().__dlpack__(stream=stream)


def content_of(capsule, layout=Managed):
    """What a capsule holds; it stays the capsule's."""
    return layout.from_address(_python.PyCapsule_GetPointer(capsule, layout.NAME))


def use(capsule, layout=Managed):
    """Takes a capsule's content over; the caller calls `deleter`."""
    content = content_of(capsule, layout)
    assert _python.PyCapsule_SetName(capsule, b"used_" + layout.NAME) == 0
    return content
