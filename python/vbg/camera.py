"""A virtual camera with pyvirtualcam's interface: `import vbg.camera as pyvirtualcam`.

>>> import numpy as np
>>> import vbg.camera as pyvirtualcam
>>> with pyvirtualcam.Camera(width=64, height=48, fps=1000, device="null") as cam:
...     for _ in range(3):
...         cam.send(np.zeros((48, 64, 3), np.uint8))       # RGB
...         cam.sleep_until_next_frame()
...     cam.frames_sent
3
"""

import enum
import time
from typing import Any, Optional

import numpy as np

from . import _vbg

__all__ = ["Camera", "PixelFormat"]


class PixelFormat(enum.Enum):
    """The formats of send(), by pyvirtualcam's names."""

    RGB = "rgb8"
    BGR = "bgr8"
    RGBA = "rgba8"
    GRAY = "gray8"
    I420 = "i420"
    NV12 = "nv12"
    YUYV = "yuyv"
    UYVY = "uyvy"


def device_sink(device: Optional[str]) -> "_vbg.Sink":
    """A sink for a device node, for None (the first virtual camera there is), or by spec ("video:path=...")."""
    text = "v4l2" if device is None else str(device)
    if text.startswith("/"):
        text = "v4l2:device=" + _vbg.quote_value(text)
    return _vbg.Sink(text)


class Camera:
    """A virtual camera that other programs see.

    width, height : pixels
    fps : frames a second promised, and the pace of sleep_until_next_frame()
    fmt : what send() takes, PixelFormat.RGB by default
    device : node ("/dev/video20"), None for the first virtual camera there is, or the spec of any sink
    backend : None or "v4l2loopback"
    print_fps : log the rate once a second, to the logger "vbg"
    """

    def __init__(self, width: int, height: int, fps: float, *, fmt: PixelFormat = PixelFormat.RGB,
                 device: Optional[str] = None, backend: Optional[str] = None, print_fps: bool = False,
                 **_more: Any) -> None:
        if backend not in (None, "v4l2loopback"):
            raise ValueError(f"Camera: backend={backend!r}; on Linux there is 'v4l2loopback'")
        if not fps > 0:
            raise ValueError(f"Camera: fps={fps!r}; wanted more than 0 frames a second")
        self._fmt = PixelFormat(fmt) if not isinstance(fmt, PixelFormat) else fmt
        self._width, self._height, self._fps = int(width), int(height), float(fps)
        self._print_fps = print_fps
        self._device = device
        self._sink = device_sink(device)
        self._spec = self._sink.open(self._width, self._height, "bgr8", fps=self._fps)
        self._sent = 0
        self._next_time: Optional[float] = None
        self._last_time: Optional[float] = None
        self._current_fps = 0.0
        self._told = time.monotonic()

    def send(self, frame: Any) -> None:
        """Show one frame: an array of uint8 in `fmt`. A frame of one dimension is given its shape."""
        if isinstance(frame, np.ndarray) and frame.ndim == 1:
            frame = frame.reshape(self._shape())
        self._sink.write(frame, format=self._fmt.value)
        now = time.monotonic()
        if self._last_time is not None and now > self._last_time:
            rate = 1 / (now - self._last_time)
            self._current_fps = rate if self._sent < 2 else 0.9 * self._current_fps + 0.1 * rate
        self._last_time = now
        self._sent += 1
        if self._print_fps and now - self._told >= 1:
            self._told = now
            _vbg._log(20, f"camera: {self._current_fps:.1f} frames/s")

    def _shape(self) -> Any:
        height, width = self._height, self._width
        if self._fmt in (PixelFormat.I420, PixelFormat.NV12):
            return height * 3 // 2, width
        channels = {PixelFormat.GRAY: 1, PixelFormat.RGBA: 4, PixelFormat.YUYV: 2, PixelFormat.UYVY: 2}.get(self._fmt, 3)
        return (height, width) if channels == 1 else (height, width, channels)

    def sleep_until_next_frame(self) -> None:
        """Sleep until the next frame is due, so that frames come at `fps`."""
        now = time.monotonic()
        step = 1 / self._fps
        due = now if self._next_time is None else self._next_time
        if due < now - step:  # far behind: start the pace again rather than hurry
            due = now
        self._next_time = due + step
        time.sleep(max(0.0, self._next_time - time.monotonic()))

    def close(self) -> None:
        """Let the device go."""
        self._sink.close()

    def __enter__(self) -> "Camera":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    @property
    def device(self) -> str:
        """The device, as it was named."""
        return self._device if self._device is not None else self._sink.spec

    @property
    def width(self) -> int:
        """Pixels."""
        return self._width

    @property
    def height(self) -> int:
        """Pixels."""
        return self._height

    @property
    def fps(self) -> float:
        """Frames a second, as promised."""
        return self._fps

    @property
    def fmt(self) -> PixelFormat:
        """What send() takes."""
        return self._fmt

    @property
    def native_fmt(self) -> str:
        """What the device holds, as vbg names it, e.g. "bgr8"."""
        return self._spec.format

    @property
    def backend(self) -> str:
        """Always "v4l2loopback"."""
        return "v4l2loopback"

    @property
    def frames_sent(self) -> int:
        """Frames sent so far."""
        return self._sent

    @property
    def current_fps(self) -> float:
        """The rate at which frames were sent lately."""
        return self._current_fps
