#!/usr/bin/env python3
"""Scores of made-up mattes, known by hand. Run it alone or through pytest; exit status 77 = skip."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
try:
    import cv2
    import numpy as np
except ImportError as error:
    if __name__ == "__main__":
        print(f"SKIP: {error}; install Debian's python3-numpy and python3-opencv and use /usr/bin/python3")
        sys.exit(77)
    raise unittest.SkipTest(f"{error}; install Debian's python3-numpy and python3-opencv") from error

import score_mattes as score


def square(left, top, right, bottom, width=200, height=100):
    """A matte of one filled rectangle; right and bottom are outside."""
    alpha = np.zeros((height, width), np.float32)
    alpha[top:bottom, left:right] = 1
    return alpha


class Scores(unittest.TestCase):
    def test_the_truth_itself(self):
        scorer = score.Scorer()
        for x in (40, 45):
            scorer.add(square(x, 20, x + 60, 80), square(x, 20, x + 60, 80))
        np.testing.assert_array_equal(scorer.means(), [1, 0, 0, 1, 0])

    def test_half_the_width(self):
        truth, matte = square(0, 0, 100, 100), square(0, 0, 50, 100)
        self.assertEqual(score.iou(truth, matte), 0.5)
        # 5000 of 20000 pixels are off by one
        self.assertAlmostEqual(score.Scorer().add(truth, matte)[1], 250.0, places=4)

    def test_half_sure_everywhere(self):
        scores = score.Scorer().add(square(0, 0, 100, 100), np.full((100, 200), 0.5, np.float32))
        self.assertEqual(scores[0], 0.5)  # 0.5 counts as person: all of the picture against half of it
        self.assertAlmostEqual(scores[1], 500.0, places=3)
        self.assertAlmostEqual(scores[2], 500.0, places=3)

    def test_edge_counts_only_near_the_edge(self):
        truth = square(0, 0, 100, 100)  # the outline is column 99; reach is 10 / 720 of 100 rows = 1 pixel
        matte = truth.copy()
        matte[:, 150:] = 1  # wrong, but far away
        self.assertEqual(score.Scorer().add(truth, matte)[2], 0)
        matte = truth.copy()
        matte[:, 100] = 1  # the band is columns 98, 99, 100; one of three is wrong
        self.assertAlmostEqual(score.Scorer().add(truth, matte)[2], 1000 / 3, places=3)

    def test_picture_border_is_no_outline(self):
        self.assertEqual(np.flatnonzero(score.outline(square(0, 0, 100, 100)).any(axis=0)).tolist(), [99])
        self.assertFalse(score.outline(np.ones((10, 10), np.float32)).any())

    def test_outline_within_and_beyond_tolerance(self):
        truth = square(0, 0, 400, 800, 600, 800)  # diagonal 1000: tolerance 7.5 pixels
        self.assertEqual(score.boundary_f(truth, square(0, 0, 407, 800, 600, 800)), 1.0)
        self.assertEqual(score.boundary_f(truth, square(0, 0, 408, 800, 600, 800)), 0.0)

    def test_outline_f_of_a_matte_with_a_second_person(self):
        truth = square(0, 0, 200, 800, 600, 800)  # one straight outline of 800 points
        matte = truth.copy()
        matte[:, 400:] = 1  # a second one of 800 points: precision 1/2, recall 1
        self.assertAlmostEqual(score.boundary_f(truth, matte), 2 / 3)

    def test_nobody(self):
        none, someone = np.zeros((50, 60), np.float32), square(10, 10, 30, 30, 60, 50)
        scores = score.Scorer().add(none, none)
        self.assertEqual((scores[0], scores[1], scores[3]), (1.0, 0.0, 1.0))
        self.assertTrue(np.isnan(scores[2]))
        self.assertEqual(score.iou(none, someone), 0.0)
        self.assertEqual(score.boundary_f(someone, none), 0.0)

    def test_flicker_is_change_that_the_truth_does_not_have(self):
        truth = square(0, 0, 100, 100)
        scorer = score.Scorer()
        scorer.add(truth, truth)
        blink = truth.copy()
        blink[:, 100:102] = 1  # 200 of 20000 pixels change by one: sqrt(0.01) x 100
        self.assertAlmostEqual(scorer.add(truth, blink)[4], 10.0, places=5)
        self.assertEqual(scorer.add(truth, blink)[4], 0.0)  # a lasting mistake does not flicker
        scorer.gap()
        self.assertTrue(np.isnan(scorer.add(truth, truth)[4]))
        self.assertAlmostEqual(scorer.means()[4], 5.0, places=5)


class Folders(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.truths, self.mattes = (pathlib.Path(self.folder.name, part) for part in ("true", "made"))
        for part in (self.truths, self.mattes):
            part.mkdir()
        for name in ("00001", "00002"):
            cv2.imwrite(str(self.truths / f"{name}.png"), square(0, 0, 100, 100) * 255)
            cv2.imwrite(str(self.mattes / f"{name}.png"), square(0, 0, 50, 100) * 255)

    def run_main(self, *more):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = score.main([str(self.truths), str(self.mattes), *more])
        return status, out.getvalue(), err.getvalue()

    def test_prints_means_and_writes_csv(self):
        csv = pathlib.Path(self.folder.name, "scores.csv")
        status, out, _ = self.run_main("--lines", "0", "--csv", str(csv))
        self.assertEqual(status, 0)
        self.assertEqual(out.splitlines()[1].split()[:3], ["2", "0.500", "250.000"])
        self.assertEqual(len(csv.read_text().splitlines()), 3)

    def test_scaling_keeps_the_scores_of_a_straight_edge(self):
        means = score.score_folders(self.truths, self.mattes, lines=300)[1].means()
        self.assertAlmostEqual(means[0], 0.5, places=2)
        self.assertAlmostEqual(means[1], 250, places=0)

    def test_names_what_is_missing_or_wrong(self):
        (self.mattes / "00002.png").unlink()
        status, _, err = self.run_main()
        self.assertEqual(status, 2)
        self.assertIn("00002.png: missing", err)
        cv2.imwrite(str(self.mattes / "00002.png"), np.zeros((100, 201), np.uint8))
        self.assertIn("201x100", self.run_main("--lines", "0")[2])
        (self.mattes / "00002.png").write_bytes(b"")
        self.assertIn("not a picture", self.run_main()[2])


if __name__ == "__main__":
    unittest.main()
