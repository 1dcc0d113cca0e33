'''Virtual backgrounds: find the person in a picture, refine the matte, put something else behind.

    Source --frame--> Segmenter --matte--> MaskFilter* --matte--.
       |--frame-------> foreground Effect* --fg--> Compositor --frame--> Sink
       '--(or a picture)--> background Effect* --bg--'

The whole machine, from a film to a film:

    vbg.Pipeline(source="video:path=talk.mp4", preset="default", sink="video:path=private.mp4").run()

Stage by stage, on arrays (numpy, OpenCV, torch):

>>> import numpy as np, vbg
>>> frame = np.zeros((90, 160, 3), np.uint8)
>>> frame[:, 80:] = (64, 177, 0)                            # a green screen, in OpenCV's order b, g, r
>>> matte = vbg.ChromaKey()(frame)                          # (90, 160) uint8, 255 = person
>>> matte = vbg.BoxBlur(size=9)(matte)                      # options are keywords
>>> matte = vbg.MaskFilter("guided_filter:radius=4")(matte, frame)   # or a spec string
>>> beach = vbg.Color(value="#4080ff")(frame)
>>> vbg.compose(frame, matte, beach)[0, 159].tolist()
[255, 128, 64]

Stages
    There are classes Segmenter, MaskFilter, Effect, Compositor, Source and Sink. Each takes a spec string and
    keyword options, vbg.MaskFilter("dilate", size=10); each stage also has a class of its own, vbg.Dilate(size=10).
    They are listed below; help(vbg.Dilate) tells the options. Subclass one of the six to write your own.

Arrays
    Anything with the buffer protocol or DLPack goes in, in place and without a copy: numpy arrays, what OpenCV
    gives, torch tensors in host memory. Results are new numpy arrays, or go into `out=`, also without a copy.
    A picture is uint8: (height, width, 3) for "bgr8", the default (OpenCV's order), and "rgb8"; 4 channels for
    "bgra8" and "rgba8"; (height, width) for "gray8"; (height, width, 2) for "yuyv" and "uyvy";
    (height * 3 // 2, width) for "nv12" and "i420". A matte is (height, width) uint8, 255 = person. Crops and flipped
    rows are fine; the pixels of a row must lie side by side (np.ascontiguousarray mends that).
    A copy is made in two places: frames read from a Source are copied into the array you get, and a stage written
    in Python that runs inside a Pipeline gets arrays of its own, which it may keep.

GPUs
    Arrays on a GPU (torch, CuPy, anything with DLPack on CUDA) go into Pipeline.process() of a pipeline that works there,
    and into segment(), apply(), compose() of stages that have code for GPUs, in place and without a copy; so does `out=`.
    All arrays of a stage's call lie in one place; a pipeline takes some in host memory, too. Without `out=` the result is
    a vbg.DeviceArray, which torch.from_dlpack(x) takes without a copy; x.numpy() is a copy in host memory. Everything
    else works in host memory, and says so. vbg.devices() tells what there is.
    Work is only queued when a call returns. It is done in the turn of the GPU's default stream, which torch uses unless
    told otherwise. Who works in another stream gives its number to Pipeline(device="cuda:0", stream=...) or
    Context(device="cuda:0", stream=...), e.g. torch.cuda.current_stream().cuda_stream. What the owner of an array has
    queued for it is waited for, as DLPack has it. Keep arrays that went in until the work is done.

Errors
    Everything raised is a vbg.Error and the built-in exception that fits: ValueError, TypeError, FileNotFoundError,
    OSError with errno, RuntimeError ... The text says what was wanted and how to fix it. help(vbg._errors) lists them.

Threads
    Python's lock is released while anything computes or waits. A stage may be called from several threads; it
    serves one at a time. Ctrl-C ends Pipeline.run() and waiting for a frame.

Log
    libvbg speaks to the logger "vbg" of Python's logging; set_log_level() says from which level on.
'''

import atexit as _atexit
import logging as _logging
import typing as _typing

from . import _vbg
from ._errors import ArgumentTypeError as ArgumentTypeError
from ._errors import ArrayAccessError as ArrayAccessError
from ._errors import DeviceError as DeviceError
from ._errors import Error as Error
from ._errors import InternalError as InternalError
from ._errors import InvalidArgumentError as InvalidArgumentError
from ._errors import IoError as IoError
from ._errors import ModelError as ModelError
from ._errors import NotBuiltError as NotBuiltError
from ._errors import NotFoundError as NotFoundError
from ._errors import OutOfMemoryError as OutOfMemoryError
from ._errors import StateError as StateError
from ._errors import UnsupportedFormatError as UnsupportedFormatError
from ._vbg import (
    Compositor,
    Context,
    DeviceArray,
    Effect,
    FrameSpec,
    MaskFilter,
    Pipeline,
    Segmenter,
    Sink,
    Source,
    StageTime,
    Stats,
    cameras,
    convert,
    convert_model,
    devices,
    fetch_model,
    find_model_file,
    inspect_model,
    model_folder,
    models,
    pixel_formats,
    presets,
    quote_value,
    resolve_auto,
    set_log_level,
    stages,
    verify_model,
)
from . import _stages
from ._stages import *
from .camera import Camera

__version__: str = _vbg.__version__


def compose(foreground: _typing.Any, alpha: _typing.Any, background: _typing.Any, *, out: _typing.Any = None,
            format: "_vbg._Format" = "bgr8") -> _typing.Any:
    """Mix two pictures by a matte with the compositor "over"; returns the new picture (or `out`).

    foreground, background : (height, width, 3) uint8
    alpha : (height, width) uint8; 255 gives the foreground and 0 the background, bit-exact

    >>> import numpy as np, vbg
    >>> white, black = np.full((1, 2, 3), 255, np.uint8), np.zeros((1, 2, 3), np.uint8)
    >>> vbg.compose(white, np.array([[255, 0]], np.uint8), black)[0, :, 0].tolist()
    [255, 0]
    """
    return Compositor("over").compose(foreground, alpha, background, out=out, format=format)


def _at_exit() -> None:
    """Before the interpreter goes: no run is left, and nobody logs any more."""
    _vbg._stop_all_runs()
    _vbg.set_log_level(_logging.CRITICAL + 1)


_logging.getLogger("vbg").addHandler(_logging.NullHandler())
set_log_level(_logging.INFO)
_atexit.register(_at_exit)

# What help(vbg) and `from vbg import *` give. The exceptions and the stages' own classes are there as well, as vbg.<name>:
# the list of them at the end of the text above tells more than forty classes with the same methods would.
__all__ = [
    "Camera", "Compositor", "Context", "DeviceArray", "Effect", "Error", "FrameSpec", "MaskFilter", "Pipeline", "Segmenter", "Sink", "Source",
    "StageTime", "Stats", "cameras", "compose", "compositor", "convert", "convert_model", "devices", "effect", "fetch_model", "find_model_file",
    "inspect_model", "mask_filter", "model_folder", "models", "pixel_formats", "presets", "quote_value", "resolve_auto", "segmenter",
    "set_log_level", "sink", "source", "stages", "verify_model",
]
if __doc__:  # python -OO leaves such texts out
    __doc__ += _stages.table()
