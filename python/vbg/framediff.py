"""The second write-up's functions, as native calls: no network, whatever moves is the person.

Two consecutive frames, the absolute difference of their channels as grey, and a threshold of 3 grey levels: where the
picture moved stays, a picture is pasted over the rest. Pictures are (height, width, 3) uint8 in OpenCV's order.

>>> import numpy as np
>>> from vbg.framediff import moving, replace_still
>>> before, now = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
>>> now[0, 0] = 200
>>> moving(before, now).sum()
1
>>> replace_still(before, now, np.full((4, 4, 3), 9, np.uint8))[:2, :2, 0].tolist()
[[200, 9], [9, 9]]
"""

from typing import Any

from . import _vbg

__all__ = ["FrameDiff", "moving", "replace_still"]

THRESHOLD = 3  # grey levels


class FrameDiff:
    """The same for a stream: remembers the frame before.

    frame(picture, background) gives what moved since the last call before the background; the first frame is all
    background.
    """

    def __init__(self, threshold: int = THRESHOLD) -> None:
        self._difference = _vbg.Segmenter("frame_difference", threshold=threshold)
        self._over = _vbg.Compositor("over")

    def mask(self, frame: Any) -> Any:
        """What moved since the last frame: (height, width) uint8, 255 where it did."""
        return self._difference.segment(frame)

    def frame(self, frame: Any, background: Any) -> Any:
        """The picture where it moved, the background elsewhere."""
        return self._over.compose(frame, self.mask(frame), background)

    def reset(self) -> None:
        """Forget the last frame."""
        self._difference.reset()


def moving(previous: Any, current: Any, threshold: int = THRESHOLD) -> Any:
    """Where two frames differ by more than `threshold` grey levels: (height, width) uint8, 1 or 0."""
    difference = FrameDiff(threshold)
    difference.mask(previous)
    return _vbg._marked(difference.mask(current), 1)


def replace_still(previous: Any, current: Any, background: Any, threshold: int = THRESHOLD) -> Any:
    """The current frame where it moved, the background elsewhere."""
    difference = FrameDiff(threshold)
    difference.mask(previous)
    return difference.frame(current, background)
