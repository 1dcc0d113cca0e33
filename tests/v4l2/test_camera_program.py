#!/usr/bin/env python3
"""Drives the built vbg-cam with real V4L2 drivers. Runs in the test machine (see v4l2-vm): test_camera_program.py PATH-OF-VBG-CAM"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

VBG_CAM = sys.argv.pop(1) if len(sys.argv) > 1 else "vbg-cam"


def run(*args, timeout=240):
    env = {**os.environ, "VBG_PREPARED": "1"}
    return subprocess.run([VBG_CAM, *args], capture_output=True, text=True, timeout=timeout, env=env, check=False)


def control(setting, node="/dev/video0"):
    subprocess.run(["v4l2-ctl", "-d", node, "-c", setting], check=True)


def read_y4m(path):
    """Width, height and the frames' (Y, U, V) planes."""
    data = path.read_bytes()
    header, _, rest = data.partition(b"\n")
    words = header.split()
    width, height = (int(next(w[1:] for w in words if w[:1] == key)) for key in (b"W", b"H"))
    luma, chroma = width * height, ((width + 1) // 2) * ((height + 1) // 2)
    frames = []
    while rest:
        _, _, rest = rest.partition(b"\n")
        frames.append((rest[:luma], rest[luma:luma + chroma], rest[luma + chroma:luma + 2 * chroma]))
        rest = rest[luma + 2 * chroma:]
    return width, height, frames


class Camera(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def record(self, *args):
        out = self.dir / "out.y4m"
        # The matte is all foreground, and what has no matte is background: every pixel is told apart.
        result = run("--preset", "none", "--segmenter", "constant:value=255", "--background", "color:value=#0000ff", "--quiet",
                     "--stall", "20", "--sink", str(out), *args)
        self.assertEqual(result.returncode, 0, result.stderr)
        return read_y4m(out)

    def check_green(self, frames):
        # 100 % green in BT.601, limited range: Y 145, U 54, V 34.
        for planes in frames:
            for plane, wanted in zip(planes, (145, 54, 34)):
                middle = plane[len(plane) // 3:2 * len(plane) // 3]
                self.assertLessEqual(max(abs(max(middle) - wanted), abs(min(middle) - wanted)), 4)

    def test_camera_to_film(self):
        control("osd_text_mode=2,test_pattern=8")
        for source in ("/dev/video0", "/dev/video1", "v4l2:/dev/video0,size=640x360,fps=25,format=nv12"):
            if "video1" in source:
                control("osd_text_mode=2,test_pattern=8", "/dev/video1")
            width, height, frames = self.record("--source", source, "--frames", "5", "--sync", "exact")
            self.assertEqual((width, height), (640, 360) if "640" in source else (1280, 720))
            self.assertGreaterEqual(len(frames), 5)
            self.check_green(frames[-4:])  # the first may be from before there was a matte

    def test_list(self):
        text = run("list", "cameras").stdout
        for word in ("/dev/video0", "vivid", "yuyv", "1280x720", "horizontal_flip"):
            self.assertIn(word, text)
        self.assertNotIn("/dev/video20", text)  # nobody feeds it: no camera
        cameras = json.loads(run("list", "cameras", "--json").stdout)["cameras"]
        self.assertEqual([c["node"] for c in cameras], ["/dev/video0", "/dev/video1"])
        self.assertIn("nv12", {m["format"] for m in cameras[0]["modes"]})

    def test_what_is_wrong_is_said(self):
        for source, words in (("/dev/video7", ["no such node", "/dev/video0"]), ("v4l2:brio", ["no camera of the name", "vivid"]),
                              ("/dev/video20", ["nobody feeds"])):
            result = run("--source", source, "--segmenter", "constant", "--sink", "null", "--frames", "1")
            self.assertEqual(result.returncode, 1)
            for word in words:
                self.assertIn(word, result.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
