# Written by python/tools/make_stubs.py from the registry's tables; do not edit.
import os
from typing import Any, Dict, Optional, Tuple, Union

from ._vbg import Compositor, Effect, MaskFilter, Segmenter, Sink, Source

_Path = Union[str, "os.PathLike[str]"]
_Size = Union[str, Tuple[int, int]]
_Color = Union[str, Tuple[int, int, int]]

__all__ = [
    "Selfie", "Bodypix", "Torchscript", "ChromaKey", "BackgroundSubtraction", "FrameDifference",
    "Constant", "Threshold", "Levels", "Dilate", "Erode", "Open", "Close", "BoxBlur", "Feather",
    "GuidedFilter", "Temporal", "LargestComponent", "FillHoles", "Hologram", "Colormap",
    "Scanlines", "Ghost", "Grayscale", "Flip", "Blur", "Pixelate", "Color", "Image", "Video",
    "Over", "V4l2Source", "ImageSource", "VideoSource", "ImagesSource", "PatternSource", "V4l2Sink",
    "PipewireSink", "ImageSink", "VideoSink", "ImagesSink", "Y4mSink", "RawSink", "PreviewSink",
    "NullSink", "segmenter", "mask_filter", "effect", "compositor", "source", "sink",
]

def class_name(kind: str, name: str) -> str: ...
def default_of(parameter: Dict[str, Any]) -> Any: ...
def describe(parameter: Dict[str, Any]) -> str: ...
def table() -> str: ...
def segmenter(spec: str, /, **options: Any) -> Segmenter: ...
def mask_filter(spec: str, /, **options: Any) -> MaskFilter: ...
def effect(spec: str, /, **options: Any) -> Effect: ...
def compositor(spec: str, /, **options: Any) -> Compositor: ...
def source(spec: str, /, **options: Any) -> Source: ...
def sink(spec: str, /, **options: Any) -> Sink: ...

class Selfie(Segmenter):
    def __init__(
        self,
        *,
        model: Optional[_Path] = ...,
        crop: Optional[str] = ...,
        threshold: Optional[Union[float, str]] = ...,
        black: Optional[float] = ...,
        white: Optional[float] = ...,
        device: Optional[str] = ...,
        precision: Optional[str] = ...,
        threads: Optional[int] = ...,
        graph: Optional[str] = ...,
    ) -> None: ...

class Bodypix(Segmenter):
    def __init__(
        self,
        *,
        model: Optional[_Path] = ...,
        resolution: Optional[Union[float, str]] = ...,
        threshold: Optional[Union[float, str]] = ...,
        black: Optional[float] = ...,
        white: Optional[float] = ...,
        device: Optional[str] = ...,
        precision: Optional[str] = ...,
        threads: Optional[int] = ...,
        graph: Optional[str] = ...,
    ) -> None: ...

class Torchscript(Segmenter):
    def __init__(
        self,
        *,
        model: _Path,
        output: Optional[str] = ...,
        resolution: Optional[float] = ...,
        classes: Optional[str] = ...,
        threshold: Optional[Union[float, str]] = ...,
        black: Optional[float] = ...,
        white: Optional[float] = ...,
        device: Optional[str] = ...,
        precision: Optional[str] = ...,
        threads: Optional[int] = ...,
        graph: Optional[str] = ...,
    ) -> None: ...

class ChromaKey(Segmenter):
    def __init__(
        self,
        *,
        key: Optional[_Color] = ...,
        tolerance: Optional[float] = ...,
        softness: Optional[float] = ...,
        space: Optional[str] = ...,
    ) -> None: ...

class BackgroundSubtraction(Segmenter):
    def __init__(
        self,
        *,
        method: Optional[str] = ...,
        history: Optional[int] = ...,
        threshold: Optional[Union[float, str]] = ...,
    ) -> None: ...

class FrameDifference(Segmenter):
    def __init__(self, *, threshold: Optional[int] = ...) -> None: ...

