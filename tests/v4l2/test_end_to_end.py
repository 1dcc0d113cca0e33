#!/usr/bin/env python3
"""Camera, vbg-cam, v4l2loopback, and other programs that read it: frames whole, in order, at the promised rate, and equal to what
was composed. Runs in the test machine (see v4l2-vm): test_end_to_end.py PATH-OF-VBG-CAM"""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import cv2
import numpy as np

from feeding import NODE, VIVID, Feeding, Webcam, control, reload_loopback
from loopback_reader import Reader
from pictures import check_composed, read_at, rgb_of

VBG_CAM = sys.argv.pop(1) if len(sys.argv) > 1 else "vbg-cam"
DATA = pathlib.Path(os.environ.get("VBG_TEST_DATA") or "../shared")
SOURCE_FORMATS = ("yuyv", "uyvy", "nv12", "i420", "bgr8", "rgb8")
SINK_FORMATS = ("yuyv", "i420", "nv12", "rgb8", "bgr8")
UPRIGHT, LYING = 1, 3  # vivid's patterns: eight bars beside each other, one above the other
BARS = np.array([[255, 255, 255], [255, 255, 0], [0, 255, 255], [0, 255, 0], [255, 0, 255], [255, 0, 0], [0, 0, 255], [0, 0, 0]])


