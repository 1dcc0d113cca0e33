#!/usr/bin/env python3
"""What happens to a camera in a day: put in again at another node, another picture size, suspended, woken. The virtual camera
goes on. Runs in the test machine (see v4l2-vm): test_survive.py PATH-OF-VBG-CAM"""
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time
import unittest

import cv2
import numpy as np

from feeding import NODE, VIVID, Feeding, Webcam, control, reload_loopback, v4l2_ctl, wait_for
from loopback_reader import Reader

VBG_CAM = sys.argv.pop(1) if len(sys.argv) > 1 else "vbg-cam"
PASS = ["--preset", "none", "--segmenter", "constant:value=255"]
BLACK, RED, GREEN = (16, 128, 128), (81, 90, 240), (145, 54, 34)  # Y, U, V


def shows(data, colour):
    """Whether a yuyv frame is that colour in its middle."""
    middle = len(data) // 2 // 4 * 4
    y, u, _, v = data[middle:middle + 4]
    return max(abs(a - b) for a, b in zip((y, u, v), colour)) <= 12


class Survive(unittest.TestCase):
    def setUp(self):
        reload_loopback()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def webcam(self):
        jpeg = self.dir / "red.jpg"
        cv2.imwrite(str(jpeg), np.full((480, 640, 3), (0, 0, 255), np.uint8))
        webcam = Webcam(jpeg)
        self.addCleanup(webcam.close)
        return webcam

    def wait_for_frames(self, cam, count=10, seconds=60):
        """New ones of the camera."""
        before = cam.status()["frames_in"]
        wait_for(lambda: cam.status()["frames_in"] >= before + count, seconds, "no new frames")

    # A link as udev makes it.
    def link(self, node):
        path = pathlib.Path("/dev/v4l/by-id/usb-vbg_Software_Webcam_0001-video-index0")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(node)
        self.addCleanup(path.unlink, missing_ok=True)
        return path

    def test_put_in_again_at_another_node(self):
        webcam = self.webcam()
        # A camera that is merely late is not opened once more.
        with Feeding(VBG_CAM, *PASS, "--stall", "20", "--source", "pattern:size=640x480,realtime=true", "--sink", NODE,
                     folder=self.dir) as cam, Reader(NODE) as reader:
            for name in ("name", "node", "by-id"):
                before = webcam.node()
                spec = {"name": "software web", "node": before, "by-id": self.link(before)}[name]
                said, reopened = len(cam.text()), cam.status()["source_reopened"]
                cam.ctl("set", "source", f"v4l2:device={spec}")
                wait_for(lambda: shows(reader.frame()[1], RED), what="no picture of the camera")
                self.assertIn(f"{before} (", cam.text()[said:], name)
                holder = os.open(before, os.O_RDWR)  # keeps its number taken
                try:
                    webcam.say("unplug")
                    wait_for(lambda: cam.status()["state"] == "waiting")
                    wait_for(lambda: not webcam.node())
                    webcam.say("plug")
                    wait_for(webcam.node, what="no node for the webcam")
                    after = webcam.node()
                    self.assertNotEqual(before, after)
                    self.link(after)
                    self.wait_for_frames(cam)
                    self.assertEqual(cam.status()["source_reopened"], reopened + 1)
                    self.assertIn(f"is at {after} now", cam.text()[said:])
                    wait_for(lambda: shows(reader.frame()[1], RED), what="no picture of the camera")
                finally:
                    os.close(holder)
                cam.ctl("set", "source", "pattern:size=640x480,realtime=true")
                wait_for(lambda: not shows(reader.frame()[1], RED), what="the pattern is not shown")
            cam.stop()

    def test_another_size(self):
        """HDMI that goes from 720 to 1080 lines: the virtual camera keeps its size, the picture is whole."""
        control("osd_text_mode=2,test_pattern=7")
        v4l2_ctl("-i", "1")
        self.addCleanup(v4l2_ctl, "-i", "0")
        self.addCleanup(control, "dv_timings_signal_mode=0")
        control("dv_timings_signal_mode=4,dv_timings=9")
        with Feeding(VBG_CAM, *PASS, "--fps", "5", "--source", f"v4l2:device={VIVID},input=1", "--sink", NODE,
                     folder=self.dir) as cam:
            with Reader(NODE) as reader:
                self.assertEqual((reader.width, reader.height), (1280, 720))
                control("test_pattern=8,dv_timings=10")
                wait_for(lambda: cam.status()["source_reopened"] >= 1, what="the new size is not taken")
                wait_for(lambda: shows(reader.frame()[1], GREEN), what="no picture in the new size")
                self.assertEqual(len(reader.frame()[1]), 1280 * 720 * 2)
                self.assertIn("1920x1080", cam.text())
                # No signal for a while.
                control("dv_timings_signal_mode=1")
                wait_for(lambda: cam.status()["state"] == "waiting", what="a lost signal is not seen")
                self.assertEqual(len(reader.frame()[1]), 1280 * 720 * 2)
                control("dv_timings_signal_mode=4")
                self.wait_for_frames(cam)
            cam.stop()

    def test_suspended(self):
        """As in a machine that sleeps: the program stands still, and (the second time) the camera is reset meanwhile."""
        webcam = self.webcam()
        with Feeding(VBG_CAM, *PASS, "--source", "v4l2:device=Software Webcam", "--sink", NODE, folder=self.dir) as cam:
            for reset in (False, True):
                with self.subTest(reset=reset):
                    self.wait_for_frames(cam)
                    cam.process.send_signal(signal.SIGSTOP)
                    if reset:
                        webcam.say("unplug")
                    time.sleep(3.5)  # longer than a camera may be silent
                    if reset:
                        wait_for(lambda: not webcam.node())
                        webcam.say("plug")
                        wait_for(webcam.node, what="no node for the webcam")
                    cam.process.send_signal(signal.SIGCONT)
                    began = time.monotonic()
                    self.wait_for_frames(cam)
                    with Reader(NODE) as reader:
                        wait_for(lambda: shows(reader.frame()[1], RED), what="no picture of the camera")
                    print(f"    frames again {time.monotonic() - began:.1f} s after waking{', camera reset' if reset else ''}")
            cam.stop()

    @staticmethod
    def is_free():
        try:
            with Reader(VIVID) as camera:
                camera.frame()
            return True
        except OSError:
            return False

    def test_wakes_when_somebody_looks(self):
        control("osd_text_mode=2,test_pattern=7")
        wanted = f"v4l2:device={VIVID},size=320x180,fps=25"
        v4l2_ctl("--set-fmt-video=width=320,height=180,pixelformat=YUYV", "--set-parm=25")
        starts, wakes = [], []
        for _ in range(5):
            began = time.monotonic()
            with Reader(VIVID) as camera:
                camera.frame()
            starts.append(time.monotonic() - began)
        start = statistics.median(starts)  # what the camera itself takes
        with Feeding(VBG_CAM, *PASS, "--on-demand", "--idle-after", "0.5", "--source", wanted, "--sink", NODE,
                     folder=self.dir) as cam:
            # 0.3 s of vbg-cam's own; two frames more for the reader, who waits for one that is whole. The median of seven times in
            # a row leaves out those between which another program came; a machine that is busy for longer is given more of them.
            limit = start + 0.3 + 2 / 25
            for _ in range(35):
                if len(wakes) >= 7 and statistics.median(wakes[-7:]) < limit:
                    break
                wait_for(lambda: cam.status()["state"] == "asleep", what="does not fall asleep")
                wait_for(self.is_free, what="the camera is held in sleep")
                began = time.monotonic()
                with Reader(NODE) as reader:
                    # The card; but the camera's picture where the card is a moment late, or where this reader took as long as
                    # waking does to get its first frame. Such a time does not count.
                    if shows(reader.frame()[1], BLACK):
                        wait_for(lambda: shows(reader.frame()[1], RED), what="does not wake")
                        wakes.append(time.monotonic() - began)
            cam.stop()
        self.assertGreaterEqual(len(wakes), 7, "the card is not shown in sleep")
        woken = statistics.median(wakes[-7:])
        each = ", ".join(f"{1000 * t:.0f}" for t in wakes)
        print(f"    awake after {each} ms, median {1000 * woken:.0f}; the camera's start {1000 * start:.0f} ms")
        self.assertLess(woken, limit)

    def test_damaged_frames_are_counted_and_never_shown(self):
        webcam = self.webcam()
        with Feeding(VBG_CAM, *PASS, "--source", "v4l2:device=Software Webcam", "--sink", NODE,
                     folder=self.dir) as cam, Reader(NODE) as reader:
            wait_for(lambda: shows(reader.frame()[1], RED), what="no picture of the camera")
            for fault in ("cut 3", "noise 3", "error 3"):
                before = cam.status()["frames_in"]
                webcam.say(fault)

                def over():
                    data = reader.frame()[1]
                    self.assertTrue(shows(data, RED), fault)
                    picture = np.frombuffer(data, np.uint8).astype(int)
                    self.assertLess(np.abs(picture[3::4] - RED[2]).max(), 25, fault)
                    return cam.status()["frames_in"] >= before + 10

                wait_for(over, what=f"no ten frames after {fault}")  # of which few were under way before
            self.assertIn("a damaged frame is left out", cam.text())
            told = cam.stop()
            self.assertGreater(told["frames_damaged"], 2)
            self.assertGreaterEqual(told["frames_dropped"], told["frames_damaged"])

    def test_settings_of_the_camera(self):
        control("osd_text_mode=2,test_pattern=1")  # bars, white first
        source = f"v4l2:device={VIVID},size=320x180,fps=25,controls='saturation=128',mirror="
        with Feeding(VBG_CAM, *PASS, "--source", source + "off", "--sink", NODE, folder=self.dir) as cam, Reader(NODE) as reader:
            for mirror, left in (("off", (235, 128, 128)), ("on", BLACK)):
                cam.ctl("set", "source", source + mirror)

                def first_bar():
                    y, u, _, v = reader.frame()[1][90 * 640 + 16:][:4]
                    return max(abs(a - b) for a, b in zip((y, u, v), left)) <= 12

                wait_for(first_bar, what=f"mirror={mirror}")
            cam.stop()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
