"""What the tests of whole chains look for in frames: colours, and that each is one that was composed."""
import numpy as np


def rgb_of(data, width, height, pixels):
    """A frame as float RGB; written from BT.601's definition, limited range."""
    data = np.frombuffer(data, np.uint8)
    if pixels in ("rgb8", "bgr8"):
        picture = data.reshape(height, width, 3).astype(float)
        return picture if pixels == "rgb8" else picture[:, :, ::-1]
    if pixels == "yuyv":
        pairs = data.reshape(height, width // 2, 4).astype(float)
        y, u, v = pairs[:, :, ::2].reshape(height, width), pairs[:, :, 1].repeat(2, 1), pairs[:, :, 3].repeat(2, 1)
    else:
        y = data[:width * height].reshape(height, width).astype(float)
        chroma = data[width * height:]
        if pixels == "nv12":
            u, v = (chroma[i::2].reshape(height // 2, width // 2) for i in (0, 1))
        else:
            u, v = chroma.reshape(2, height // 2, width // 2)
        u, v = (c.repeat(2, 0).repeat(2, 1).astype(float) for c in (u, v))
    y, u, v = (y - 16) * 255 / 219, (u - 128) * 255 / 224, (v - 128) * 255 / 224
    return np.stack([y + 1.402 * v, y - 0.344136 * u - 0.714136 * v, y + 1.772 * u], -1).clip(0, 255)


def check_composed(test, composed, frames, what):
    """Every frame read must be, byte for byte, one that was composed (all of them, one after the other), in order."""
    size = len(frames[0])
    index = {composed[i * size:(i + 1) * size]: i for i in range(len(composed) // size)}
    seen = [index.get(frame, -1) for frame in frames]
    test.assertTrue(-1 not in seen, f"{what}: frames that were never composed: {seen}")
    test.assertEqual(seen, sorted(seen), f"{what}: out of order")
    test.assertGreater(len(set(seen)), len(seen) // 2, f"{what}: hardly any of them is new: {seen}")
