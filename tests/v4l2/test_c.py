#!/usr/bin/env python3
"""The C API with real drivers: camera.c from vivid through the fakecam preset into the virtual camera, where it is read back.
Runs in the test machine (see v4l2-vm): test_c.py PROGRAM"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from feeding import NODE, VIVID, control, fed, reload_loopback, wait_for
from loopback_reader import Reader
from pictures import check_composed, rgb_of

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/vbg_test_v4l2_c"
WHITE, GREEN = 6, 8  # vivid's patterns of one colour


class C(unittest.TestCase):
    def setUp(self):
        reload_loopback()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.composed = pathlib.Path(folder.name) / "composed.raw"
        self.log = tempfile.TemporaryFile("w+")
        self.addCleanup(self.log.close)

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.PIPE, stdout=self.log, stderr=self.log, text=True)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def shows(self, reader, frames, good, what):
        """Reads until the lower half (vivid writes into the upper one) of a frame is good; keeps all frames."""
        end = time.monotonic() + 60
        while True:
            frames.append(reader.frame(20)[1])
            half = rgb_of(frames[-1], reader.width, reader.height, "yuyv")[reader.height // 2:]
            if good(half):
                return
            self.assertLess(time.monotonic(), end, f"{what}: at last {half.mean((0, 1))}")

    @staticmethod
    def is_colour(*rgb):
        return lambda picture: abs(picture - rgb).max() <= 8

    @staticmethod
    def is_hologram(picture):
        """Of white: bluish, in rows of changing brightness."""
        red, _, blue = picture.mean((0, 1))
        return blue > red + 20 and picture.mean((1, 2)).std() > 5

    def test_vivid_through_fakecam_read_back(self):
        control(f"osd_text_mode=1,test_pattern={GREEN}")  # a green screen, with a running counter
        process = self.start(VIVID, NODE, self.composed)
        wait_for(lambda: process.poll() is not None or fed(NODE), 120)
        self.assertIsNone(process.poll(), self.text())
        frames = []
        with Reader(NODE) as reader:
            self.assertEqual((reader.width, reader.height, reader.fourcc), (320, 180, "YUYV"))
            self.shows(reader, frames, self.is_colour(0x12, 0x34, 0x56), "the background of the start")
            process.stdin.write("color:value=#c08040\n")
            process.stdin.flush()
            self.shows(reader, frames, self.is_colour(0xC0, 0x80, 0x40), "the background of later")
            control(f"test_pattern={WHITE}")  # all of it is person now
            self.shows(reader, frames, self.is_hologram, "the hologram")
            frames += [data for _, data in reader.frames(45)]
        process.stdin.close()
        self.assertEqual(process.wait(60), 0, self.text())
        print("    " + self.text().strip().replace("\n", "\n    "))
        check_composed(self, self.composed.read_bytes(), frames, "vivid through C")
        stats = json.loads(self.text().splitlines()[-1])
        self.assertEqual(stats["frames_failed"], 0)
        # The file has every frame that was written: those of the camera, and the last one once more wherever the camera's next
        # was late, which happens on a busy machine.
        written = stats["frames_out"] + stats["frames_repeated"]
        self.assertEqual(written, self.composed.stat().st_size // (2 * 320 * 180))
        # A matte for each picture, but for the bare background that is shown where the camera's first frame is late.
        self.assertLessEqual(len(set(frames)), stats["mattes"] + 1)

    def test_a_camera_that_is_not_there(self):
        process = self.start("/dev/video63", NODE, self.composed)
        self.assertEqual(process.wait(60), 1)
        self.assertRegex(self.text(), "/dev/video63 is not among the [1-9][0-9]* cameras")


if __name__ == "__main__":
    unittest.main(verbosity=2)
