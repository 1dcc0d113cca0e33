"""What the tests of whole chains look for in frames: colours, that each is one that was composed, and their rate."""
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


def nearest(frame, places):
    """In words, the composed picture that is most like this frame, and where they differ."""
    def differing(picture):
        return [part for part in range(16) if frame[part * len(frame) // 16:(part + 1) * len(frame) // 16]
                != picture[part * len(frame) // 16:(part + 1) * len(frame) // 16]]
    best = min(places, key=lambda picture: len(differing(picture)))
    return f"most like {places[best]} but for sixteenths {differing(best)}; {len(set(frame))} different bytes"


def is_torn(frame, composed):
    """Whether a frame is the upper part of one composed picture and the lower part of another."""
    differs = np.frombuffer(composed, np.uint8)[:len(composed) // len(frame) * len(frame)].reshape(-1, len(frame)) \
        != np.frombuffer(frame, np.uint8)
    above, below = (np.where(part.any(1), part.argmax(1), len(frame)).max() for part in (differs, differs[:, ::-1]))
    return bool(above + below >= len(frame))


def check_composed(test, composed, frames, what, torn=0):
    """Every frame read must be, byte for byte, one that was composed (all of them, one after the other), in order; their places.

    v4l2loopback lets its writer go on over a frame that a program has not copied yet. Reader knows where it was too slow for that;
    another program on a busy machine is not told, so that a few of its frames (torn) may be of two pictures.
    """
    size = len(frames[0])
    places = {}  # of each picture: a picture may come again
    for place in range(len(composed) // size):
        places.setdefault(composed[place * size:(place + 1) * size], []).append(place)
    seen, in_two = [], []
    for number, frame in enumerate(frames):
        if frame not in places:
            in_two.append(number)
            test.assertTrue(len(in_two) <= torn and is_torn(frame, composed),
                            f"{what}: frame {number} is none that was composed: {nearest(frame, places)}; torn before: {in_two[:-1]}")
            continue
        later = [place for place in places[frame] if not seen or place >= seen[-1]]
        test.assertTrue(later, f"{what}: frame {number} is {places[frame]}, out of order after {seen}")
        seen.append(later[0])
    if in_two:
        print(f"    {what}: {len(in_two)} of {len(frames)} frames were overtaken by the next while they were read")
    return seen


def read_at(test, reader, fps, count, what, slack=0.08, pictures=None):
    """So many frames, as Reader gives them. They must come at that rate (with slack) and show so many different pictures (least,
    most). Where a machine is busy for a moment they do not: then the next ones are taken, some seconds long."""
    least, most = pictures or (1, count)
    for _ in range(9):
        left_out = reader.left_out
        frames = reader.frames(count)
        rate = (count - 1 + reader.left_out - left_out) / (frames[-1][0] - frames[0][0])
        different = 1 + sum(one != other for (_, one), (_, other) in zip(frames, frames[1:]))
        print(f"    {what}: {rate:.2f} frames/s of {fps}, {different} pictures in {count} frames")
        if abs(rate / fps - 1) < slack and least <= different <= most:
            return frames
    return test.fail(f"{what}: at last {rate:.2f} frames/s, {fps} promised, with {different} pictures, {least} to {most} wanted")
