#!/usr/bin/env python3
"""Checks the reference itself against plain loops and values worked out by hand.

Run it alone or through pytest. Exit status 77 (skip) when numpy or OpenCV for Python is not installed.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
try:
    import cv2  # noqa: F401  (named here so that its absence is a skip)
    import numpy as np

    import fakecam_2020 as fakecam
except ImportError as error:
    if __name__ == "__main__":
        print(f"SKIP: {error}; install Debian's python3-numpy and python3-opencv and use /usr/bin/python3")
        sys.exit(77)
    raise unittest.SkipTest(f"{error}; install Debian's python3-numpy and python3-opencv") from error


def twister(seed):
    """MT19937 written out, as std::mt19937: yields 32-bit outputs."""
    state = [seed]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + i) & 0xFFFFFFFF)
    while True:
        for i in range(624):
            joined = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7FFFFFFF)
            state[i] = state[(i + 397) % 624] ^ (joined >> 1) ^ (0x9908B0DF if joined & 1 else 0)
        for word in state:
            word ^= word >> 11
            word ^= (word << 7) & 0x9D2C5680
            word ^= (word << 15) & 0xEFC60000
            yield word ^ (word >> 18)


def mirrored(i, n):
    """BORDER_REFLECT_101: about the border pixel, which is not repeated."""
    while n > 1 and not 0 <= i < n:
        i = -i if i < 0 else 2 * (n - 1) - i
    return 0 if n == 1 else i


class Reference(unittest.TestCase):
    def test_random_numbers_are_those_of_mt19937(self):
        for seed in (0, 1, 12345, 2**32 - 1):
            words = twister(seed)
            rng = fakecam.random_source(seed)
            for _ in range(700):  # more than one block of 624 words
                a, b = next(words) >> 5, next(words) >> 6
                expected = 0.1 + (0.3 - 0.1) * ((a * 67108864.0 + b) / 9007199254740992.0)
                self.assertEqual(rng.uniform(0.1, 0.3), expected)

    def test_one_point_widens_to_ten_by_ten_and_softens_to_thirty_nine(self):
        mask = np.zeros((101, 121), np.uint8)
        mask[50, 60] = 1
        soft = fakecam.post_process_mask(mask)
        self.assertAlmostEqual(soft.sum(), 100.0, places=6)  # a mean keeps the mass of the 10x10 square
        rows = np.flatnonzero(soft.max(axis=1) > 1e-9)
        columns = np.flatnonzero(soft.max(axis=0) > 1e-9)
        self.assertEqual((len(rows), len(columns)), (39, 39))  # 10 + 30 - 1
        self.assertAlmostEqual(soft.max(), 100 / 900, places=9)

    def test_mask_against_plain_loops(self):
        rng = np.random.RandomState(5)
        for height, width in ((1, 1), (3, 50), (41, 9), (35, 37)):
            mask = (rng.uniform(size=(height, width)) < 0.02).astype(np.uint8)
            wide = np.zeros_like(mask)
            for y in range(height):
                for x in range(width):
                    wide[y, x] = mask[max(0, y - 5):y + 5, max(0, x - 5):x + 5].max()
            soft = np.zeros(mask.shape)
            for y in range(height):
                ys = [mirrored(y + k, height) for k in range(-15, 15)]
                for x in range(width):
                    xs = [mirrored(x + k, width) for k in range(-15, 15)]
                    soft[y, x] = wide[np.ix_(ys, xs)].sum() / 900
            np.testing.assert_allclose(fakecam.post_process_mask(mask), soft, atol=1e-9)

    def test_shift_moves_right_and_down_and_leaves_black(self):
        image = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)
        np.testing.assert_array_equal(fakecam.shift_image(image, 1, 2), [[0] * 4, [0] * 4, [0, 1, 2, 3]])
        moved = fakecam.shift_image(image, -3, -1)
        np.testing.assert_array_equal(moved, [[8, 0, 0, 0], [12, 0, 0, 0], [0] * 4])
        self.assertEqual(fakecam.shift_image(image, 5, 0).max(), 0)

    def test_ghosts_of_one_bright_point(self):
        image = np.zeros((21, 31, 3), np.uint8)
        image[10, 12] = 200
        out = fakecam.ghost(image)[:, :, 0].astype(int)
        spots = {(int(y), int(x)): int(out[y, x]) for y, x in zip(*np.nonzero(out))}
        # 0.4 * 0.2 where it was, 0.4 * 0.8 right and down of it, 0.6 left and up of it
        self.assertEqual(spots, {(10, 12): 16, (15, 17): 64, (5, 7): 120})

    def test_hologram_of_a_flat_grey_picture(self):
        # Grey 100 becomes (blue, green, red) = (205, 100, 0) or one less: 255 - grey/2, grey, none.
        image = np.full((40, 30, 3), 100, np.uint8)
        coloured = fakecam.colormap(image)
        self.assertTrue(np.all(np.abs(coloured[0, 0].astype(int) - (205, 100, 0)) <= 1), coloured[0, 0])
        lined = fakecam.scanlines(coloured.copy(), fakecam.random_source(1))
        dimmed = [y for y in range(40) if lined[y, 0, 1] != coloured[y, 0, 1]]
        self.assertEqual(dimmed, [y for y in range(40) if y % 5 in (0, 1)])
        factor = fakecam.random_source(1).uniform(0.1, 0.3)
        self.assertEqual(lined[0, 3, 1], int(coloured[0, 3, 1] * factor))
        # Well inside, a row's ghosts come from 5 rows above and below: the same phase, undimmed here.
        out = fakecam.hologram_effect(image, fakecam.random_source(1))
        blue, green, red = out[17, 15].astype(int)
        self.assertEqual(red, 50)
        self.assertLessEqual(abs(green - (50 + 0.6 * int(coloured[0, 0, 1]))), 1)
        self.assertLessEqual(abs(blue - (50 + 0.6 * int(coloured[0, 0, 0]))), 1)

    def test_composite_keeps_both_ends_and_cuts(self):
        rng = np.random.RandomState(2)
        one, two = (rng.randint(0, 256, (9, 8, 3)).astype(np.uint8) for _ in range(2))
        np.testing.assert_array_equal(fakecam.composite(one.copy(), two, np.ones((9, 8))), one)
        np.testing.assert_array_equal(fakecam.composite(one.copy(), two, np.zeros((9, 8))), two)
        three, four = (np.full((1, 1, 3), level, np.uint8) for level in (3, 4))
        self.assertEqual(fakecam.composite(three, four, np.full((1, 1), 0.5))[0, 0, 0], 3)

    def test_moving_is_more_than_three(self):
        before = np.full((1, 8, 3), 100, np.uint8)
        after = before + np.arange(8, dtype=np.uint8)[None, :, None]
        np.testing.assert_array_equal(fakecam.moving(before, after), [[0, 0, 0, 0, 1, 1, 1, 1]])
        picture = np.zeros((1, 8, 3), np.uint8)
        shown = fakecam.replace_still(before, after, picture)
        self.assertEqual(list(shown[0, :, 0]), [0, 0, 0, 0, 104, 105, 106, 107])

    def test_generator_writes_what_it_lists(self):
        script = pathlib.Path(__file__).with_name("make_fakecam_reference.py")
        with tempfile.TemporaryDirectory() as folder:
            environment = dict(os.environ, VBG_TEST_DATA=folder)  # no photographs there: made-up cases only
            command = [sys.executable, "-B", script, folder]
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
            cases = pathlib.Path(folder, "cases.txt").read_text().splitlines()
            self.assertGreaterEqual(len(cases), 7)
            for line in cases:
                name, width, height, seed = line.split()
                frame = np.load(pathlib.Path(folder, name, "frame.npy"))
                self.assertEqual(frame.shape, (int(height), int(width), 3))
                keys = ("mask", "background", "composite")
                mask, background, expected = (np.load(pathlib.Path(folder, name, f"{k}.npy")) for k in keys)
                again = fakecam.get_frame(frame, mask, background, fakecam.random_source(int(seed)))
                np.testing.assert_array_equal(again, expected)


if __name__ == "__main__":
    unittest.main()
