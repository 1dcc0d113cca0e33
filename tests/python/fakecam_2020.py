"""The picture arithmetic of the 2020 "fakecam" write-up, as an independent reference.

In 2020 a widely read blog post replaced a webcam's background with a few lines of Python: a person mask
from BodyPix, widened and blurred, a "hologram" effect for the person, and a blend over a picture. A second
write-up had no network and took whatever changed between two frames for the person. The `fakecam` preset of
this library promises the same pictures. This file says what "the same" means; it was written from a
description of those steps, shares no code with the library, and is slow on purpose: one line a step.

Conventions: pictures are uint8, rows x columns x 3, blue first (OpenCV's order); a mask is 0 or 1, uint8,
1 = person. Needs Debian's python3-numpy and python3-opencv.
"""

import cv2
import numpy as np

DILATE_SIZE = 10  # pixels, side of the square that widens the mask
BLUR_SIZE = 30  # pixels, side of the box that softens its edge
BAND_LENGTH, BAND_GAP = 2, 3  # of every five rows, the first two are dimmed
BAND_LOW, BAND_HIGH = 0.1, 0.3  # a dimmed row keeps this share of its brightness
GHOST_SHIFT = 5  # pixels, right and down for the first ghost, left and up for the second
DIFFERENCE_THRESHOLD = 3  # grey levels; a pixel that changed by more moves


def random_source(seed):
    """The random numbers of `np.random.seed(seed); np.random.uniform(...)`.

    This is the Mersenne Twister MT19937 started from one 32-bit number, as std::mt19937 does; each draw
    takes two outputs a and b and makes the 53-bit fraction ((a >> 5) * 2**26 + (b >> 6)) / 2**53.
    """
    return np.random.RandomState(seed)


def post_process_mask(mask):
    """Widen a 0/1 mask by a square, then soften it by a box mean. Returns float64, 0..1.

    OpenCV anchors an even square at size / 2 = 5, so the widened mask reaches 5 pixels up and left of its
    centre but 4 down and right. Outside the picture the dilation sees nothing and the blur sees the picture
    mirrored about its border pixel (BORDER_REFLECT_101).
    """
    widened = cv2.dilate(mask, np.ones((DILATE_SIZE, DILATE_SIZE), np.uint8), iterations=1)
    return cv2.blur(widened.astype(float), (BLUR_SIZE, BLUR_SIZE))


def shift_image(image, dx, dy):
    """Move a picture dx pixels right and dy down; what comes in from outside is black."""
    moved = np.roll(np.roll(image, dy, axis=0), dx, axis=1)
    if dy > 0:
        moved[:dy, :] = 0
    elif dy < 0:
        moved[dy:, :] = 0
    if dx > 0:
        moved[:, :dx] = 0
    elif dx < 0:
        moved[:, dx:] = 0
    return moved


def colormap(image):
    """Brightness as a colour between blue and green. OpenCV turns the picture to grey first."""
    return cv2.applyColorMap(image, cv2.COLORMAP_WINTER)


def scanlines(image, rng):
    """Dim the first two of every five rows, each by its own random factor, cut to whole grey levels.

    Changes `image` itself, as the script did (it matters to the benchmark), and returns it.
    """
    for y in range(image.shape[0]):
        if y % (BAND_LENGTH + BAND_GAP) < BAND_LENGTH:
            image[y, :, :] = image[y, :, :] * rng.uniform(BAND_LOW, BAND_HIGH)
    return image


def ghost(image):
    """Lay two displaced copies over the picture: one right and down, then one left and up."""
    one = cv2.addWeighted(image, 0.2, shift_image(image, GHOST_SHIFT, GHOST_SHIFT), 0.8, 0)
    return cv2.addWeighted(one, 0.4, shift_image(image, -GHOST_SHIFT, -GHOST_SHIFT), 0.6, 0)


def hologram_effect(image, rng):
    """Colour map, scan lines and ghosts, mixed with the picture they were made from."""
    projected = ghost(scanlines(colormap(image), rng))
    return cv2.addWeighted(image, 0.5, projected, 0.6, 0)


def composite(foreground, background, soft_mask):
    """Blend by a float mask, 1 = foreground; the sum is cut, not rounded, to whole grey levels.

    Changes `foreground` itself, as the script did, and returns it.
    """
    inverse = 1 - soft_mask
    for c in range(3):
        foreground[:, :, c] = foreground[:, :, c] * soft_mask + background[:, :, c] * inverse
    return foreground


def get_frame(frame, mask, background, rng):
    """One whole frame: camera picture, 0/1 mask of the person and background picture in, result out."""
    return composite(hologram_effect(frame, rng), background, post_process_mask(mask))


def moving(previous, current):
    """The second write-up's mask, 0/1: where two consecutive frames differ, in grey, by more than 3."""
    before = cv2.cvtColor(previous, cv2.COLOR_BGR2GRAY)
    after = cv2.cvtColor(current, cv2.COLOR_BGR2GRAY)
    return (cv2.absdiff(after, before) > DIFFERENCE_THRESHOLD).astype(np.uint8)


def replace_still(previous, current, background):
    """The second write-up's picture: the new frame where it moves, the background elsewhere."""
    return np.where(moving(previous, current)[:, :, None] == 1, current, background)