class Constant(Segmenter):
    def __init__(self, *, value: Optional[int] = ...) -> None: ...

class Threshold(MaskFilter):
    def __init__(self, *, level: Optional[float] = ...) -> None: ...

class Levels(MaskFilter):
    def __init__(
        self,
        *,
        black: Optional[float] = ...,
        white: Optional[float] = ...,
        gamma: Optional[float] = ...,
    ) -> None: ...

class Dilate(MaskFilter):
    def __init__(self, *, size: Optional[int] = ..., shape: Optional[str] = ...) -> None: ...

class Erode(MaskFilter):
    def __init__(self, *, size: Optional[int] = ..., shape: Optional[str] = ...) -> None: ...

class Open(MaskFilter):
    def __init__(self, *, size: Optional[int] = ..., shape: Optional[str] = ...) -> None: ...

class Close(MaskFilter):
    def __init__(self, *, size: Optional[int] = ..., shape: Optional[str] = ...) -> None: ...

class BoxBlur(MaskFilter):
    def __init__(self, *, size: Optional[int] = ...) -> None: ...

class Feather(MaskFilter):
    def __init__(self, *, sigma: Optional[float] = ...) -> None: ...

class GuidedFilter(MaskFilter):
    def __init__(
        self,
        *,
        radius: Optional[float] = ...,
        eps: Optional[float] = ...,
        subsample: Optional[str] = ...,
        guide: Optional[str] = ...,
        confidence: Optional[float] = ...,
    ) -> None: ...

class Temporal(MaskFilter):
    def __init__(
        self,
        *,
        time: Optional[float] = ...,
        noise: Optional[float] = ...,
        motion: Optional[float] = ...,
    ) -> None: ...

class LargestComponent(MaskFilter):
    def __init__(
        self,
        *,
        min_area: Optional[float] = ...,
        threshold: Optional[float] = ...,
        margin: Optional[int] = ...,
    ) -> None: ...

class FillHoles(MaskFilter):
    def __init__(
        self,
        *,
        max_area: Optional[float] = ...,
        threshold: Optional[float] = ...,
        margin: Optional[int] = ...,
    ) -> None: ...

class Hologram(Effect):
    def __init__(
        self,
        *,
        seed: Optional[Union[float, str]] = ...,
        band_length: Optional[int] = ...,
        band_gap: Optional[int] = ...,
        low: Optional[float] = ...,
        high: Optional[float] = ...,
        shift: Optional[int] = ...,
    ) -> None: ...

class Colormap(Effect):
    def __init__(self, *, map: Optional[str] = ...) -> None: ...

class Scanlines(Effect):
    def __init__(
        self,
        *,
        seed: Optional[Union[float, str]] = ...,
        band_length: Optional[int] = ...,
        band_gap: Optional[int] = ...,
        low: Optional[float] = ...,
        high: Optional[float] = ...,
    ) -> None: ...

class Ghost(Effect):
    def __init__(self, *, shift: Optional[int] = ...) -> None: ...

class Grayscale(Effect):
    def __init__(self) -> None: ...

class Flip(Effect):
    def __init__(self, *, direction: Optional[str] = ...) -> None: ...

class Blur(Effect):
    def __init__(self, *, sigma: Optional[float] = ..., exclude_person: Optional[bool] = ...) -> None: ...

class Pixelate(Effect):
    def __init__(self, *, size: Optional[int] = ..., exclude_person: Optional[bool] = ...) -> None: ...

class Color(Effect):
    def __init__(self, *, value: Optional[_Color] = ...) -> None: ...

class Image(Effect):
    def __init__(self, *, path: _Path, fit: Optional[str] = ..., background: Optional[_Color] = ...) -> None: ...

class Video(Effect):
    def __init__(
        self,
        *,
        path: _Path,
        fit: Optional[str] = ...,
        background: Optional[_Color] = ...,
        speed: Optional[float] = ...,
        loop: Optional[bool] = ...,
    ) -> None: ...

class Over(Compositor):
    def __init__(self) -> None: ...

