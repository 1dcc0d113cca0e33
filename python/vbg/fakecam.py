"""The 2020 "fakecam" script's own functions, as native calls.

The script read a camera with OpenCV, asked a network server for a mask, widened and blurred it, turned the person
into a hologram, laid that over a picture and wrote it to a virtual camera. Its functions are here under their
names, so that the script runs with its imports changed:

    from vbg.fakecam import FakeWebcam, get_frame           # instead of defining them, and of pyfakewebcam

Pictures are (height, width, 3) uint8 arrays in OpenCV's order, except for FakeWebcam.schedule_frame(), which takes
RGB. The results are within one grey level of the script's. Random numbers come from numpy's np.random, as in the
script, one for each dimmed row: after the same np.random.seed() both draw the same.
"""

from typing import Any, Optional, Tuple

import numpy as np

from . import _vbg
from .camera import device_sink

__all__ = ["FakeWebcam", "get_frame", "get_mask", "hologram_effect", "post_process_mask", "shift_image", "shift_img"]


class _Stages:
    """The preset's stages, made when first needed."""

    def __init__(self) -> None:
        preset = next(p for p in _vbg.presets() if p["name"] == "fakecam")
        self.segmenter_spec = preset["segmenter"]
        widen, soften = (part.strip() for part in preset["filters"].split("|"))
        self.widen = _vbg.MaskFilter(widen)
        self.soften = _vbg.MaskFilter(soften)
        self.over = _vbg.Compositor("over")
        self._segmenter: Optional[_vbg.Segmenter] = None

    @property
    def segmenter(self) -> "_vbg.Segmenter":
        if self._segmenter is None:
            self._segmenter = _vbg.Segmenter(self.segmenter_spec)
        return self._segmenter


_made: Optional[_Stages] = None


def _stages() -> _Stages:
    global _made
    if _made is None:
        _made = _Stages()
    return _made


def use_segmenter(segmenter: Any) -> None:
    """Take another segmenter than BodyPix: a spec string such as "selfie", or a vbg.Segmenter.

    >>> from vbg import fakecam
    >>> fakecam.use_segmenter("chroma_key")
    """
    _stages()._segmenter = _vbg.Segmenter(segmenter) if isinstance(segmenter, str) else segmenter


def get_mask(frame: Any, bodypix_url: Optional[str] = None) -> Any:
    """The person in a picture: (height, width) uint8, 1 = person, 0 = not.

    `bodypix_url` is taken so that calls need not change, and not looked at: the network runs in this process.
    The model is bodypix-mobilenet-075-16-quant2 (`vbg-model fetch bodypix-mobilenet-075-16`).
    """
    return _vbg._marked(_stages().segmenter.segment(frame), 1)


def post_process_mask(mask: Any) -> Any:
    """Widen a 0/1 mask by 10 x 10 pixels, then soften it by a mean of 30 x 30. Returns float64, 0..1.

    >>> import numpy as np
    >>> from vbg.fakecam import post_process_mask
    >>> mask = np.zeros((90, 160), np.uint8)
    >>> mask[:, 80:] = 1
    >>> soft = post_process_mask(mask)
    >>> soft.dtype.name, soft[45, 0], soft[45, 159]
    ('float64', 0.0, 1.0)
    """
    stages = _stages()
    values = np.asarray(mask, np.uint8)
    binary = values.size > 0 and values.max() <= 1
    soft = stages.widen(_vbg._marked(values, 255) if binary else values)
    stages.soften(soft, out=soft)
    return _vbg._scaled(soft, 1 / 255 if binary else 1.0)


def shift_img(img: Any, dx: int, dy: int) -> Any:
    """A picture moved dx pixels right and dy down; what comes in from outside is black.

    >>> import numpy as np
    >>> from vbg.fakecam import shift_img
    >>> shift_img(np.array([[1, 2, 3]], np.uint8), 1, 0).tolist()
    [[0, 1, 2]]
    """
    img = np.asarray(img)
    height, width = img.shape[:2]
    moved = np.zeros_like(img)
    if abs(dx) < width and abs(dy) < height:
        to_y, to_x = slice(max(dy, 0), height + min(dy, 0)), slice(max(dx, 0), width + min(dx, 0))
        from_y, from_x = slice(max(-dy, 0), height - max(dy, 0)), slice(max(-dx, 0), width - max(dx, 0))
        moved[to_y, to_x] = img[from_y, from_x]
    return moved


shift_image = shift_img


def _factors(height: int) -> Any:
    """This frame's random factors: of every five rows the first two are dimmed."""
    return np.random.uniform(0.1, 0.3, height // 5 * 2 + min(height % 5, 2))


def hologram_effect(img: Any) -> Any:
    """The picture as a hologram: winter colours, flickering scan lines, two ghosts. Returns a new array.

    >>> import numpy as np
    >>> from vbg.fakecam import hologram_effect
    >>> hologram_effect(np.full((20, 20, 3), 100, np.uint8)).shape
    (20, 20, 3)
    """
    return _vbg._hologram(img, _factors(np.shape(img)[0] if np.ndim(img) else 0))


def get_frame(cap: Any, background_scaled: Any) -> Any:
    """Read a frame from `cap` and give it as a hologram before `background_scaled`, a picture of its size.

    cap : anything with OpenCV's read(): cv2.VideoCapture, or an object whose read() gives (True, frame)
    """
    success, frame = cap.read()
    if frame is None or success is False:
        raise EOFError("get_frame: the capture gave no frame; it is at its end, or the camera is not there")
    stages = _stages()
    matte = stages.segmenter.segment(frame)
    stages.widen(matte, out=matte)
    stages.soften(matte, out=matte)
    person = hologram_effect(frame)
    return stages.over.compose(person, matte, background_scaled, out=person)


class FakeWebcam:
    """A virtual camera with pyfakewebcam's interface.

    FakeWebcam(video_device, width, height): `video_device` is the node of a virtual camera ("/dev/video20"), or the
    spec of any sink ("video:path=film.mp4"), which is finished by close(). schedule_frame() takes RGB.

    >>> import numpy as np
    >>> from vbg.fakecam import FakeWebcam
    >>> with FakeWebcam("null", 64, 48) as camera:
    ...     camera.schedule_frame(np.zeros((48, 64, 3), np.uint8))
    """

    def __init__(self, video_device: str, width: int, height: int, channels: int = 3, input_pixfmt: str = "RGB") -> None:
        if channels != 3 or input_pixfmt != "RGB":
            raise ValueError(f"FakeWebcam: channels={channels}, input_pixfmt={input_pixfmt!r}; only 3 and 'RGB' there are")
        self._shape: Tuple[int, int, int] = (int(height), int(width), 3)
        self._device = video_device
        self._sink = device_sink(video_device)
        self._sink.open(int(width), int(height), "bgr8", fps=30.0)

    def schedule_frame(self, frame: Any) -> None:
        """Show one frame, (height, width, 3) uint8, RGB."""
        if np.shape(frame) != self._shape:
            raise ValueError(f"FakeWebcam: the frame's shape is {np.shape(frame)}, but the camera's {self._shape}; cv2.resize() it")
        self._sink.write(frame, format="rgb8")

    def print_capabilities(self) -> None:
        """Print what the camera is."""
        height, width, _ = self._shape
        print(f"{self._device}: {width} x {height}, written through {self._sink!r}")

    def close(self) -> None:
        """Let the device go. The script never did; it then happens at the end of the program."""
        self._sink.close()

    def __enter__(self) -> "FakeWebcam":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()
