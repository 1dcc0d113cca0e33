#!/usr/bin/env python3
"""Write inputs and expected results of the 2020 script's steps, for the native test to compare with.

    make_fakecam_reference.py OUTPUT_FOLDER

The native test runs this at test time, so no expected picture is ever stored in the repository. Photographs
with masks of a real network are used when the folder named by VBG_TEST_DATA (default: ../shared beside the
source tree) has them; the made-up cases are always written.

OUTPUT_FOLDER/cases.txt has one line a case: NAME WIDTH HEIGHT SEED. OUTPUT_FOLDER/NAME/ has, as .npy files
(version 1.0, C order, little-endian; pictures are uint8 height x width x 3, blue first):

    frame, background    inputs
    mask                 input, uint8 height x width, 0 or 1
    factors              float64, the random row factors of both frames below, in the order they are drawn
    post_mask            float32 0..1, dilate 10x10 then box blur 30x30
    colormap, scanlines, ghost
                         the hologram's parts in order, each made from the one before (first frame)
    hologram             the first frame after the seed
    hologram_next        the same picture again, with the random numbers that follow
    composite            hologram over background by post_mask
    previous             input: an earlier frame, for frame differencing
    moving               uint8 0 or 1, frame against previous
    replaced             frame where it moves, background elsewhere

Exit status: 0 done, 2 wrong use, 77 (skip) when numpy or OpenCV for Python is not installed.
"""

import os
import pathlib
import sys

try:
    import cv2
    import numpy as np

    import fakecam_2020 as fakecam
except ImportError as error:
    print(f"SKIP: {error}; install Debian's python3-numpy and python3-opencv and use /usr/bin/python3")
    sys.exit(77)

# name, width, height, seed. Tiny sizes make the border rules overlap; odd ones leave ragged vector ends.
MADE_UP = [
    ("one_pixel", 1, 1, 0),
    ("one_row", 19, 1, 7),
    ("tiny_7x5", 7, 5, 1),
    ("odd_33x17", 33, 17, 42),
    ("odd_101x67", 101, 67, 2**32 - 1),
    ("vga_640x480", 640, 480, 2020),
    ("hd_1280x720", 1280, 720, 12345),
]
# photo and the golden folder (under goldens/bodypix/cpu/quant2_075_s16) that holds its mask
PHOTOS = [
    ("astronaut_1280x720", 3),
    ("three_people_1280x720", 4),
    ("astronaut_crop_333x257", 5),
    ("portrait_192x256", 6),
]


def made_up_picture(rng, width, height):
    """A picture with slow gradients, hard edges and noise, reaching both ends of the range."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    channels = []
    for _ in range(3):
        fx, fy, phase = rng.uniform(0.01, 0.15), rng.uniform(0.01, 0.15), rng.uniform(0, 6.28)
        wave = 127.5 + 150 * np.sin(fx * x + fy * y + phase)  # beyond 0..255 on purpose: flat clipped parts
        channels.append(wave + rng.normal(0, 6, (height, width)))
    picture = np.clip(np.stack(channels, axis=2), 0, 255).astype(np.uint8)
    if width > 20 and height > 20:
        cv2.rectangle(picture, (width // 5, height // 4), (width // 2, height // 2), (255, 255, 255), -1)
        cv2.circle(picture, (width * 2 // 3, height // 2), height // 6, (0, 0, 0), -1)
    return picture


def made_up_mask(width, height):
    """A head and shoulders of two ellipses, the shoulders cut by the lower border."""
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height * 2 // 5), (width // 9, height // 5), 0, 0, 360, 1, -1)
    cv2.ellipse(mask, (width // 2, height), (width // 3, height * 2 // 5), 0, 0, 360, 1, -1)
    return mask


def nudged(rng, picture):
    """An earlier frame: most pixels differ by 0 to 6 grey levels, around the threshold of 3."""
    change = rng.randint(-6, 7, picture.shape[:2])[:, :, None]
    return np.clip(picture.astype(np.int64) + change, 0, 255).astype(np.uint8)


def write_case(folder, seed, frame, background, mask):
    folder.mkdir(parents=True, exist_ok=True)
    height, width = mask.shape
    dimmed_rows = sum(1 for y in range(height) if y % 5 < 2)
    post_mask = fakecam.post_process_mask(mask)
    rng = fakecam.random_source(seed)
    hologram = fakecam.hologram_effect(frame, rng)
    hologram_next = fakecam.hologram_effect(frame, rng)
    lined = fakecam.scanlines(fakecam.colormap(frame), fakecam.random_source(seed))
    previous = nudged(np.random.RandomState(99), frame)
    arrays = {
        "frame": frame,
        "background": background,
        "mask": mask,
        "factors": fakecam.random_source(seed).uniform(0.1, 0.3, 2 * dimmed_rows),
        "post_mask": post_mask.astype(np.float32),
        "colormap": fakecam.colormap(frame),
        "scanlines": lined,
        "ghost": fakecam.ghost(lined),
        "hologram": hologram,
        "hologram_next": hologram_next,
        "composite": fakecam.composite(hologram.copy(), background, post_mask),
        "previous": previous,
        "moving": fakecam.moving(previous, frame),
        "replaced": fakecam.replace_still(previous, frame, background),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array))
    return f"{folder.name} {width} {height} {seed}\n"


def photo_cases(data):
    """(name, seed, frame, background, mask) of the photographs that are there."""
    root = data / "goldens" / "bodypix"
    for name, seed in PHOTOS:
        picture_file = root / "inputs" / f"{name}.png"
        mask_file = root / "cpu" / "quant2_075_s16" / name / "mask.npy"
        if not (picture_file.exists() and mask_file.exists()):
            print(f"left out photo_{name}: no {picture_file.name} with a mask under VBG_TEST_DATA")
            continue
        frame = cv2.imread(str(picture_file), cv2.IMREAD_COLOR)
        mask = np.load(mask_file).reshape(frame.shape[:2]).astype(np.uint8)
        yield f"photo_{name}", seed, frame, np.ascontiguousarray(frame[::-1, ::-1]), mask


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    out = pathlib.Path(arguments[0])
    lines = []
    for name, width, height, seed in MADE_UP:
        rng = np.random.RandomState(seed ^ 0x5EED)
        frame = made_up_picture(rng, width, height)
        background = made_up_picture(rng, width, height)
        lines.append(write_case(out / name, seed, frame, background, made_up_mask(width, height)))
    source_root = pathlib.Path(__file__).resolve().parents[2]
    data = pathlib.Path(os.environ.get("VBG_TEST_DATA") or source_root.parent / "shared")
    for name, seed, frame, background, mask in photo_cases(data):
        lines.append(write_case(out / name, seed, frame, background, mask))
    # Written last: a reader that finds cases.txt finds every case whole.
    (out / "cases.txt").write_text("".join(lines))
    print(f"wrote {len(lines)} cases to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