class V4l2Source(Source):
    def __init__(
        self,
        *,
        device: Optional[str] = ...,
        size: Optional[_Size] = ...,
        fps: Optional[Union[float, str]] = ...,
        format: Optional[str] = ...,
        buffers: Optional[int] = ...,
        input: Optional[Union[float, str]] = ...,
        exposure: Optional[Union[float, str]] = ...,
        focus: Optional[Union[float, str]] = ...,
        white_balance: Optional[Union[float, str]] = ...,
        gain: Optional[Union[float, str]] = ...,
        mirror: Optional[str] = ...,
        controls: Optional[str] = ...,
    ) -> None: ...

class ImageSource(Source):
    def __init__(
        self,
        *,
        path: _Path,
        motion: Optional[str] = ...,
        strength: Optional[float] = ...,
        seed: Optional[int] = ...,
        size: Optional[_Size] = ...,
        fps: Optional[float] = ...,
        frames: Optional[Union[float, str]] = ...,
        realtime: Optional[bool] = ...,
    ) -> None: ...

class VideoSource(Source):
    def __init__(
        self,
        *,
        path: _Path,
        loop: Optional[bool] = ...,
        size: Optional[_Size] = ...,
        start: Optional[float] = ...,
        realtime: Optional[bool] = ...,
    ) -> None: ...

class ImagesSource(Source):
    def __init__(
        self,
        *,
        path: _Path,
        fps: Optional[float] = ...,
        loop: Optional[bool] = ...,
        size: Optional[_Size] = ...,
        realtime: Optional[bool] = ...,
    ) -> None: ...

class PatternSource(Source):
    def __init__(
        self,
        *,
        size: Optional[_Size] = ...,
        fps: Optional[float] = ...,
        frames: Optional[Union[float, str]] = ...,
        realtime: Optional[bool] = ...,
    ) -> None: ...

class V4l2Sink(Sink):
    def __init__(
        self,
        *,
        device: Optional[str] = ...,
        format: Optional[str] = ...,
        size: Optional[_Size] = ...,
        fps: Optional[Union[float, str]] = ...,
        wait: Optional[Union[float, str]] = ...,
        io: Optional[str] = ...,
    ) -> None: ...

class PipewireSink(Sink):
    def __init__(
        self,
        *,
        name: Optional[str] = ...,
        description: Optional[str] = ...,
        format: Optional[str] = ...,
        fps: Optional[Union[float, str]] = ...,
        matrix: Optional[str] = ...,
        range: Optional[str] = ...,
    ) -> None: ...

class ImageSink(Sink):
    def __init__(
        self,
        *,
        path: _Path,
        frame: Optional[Union[float, str]] = ...,
        quality: Optional[int] = ...,
    ) -> None: ...

class VideoSink(Sink):
    def __init__(self, *, path: _Path, codec: Optional[str] = ..., fps: Optional[Union[float, str]] = ...) -> None: ...

class ImagesSink(Sink):
    def __init__(
        self,
        *,
        path: _Path,
        format: Optional[str] = ...,
        first: Optional[float] = ...,
        quality: Optional[int] = ...,
    ) -> None: ...

class Y4mSink(Sink):
    def __init__(
        self,
        *,
        path: Optional[_Path] = ...,
        fps: Optional[Union[float, str]] = ...,
        matrix: Optional[str] = ...,
        range: Optional[str] = ...,
    ) -> None: ...

class RawSink(Sink):
    def __init__(
        self,
        *,
        path: Optional[_Path] = ...,
        format: Optional[str] = ...,
        matrix: Optional[str] = ...,
        range: Optional[str] = ...,
    ) -> None: ...

class PreviewSink(Sink):
    def __init__(
        self,
        *,
        title: Optional[str] = ...,
        display: Optional[str] = ...,
        mirror: Optional[bool] = ...,
        on_close: Optional[str] = ...,
    ) -> None: ...

class NullSink(Sink):
    def __init__(self) -> None: ...