def bars_distance(picture, pattern):
    """The largest difference of any channel from the bars' colours, in the middle of each bar."""
    height, width, _ = picture.shape
    worst = 0.0
    for i, colour in enumerate(BARS):
        if pattern == UPRIGHT:
            part = picture[height // 4:3 * height // 4, width * i // 8 + width // 32:width * (i + 1) // 8 - width // 32]
        else:
            part = picture[height * i // 8 + height // 32:height * (i + 1) // 8 - height // 32, width // 4:3 * width // 4]
        worst = max(worst, abs(part - colour).max())
    return worst


class EndToEnd(unittest.TestCase):
    def setUp(self):
        reload_loopback()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def other_readers(self, width, height, count):
        """Frames (yuyv) as three programs read them."""
        size = 2 * width * height
        for name, command in (("v4l2-ctl", ["v4l2-ctl", "-d", NODE, "--stream-mmap=8", f"--stream-count={count}", "--stream-to=-"]),
                              ("ffmpeg", ["ffmpeg", "-loglevel", "error", "-f", "v4l2", "-i", NODE, "-frames:v", str(count),
                                          "-vsync", "0", "-f", "rawvideo", "-pix_fmt", "yuyv422", "-"])):
            data = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
            self.assertEqual(len(data), count * size, f"{name}: not {count} whole frames")
            yield name, [data[i:i + size] for i in range(0, len(data), size)]
        capture = cv2.VideoCapture(NODE, cv2.CAP_V4L2)
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        frames = [capture.read() for _ in range(count)]
        capture.release()
        self.assertTrue(all(ok for ok, _ in frames))
        yield "OpenCV", [frame.tobytes() for _, frame in frames]

    def test_every_pair_of_formats(self):
        """One camera in six formats, one after the other; five virtual cameras, each in a format of its own."""
        reload_loopback(len(SINK_FORMATS))
        pattern = UPRIGHT
        control(f"osd_text_mode=2,test_pattern={pattern}")
        source = f"v4l2:device={VIVID},size=320x180,fps=10,format="
        nodes = [f"/dev/video{20 + i}" for i in range(len(SINK_FORMATS))]
        sinks = [word for node, pixels in zip(nodes, SINK_FORMATS) for word in ("--sink", f"v4l2:device={node},format={pixels}")]
        worst = 0.0
        with Feeding(VBG_CAM, "--preset", "none", "--segmenter", "constant:value=255", "--source", source + SOURCE_FORMATS[0],
                     *sinks, folder=self.dir, nodes=nodes) as cam, contextlib.ExitStack() as stack:
            readers = [stack.enter_context(Reader(node)) for node in nodes]
            for wanted in SOURCE_FORMATS:
                # The other pattern shows that the frame is a new one.
                pattern = LYING if pattern == UPRIGHT else UPRIGHT
                control(f"test_pattern={pattern}")
                cam.ctl("set", "source", source + wanted)
                for reader, pixels in zip(readers, SINK_FORMATS):
                    distance, end = 255.0, time.monotonic() + 60
                    while distance > 10 and time.monotonic() < end:
                        distance = bars_distance(rgb_of(reader.frame()[1], 320, 180, pixels), pattern)
                    self.assertLessEqual(distance, 10, f"{wanted} to {pixels}")
                    worst = max(worst, distance)
            cam.stop()
        print(f"    {len(SOURCE_FORMATS) * len(SINK_FORMATS)} pairs, colours off by {worst:.1f} at most")

    def test_vivid_through_fakecam_read_by_others(self):
        control("osd_text_mode=0,test_pattern=1")  # with a running counter
        reference = self.dir / "composed.raw"
        with Feeding(VBG_CAM, "--preset", "fakecam", "--stall", "20", "--segmenter", "chroma_key", "--background",
                     "color:value=#123456", "--source", f"v4l2:device={VIVID},size=320x180,fps=15", "--sink", NODE, "--sink",
                     f"raw:path={reference},format=yuyv", folder=self.dir) as cam:
            read = list(self.other_readers(320, 180, 40))
            with Reader(NODE) as reader:
                mine = read_at(self, reader, 15, 45, "vivid through fakecam")
            stats = cam.stop()
        for name, frames in read:
            check_composed(self, reference.read_bytes(), frames, name, torn=8)
        check_composed(self, reference.read_bytes(), [data for _, data in mine], "own reader")
        self.assertEqual(stats["frames_failed"], 0)

    def model(self):
        if not (DATA / "models").is_dir():
            self.skipTest(f"SKIP: no {DATA / 'models'}; set VBG_TEST_DATA")
        subprocess.run([pathlib.Path(VBG_CAM).with_name("vbg-model"), "fetch", "bodypix-mobilenet-075-16-quant2",
                        "--from", DATA / "models", "--into", self.dir / "models"], check=True, capture_output=True)
        return {"VBG_MODEL_DIR": str(self.dir / "models")}

    def run_network(self, source, fps, count, env, background):
        reference = self.dir / "composed.raw"
        with Feeding(VBG_CAM, "--preset", "fakecam", "--stall", "20", "--background", background, "--source", source,
                     "--sink", NODE, "--sink", f"raw:path={reference},format=yuyv", folder=self.dir, env=env) as cam:
            with Reader(NODE) as reader:
                width, height = reader.width, reader.height
                reader.frames(2 * fps)  # warmed up
                # Network, camera, virtual camera and reader share one processor here.
                frames = read_at(self, reader, fps, count, f"{source} with the network", slack=0.3)
            stats = cam.stop()
        self.assertEqual(stats["frames_failed"], 0)
        self.assertGreater(stats["mattes"], 3)
        check_composed(self, reference.read_bytes(), [data for _, data in frames], source)
        print(f"    mattes {stats['mattes']} for {stats['frames_out']} frames")
        return rgb_of(frames[-1][1], width, height, "yuyv")

    def test_the_network_on_vivid(self):
        control("osd_text_mode=0,test_pattern=1")
        # Nobody is there, so the background is seen, in which vivid's counter runs.
        self.run_network(f"v4l2:device={VIVID},size=320x180,fps=15", 15, 45, self.model(), "blur:sigma=1")

    def test_the_network_on_a_webcam_with_a_person(self):
        portrait = DATA / "goldens/bodypix/inputs/astronaut_512.png"
        env = self.model()
        if not portrait.exists():
            self.skipTest(f"SKIP: no {portrait}; set VBG_TEST_DATA")
        picture = cv2.imread(str(portrait))
        jpegs = []
        for i in range(6):  # so that frames can be told apart
            wide = np.zeros((480, 640, 3), np.uint8)
            wide[:, 80:560] = cv2.resize(picture, (480, 480))
            wide[:20, 320 + 40 * i:340 + 40 * i] = 128
            jpegs.append(self.dir / f"{i}.jpg")
            cv2.imwrite(str(jpegs[-1]), wide)
        webcam = Webcam(*jpegs)
        self.addCleanup(webcam.close)
        shown = self.run_network("v4l2:device=Software Webcam", 15, 45, env, "color:value=#0000ff")
        self.assertLess(abs(shown[5:15, 5:15] - [0, 0, 255]).max(), 8)  # the corner is background
        face = shown[100:130, 280:310]
        self.assertGreater(abs(face - [0, 0, 255]).mean(), 40)          # and the face, turned to a hologram, is not


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
