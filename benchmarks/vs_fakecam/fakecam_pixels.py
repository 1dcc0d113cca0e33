#!/usr/bin/env python3
"""Times the 2020 script's work on pixels, stage by stage: the Python half of the comparison.

    fakecam_pixels.py [--frames N] [--width W] [--height H] [--threads T] [--plain-malloc]

What is counted is what the script did to every frame besides the network: mask post-processing, hologram,
composite, and the swap to the colour order the virtual camera wanted. The JPEG it made to send the frame to
its network server over HTTP is listed apart and not counted: this library has no such step at all.
The script made several arrays of megabytes a frame. Whether the C library takes such blocks anew from the
system each time (and so touches every page for the first time again) depends on what the process did before,
and makes a factor of two. Here the script gets the good case, kept blocks; --plain-malloc leaves it to
chance.
Prints one line of JSON, times in milliseconds, medians. Exit status 77 without numpy or OpenCV.
"""

import argparse
import ctypes
import json
import os
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE_ROOT = HERE.parents[1]
sys.path.insert(0, str(SOURCE_ROOT / "tests" / "python"))
try:
    import cv2
    import numpy as np

    import fakecam_2020 as fakecam
except ImportError as error:
    print(f"SKIP: {error}; install Debian's python3-numpy and python3-opencv and use /usr/bin/python3")
    sys.exit(77)

PICTURES = 8  # the film: one picture moved a little each time, as bench_fakecam does
COUNTED = ("dilate", "box_blur", "hologram", "over", "bgr_to_rgb")


def keep_freed_blocks():
    """Tells glibc to map no block of its own and to give none back. With other C libraries: nothing."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        trim_threshold, top_pad, mmap_max = -1, -2, -4  # the numbers of <malloc.h>
        mallopt(mmap_max, 0)
        mallopt(trim_threshold, 2**31 - 1)
        mallopt(top_pad, 2**26)


def make_inputs(width, height):
    """A portrait and its mask where VBG_TEST_DATA has one, else a made-up picture and an ellipse."""
    data = pathlib.Path(os.environ.get("VBG_TEST_DATA") or SOURCE_ROOT.parent / "shared")
    data = data / "goldens" / "bodypix"
    picture = data / "inputs" / "astronaut_1280x720.png"
    golden = data / "cpu" / "quant2_075_s16" / "astronaut_1280x720" / "mask.npy"
    if picture.exists() and golden.exists():
        frame = cv2.imread(str(picture), cv2.IMREAD_COLOR)
        mask = np.load(golden).reshape(frame.shape[:2]).astype(np.uint8)
        frame = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
    else:
        y, x = np.mgrid[0:height, 0:width]
        frame = np.stack([(x * (c + 1) + y * (3 - c) + x * y // 64) & 255 for c in range(3)], axis=2)
        frame = frame.astype(np.uint8)
        mask = np.zeros((height, width), np.uint8)
        centre, axes = (width // 2, height * 4 // 5), (width * 3 // 10, height * 7 // 10)
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1)
    background = np.ascontiguousarray(frame[::-1, ::-1])
    return frame, mask, background


def step(frame, mask, background, rng, times):
    """One frame; appends the seconds of each stage to `times`. Returns the composite, blue first."""
    marks = [time.perf_counter()]
    widened = cv2.dilate(mask, np.ones((fakecam.DILATE_SIZE,) * 2, np.uint8), iterations=1)
    marks.append(time.perf_counter())
    soft = cv2.blur(widened.astype(float), (fakecam.BLUR_SIZE,) * 2)
    marks.append(time.perf_counter())
    out = fakecam.hologram_effect(frame, rng)
    marks.append(time.perf_counter())
    out = fakecam.composite(out, background, soft)
    marks.append(time.perf_counter())
    cv2.cvtColor(out, cv2.COLOR_BGR2RGB)
    marks.append(time.perf_counter())
    for name, start, end in zip(COUNTED, marks, marks[1:]):
        times.setdefault(name, []).append(end - start)
    times.setdefault("total", []).append(marks[-1] - marks[0])
    return out


def measure(frames, frame, mask, background, seed=12345):
    """Medians in milliseconds over `frames` frames after a short warm-up."""
    film = [np.roll(frame, 16 * i, axis=1) for i in range(PICTURES)]
    rng = fakecam.random_source(seed)
    for i in range(3):
        step(film[i], mask, background, rng, {})
    times, jpeg = {}, []
    for i in range(frames):
        step(film[i % PICTURES], mask, background, rng, times)
    for i in range(min(frames, 10)):
        start = time.perf_counter()
        cv2.imencode(".jpg", film[i % PICTURES])
        jpeg.append(time.perf_counter() - start)
    medians = {name: round(1e3 * statistics.median(values), 4) for name, values in times.items()}
    return {
        "ms_per_frame": medians.pop("total"),
        "frames": frames,
        "width": frame.shape[1],
        "height": frame.shape[0],
        "threads": cv2.getNumThreads(),
        "stages": medians,
        "not_counted": {"jpeg_for_http": round(1e3 * statistics.median(jpeg), 4)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=50, help="frames to time")
    parser.add_argument("--width", type=int, default=1280, help="pixels")
    parser.add_argument("--height", type=int, default=720, help="pixels")
    parser.add_argument("--threads", type=int, default=0, help="of OpenCV; 0 = its own choice (all cores)")
    parser.add_argument("--plain-malloc", action="store_true", help="leave the C library's memory as it is")
    options = parser.parse_args()
    if not options.plain_malloc:
        keep_freed_blocks()
    if options.threads > 0:
        cv2.setNumThreads(options.threads)
    print(json.dumps(measure(options.frames, *make_inputs(options.width, options.height))))


if __name__ == "__main__":
    main()
