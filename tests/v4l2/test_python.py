#!/usr/bin/env python3
"""The Python package with real cameras and virtual cameras: FakeWebcam and Camera as other programs see them, a camera that is
iterated, and the examples' scripts from camera to virtual camera. Runs in the test machine (see v4l2-vm):
test_python.py FOLDER-OF-THE-PACKAGE"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

PACKAGE = sys.argv.pop(1) if len(sys.argv) > 1 else "build/python"
sys.path.insert(0, PACKAGE)
try:
    import cv2
    import numpy as np
    import vbg
except ImportError as error:
    print(f"SKIP: {error}; the Python package needs pybind11 to be built, and numpy and OpenCV to be tested")
    sys.exit(0)

import vbg.camera
from vbg.fakecam import FakeWebcam

from feeding import NODE, VIVID, control, fed, reload_loopback, wait_for
from loopback_reader import Reader

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
DATA = pathlib.Path(os.environ.get("VBG_TEST_DATA") or "../shared")
WIDTH, HEIGHT = 320, 180
PIXELS = {"YUYV": cv2.COLOR_YUV2RGB_YUYV, "YU12": cv2.COLOR_YUV2RGB_I420, "NV12": cv2.COLOR_YUV2RGB_NV12}
COLOURS = ((200, 30, 40), (20, 180, 60), (50, 60, 220), (240, 240, 240))


def rgb_of(reader, data):
    """A frame as RGB, by OpenCV's conversion."""
    if reader.fourcc in PIXELS:
        rows, channels = (reader.height, 2) if reader.fourcc == "YUYV" else (reader.height * 3 // 2, 1)
        return cv2.cvtColor(np.frombuffer(data, np.uint8).reshape(rows, reader.width, channels), PIXELS[reader.fourcc])
    picture = np.frombuffer(data, np.uint8).reshape(reader.height, reader.width, 3)
    return picture if reader.fourcc == "RGB3" else picture[:, :, ::-1]


def card(colour):
    """The left half in a colour, the right half in what is left of white."""
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, :WIDTH // 2] = colour
    picture[:, WIDTH // 2:] = 255 - np.array(colour)
    return picture


class Python(unittest.TestCase):
    def setUp(self):
        reload_loopback()

    def shows(self, reader, picture):
        """Reads until the node shows that picture (within what YUV's rounding costs); else tells how far off it stays."""
        worst, end = 255, time.monotonic() + 60
        while worst > 6 and time.monotonic() < end:
            got = rgb_of(reader, reader.frame(20)[1]).astype(int)
            inside = abs(got - picture)[:, [*range(4, WIDTH // 2 - 4), *range(WIDTH // 2 + 4, WIDTH - 4)]]
            worst = int(inside.max())
        self.assertLessEqual(worst, 6, "not the picture that was sent")

    def test_what_fake_webcam_is_given_arrives(self):
        with FakeWebcam(NODE, WIDTH, HEIGHT) as fake:
            fake.schedule_frame(card(COLOURS[0]))
            wait_for(lambda: fed(NODE))
            with Reader(NODE) as reader:
                self.assertEqual((reader.width, reader.height), (WIDTH, HEIGHT))
                for colour in COLOURS:
                    fake.schedule_frame(card(colour))
                    self.shows(reader, card(colour))
            with self.assertRaisesRegex(ValueError, "resize"):
                fake.schedule_frame(np.zeros((HEIGHT, WIDTH + 2, 3), np.uint8))

    def test_what_camera_is_sent_arrives(self):
        formats = vbg.camera.PixelFormat
        with vbg.Camera(WIDTH, HEIGHT, 20, fmt=formats.BGR) as camera:
            camera.send(card(COLOURS[1])[:, :, ::-1].copy())
            wait_for(lambda: fed(NODE))
            with Reader(NODE) as reader:
                self.assertAlmostEqual(reader.fps, 20, delta=0.1)
                for colour in COLOURS:
                    camera.send(np.ascontiguousarray(card(colour)[:, :, ::-1]))
                    camera.sleep_until_next_frame()
                    self.shows(reader, card(colour))
            self.assertEqual(camera.frames_sent, 1 + len(COLOURS))
        reload_loopback()
        with vbg.Camera(WIDTH, HEIGHT, 20, device=NODE) as camera:  # RGB
            camera.send(card(COLOURS[2]))
            wait_for(lambda: fed(NODE))
            with Reader(NODE) as reader:
                self.shows(reader, card(COLOURS[2]))

    def test_a_node_that_is_not_there_says_what_to_do(self):
        with self.assertRaises((vbg.NotFoundError, vbg.DeviceError)) as caught:
            FakeWebcam("/dev/video63", WIDTH, HEIGHT)
        self.assertIn("/dev/video63", str(caught.exception))
        self.assertIsInstance(caught.exception, OSError)

    def test_iterating_a_camera(self):
        """vivid's bars, upright: white at the left, black at the right."""
        control("osd_text_mode=2,test_pattern=1")
        self.assertIn(VIVID, [camera["node"] for camera in vbg.cameras()])
        pictures, numbers = [], []
        with vbg.Source(f"v4l2:{VIVID}", size=(640, 360)) as source:
            self.assertTrue(source.is_live)
            for picture in source:
                pictures.append(picture)
                numbers.append(source.sequence)
                if len(pictures) == 5:
                    break
        self.assertEqual(numbers, sorted(set(numbers)))
        height, width, _ = pictures[-1].shape
        middle = pictures[-1][height // 2]
        for at, bgr in ((1, (255, 255, 255)), (3, (0, 255, 255)), (11, (0, 0, 255)), (15, (0, 0, 0))):
            self.assertLessEqual(abs(middle[width * at // 16].astype(int) - bgr).max(), 12, f"bar at {at}/16 of the width")
        self.assertFalse(any((a is b) or np.shares_memory(a, b) for a, b in zip(pictures, pictures[1:])))

    def run_script(self, name, *arguments):
        environment = {**os.environ, "PYTHONPATH": PACKAGE, "OPENCV_VIDEOIO_PRIORITY_GSTREAMER": "0"}
        process = subprocess.Popen([sys.executable, "-B", EXAMPLES / name / "after.py", *map(str, arguments)], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def check_script(self, name, folder):
        background = np.zeros((90, 160, 3), np.uint8)
        background[:] = 200, 120, 10  # blue, green, red
        cv2.imwrite(str(folder / "background.png"), background)
        process = self.run_script(name, VIVID, NODE, folder / "background.png")
        wait_for(lambda: process.poll() is not None or fed(NODE), 120)
        self.assertIsNone(process.poll(), process.stdout.read() if process.poll() is not None else "")
        with Reader(NODE) as reader:
            frames = [rgb_of(reader, reader.frame(60)[1]) for _ in range(30)]
        self.assertIsNone(process.poll(), "the script ended by itself")
        share = np.mean([(abs(frame.astype(int) - (10, 120, 200)).max(axis=2) <= 8).mean() for frame in frames])
        print(f"    {name}: {100 * share:.0f} % of the pixels show the background")
        return share, frames

    def test_the_second_write_ups_script_from_camera_to_virtual_camera(self):
        control("osd_text_mode=0,test_pattern=1")  # only the running counter moves
        with tempfile.TemporaryDirectory() as folder:
            share, frames = self.check_script("framediff", pathlib.Path(folder))
        self.assertGreater(share, 0.8)
        self.assertLess(share, 1.0)

    def test_the_2020_script_from_camera_to_virtual_camera(self):
        models = DATA / "models"
        if not (models / "bodypix").exists():
            self.skipTest(f"SKIP: no {models / 'bodypix'}; set VBG_TEST_DATA")
        control("osd_text_mode=2,test_pattern=1")  # nobody there
        with tempfile.TemporaryDirectory() as folder:
            vbg.fetch_model("bodypix-mobilenet-075-16", from_=models, into=folder)
            os.environ["VBG_MODEL_PATH"] = folder
            share, _ = self.check_script("fakecam", pathlib.Path(folder))
        self.assertGreater(share, 0.8)


if __name__ == "__main__":
    unittest.main(verbosity=2)
