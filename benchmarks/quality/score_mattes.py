#!/usr/bin/env python3
"""Scores mattes against true ones.

    score_mattes.py TRUE_ALPHAS MATTES [--frames FRAMES] [--lines 720] [--csv FILE]

TRUE_ALPHAS and MATTES are folders of grey PNG files, 255 = person; files with the same name belong together,
and names in order are a film. Every true alpha needs a matte; mattes without a true alpha are passed over.
With --frames the folder of pictures is used to check that the mattes have their size. --lines scales both to
that height first, so that distances in pixels mean the same for every film (0 = as they are).

    IoU       overlap / union of the areas at least half person; mean over frames; 1 is best
    MAD       mean absolute difference of alpha, x 1000; 0 is best
    edge      the same only near the true edge: within 10 px (at 720 lines) of where the true alpha is
              between 0.05 and 0.95 or crosses 0.5; where a matte's looks are decided
    bound F   F-score of the 0.5 outline: precision and recall of outline points that have one of the other
              matte's within 0.75 % of the picture's diagonal; 1 is best
    dtSSD     root mean square of (change of the matte - change of the truth) between neighbouring frames,
              x 100: flicker; 0 is best

A picture where neither has a person scores IoU 1 and boundary F 1. Needs numpy and OpenCV; exit status 77
without them, 2 for wrong use.
"""

import argparse
import pathlib
import sys

try:
    import cv2
    import numpy as np
except ImportError as error:
    print(f"SKIP: {error}; install Debian's python3-numpy and python3-opencv and use /usr/bin/python3")
    sys.exit(77)

EDGE_REACH = 10 / 720  # of the height
OUTLINE_TOLERANCE = 0.0075  # of the diagonal
COLUMNS = ("IoU", "MAD x1e3", "edge x1e3", "bound F", "dtSSD x1e2")


def disc(radius):
    """Round structuring element."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def iou(truth, matte):
    a, b = truth >= 0.5, matte >= 0.5
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 1.0


def outline(alpha):
    """Person pixels of the 0.5 mask that touch background above, below, left or right of them."""
    inside = (alpha >= 0.5).astype(np.uint8)
    # The border of the picture is no outline: beyond it the mask goes on.
    shrunk = cv2.erode(inside, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)),
                       borderType=cv2.BORDER_REPLICATE)
    return inside != shrunk


def edge_band(truth):
    """Pixels near the true edge."""
    soft = (truth > 0.05) & (truth < 0.95)
    radius = max(1, round(EDGE_REACH * truth.shape[0]))
    return cv2.dilate((soft | outline(truth)).astype(np.uint8), disc(radius)) > 0


def boundary_f(truth, matte):
    a, b = outline(truth), outline(matte)
    if not a.any() or not b.any():
        return 1.0 if a.any() == b.any() else 0.0
    tolerance = OUTLINE_TOLERANCE * np.hypot(*truth.shape)

    def share_near(points, others):
        distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.mean(distance[points] <= tolerance)

    precision, recall = share_near(b, a), share_near(a, b)
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


class Scorer:
    """Collects the scores of a film, frame by frame in order. Alphas are float arrays 0..1."""

    def __init__(self):
        self.rows = []
        self.last = None

    def add(self, truth, matte):
        """Adds one frame; returns its scores in the order of COLUMNS (flicker is nan for the first)."""
        difference = matte - truth
        apart = np.abs(difference)
        band = edge_band(truth)
        flicker = np.nan
        if self.last is not None:
            flicker = 100 * np.sqrt(np.mean((difference - self.last) ** 2, dtype=np.float64))
        edge = 1000 * apart[band].mean() if band.any() else np.nan
        self.last = difference
        self.rows.append((iou(truth, matte), 1000 * apart.mean(), edge, boundary_f(truth, matte), flicker))
        return self.rows[-1]

    def gap(self):
        """The next frame does not follow the last one: no flicker is counted between them."""
        self.last = None

    def means(self):
        """Mean of each score over the frames that have it; nan where none has."""
        table = np.array(self.rows, dtype=np.float64).reshape(-1, len(COLUMNS))
        counts = np.sum(~np.isnan(table), axis=0)
        with np.errstate(invalid="ignore"):
            return np.nansum(table, axis=0) / counts


def read_alpha(path, lines=0):
    """A grey picture as floats 0..1, scaled to `lines` rows where that is not 0."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError(f"{path}: not a picture that can be read")
    alpha = picture.astype(np.float32) / 255
    if lines and alpha.shape[0] != lines:
        width = round(alpha.shape[1] * lines / alpha.shape[0])
        way = cv2.INTER_AREA if alpha.shape[0] > lines else cv2.INTER_LINEAR
        alpha = cv2.resize(alpha, (width, lines), interpolation=way)
    return alpha


def score_folders(truths, mattes, frames=None, lines=720):
    """Scores a folder. Returns (names, Scorer). Throws ValueError that names the file at fault."""
    files = sorted(pathlib.Path(truths).glob("*.png"))
    if not files:
        raise ValueError(f"{truths}: no PNG files there")
    scorer, names = Scorer(), []
    for file in files:
        other = pathlib.Path(mattes) / file.name
        if not other.exists():
            raise ValueError(f"{other}: missing; every true alpha needs a matte of the same name")
        if frames is not None:
            pictures = sorted(pathlib.Path(frames).glob(file.stem + ".*"))
            picture = cv2.imread(str(pictures[0])) if pictures else None
            matte = cv2.imread(str(other), cv2.IMREAD_GRAYSCALE)
            if picture is None or matte is None or picture.shape[:2] != matte.shape:
                raise ValueError(f"{other}: has not the size of the frame of that name in {frames}")
        truth, matte = read_alpha(file, lines), read_alpha(other, lines)
        if truth.shape != matte.shape:
            raise ValueError(f"{other}: {matte.shape[1]}x{matte.shape[0]}, but the true alpha has "
                             f"{truth.shape[1]}x{truth.shape[0]}; the shapes must agree")
        if names and names[-1].isdigit() and file.stem.isdigit() and int(file.stem) != int(names[-1]) + 1:
            scorer.gap()
        scorer.add(truth, matte)
        names.append(file.stem)
    return names, scorer


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Scores mattes against true ones.")
    parser.add_argument("truths", help="folder of true alphas, PNG")
    parser.add_argument("mattes", help="folder of mattes, PNG of the same names")
    parser.add_argument("--frames", help="folder of the pictures, to check sizes with")
    parser.add_argument("--lines", type=int, default=720, help="scale to that height first; 0 = do not")
    parser.add_argument("--csv", help="also write every frame's scores there")
    options = parser.parse_args(arguments)
    try:
        names, scorer = score_folders(options.truths, options.mattes, options.frames, options.lines)
    except ValueError as error:
        print(f"score_mattes: {error}", file=sys.stderr)
        return 2
    if options.csv:
        rows = ["frame," + ",".join(COLUMNS)]
        rows += [name + "," + ",".join(f"{v:.5g}" for v in row) for name, row in zip(names, scorer.rows)]
        pathlib.Path(options.csv).write_text("\n".join(rows) + "\n")
    print("frames  " + "  ".join(COLUMNS))
    means = [f"{value:>{len(name)}.3f}" for name, value in zip(COLUMNS, scorer.means())]
    print(f"{len(names):>6}  " + "  ".join(means))
    return 0


if __name__ == "__main__":
    sys.exit(main())
