#!/usr/bin/env python3
"""vbg-cam feeding v4l2loopback, looked at by other programs: this one, v4l2-ctl, OpenCV, ffmpeg, v4l2-compliance. Runs in the
test machine (see v4l2-vm): test_loopback.py PATH-OF-VBG-CAM"""
import re
import signal
import subprocess
import sys
import time
import unittest

try:
    import cv2
except ImportError:
    cv2 = None

from feeding import NODE, fed, wait_for
from loopback_reader import Reader, capabilities
from pictures import check_composed, read_at
from virtual_camera import Cam, VirtualCamera, load

FORMATS = {"yuyv": "YUYV", "i420": "YU12", "nv12": "NV12", "rgb8": "RGB3", "bgr8": "BGR3"}
FFMPEG = {"yuyv": "yuyv422", "i420": "yuv420p", "nv12": "nv12", "rgb8": "rgb24", "bgr8": "bgr24"}
BYTES = {"yuyv": 2, "i420": 1.5, "nv12": 1.5, "rgb8": 3, "bgr8": 3}
NODES = {name: f"/dev/video{20 + i}" for i, name in enumerate(FORMATS)}


def load_one_for_each_format():
    """Five virtual cameras, one for each format that is written."""
    count = len(FORMATS)
    load(f"devices={count} video_nr={','.join(str(20 + i) for i in range(count))} exclusive_caps={','.join('1' * count)} "
         f"card_label={','.join(FORMATS)} max_buffers=8")


class Loopback(VirtualCamera):
    def feed_every_format(self, *args, **kwargs):
        """One vbg-cam that feeds all five, and a file of bare pixels beside each."""
        load_one_for_each_format()
        sinks = []
        for name in FORMATS:
            sinks += ["--sink", f"v4l2:device={name},format={name}", "--sink", f"raw:path={self.dir / name}.raw,format={name}"]
        return Cam(*sinks, *args, nodes=NODES.values(), **kwargs)

    def read_with_v4l2_ctl(self, node, count):
        out = self.dir / "v4l2-ctl.raw"
        subprocess.run(["v4l2-ctl", "-d", node, "--stream-mmap=8", f"--stream-count={count}", f"--stream-to={out}"], check=True,
                       capture_output=True, timeout=60)
        return out.read_bytes()

    def read_with_ffmpeg(self, node, count, pixels):
        result = subprocess.run(["ffmpeg", "-loglevel", "error", "-fpsprobesize", "0", "-f", "v4l2", "-i", node, "-frames:v", str(count),
                                 "-vsync", "0", "-f", "rawvideo", "-pix_fmt", pixels, "-"], check=True, capture_output=True, timeout=60,
                                stdin=subprocess.DEVNULL)
        return result.stdout

    def read_with_opencv(self, node, count):
        capture = cv2.VideoCapture(node, cv2.CAP_V4L2)
        self.assertTrue(capture.isOpened())
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        frames = [capture.read() for _ in range(count)]
        capture.release()
        self.assertTrue(all(ok for ok, _ in frames))
        return [frame.tobytes() for _, frame in frames]

    def test_every_format_arrives_whole_in_order_and_on_time(self):
        if not cv2:
            print("    SKIP: OpenCV as a reader: python3-opencv is not there")
        read = {}
        with self.feed_every_format("--source", "pattern:size=160x120,fps=10,realtime=true") as cam:
            for name, node in NODES.items():
                with Reader(node) as reader:
                    self.assertEqual((reader.fourcc, reader.width, reader.height), (FORMATS[name], 160, 120))
                    self.assertAlmostEqual(reader.fps, 10)
                    # Nearly each frame a new picture.
                    own = read_at(self, reader, 10, 30, f"{name}, one of five cameras", pictures=(23, 30))
                    read[name, "own reader"] = b"".join(data for _, data in own)
                read[name, "v4l2-ctl"] = self.read_with_v4l2_ctl(node, 12)
                read[name, "ffmpeg"] = self.read_with_ffmpeg(node, 12, FFMPEG[name])
                if cv2:
                    read[name, "OpenCV"] = b"".join(self.read_with_opencv(node, 12))
            code, text = cam.stop()
        self.assertEqual(code, 130, text)
        for (name, what), data in read.items():
            size = int(160 * 120 * BYTES[name])
            frames = [data[i:i + size] for i in range(0, len(data), size)]
            self.assertEqual(len(frames), 30 if what == "own reader" else 12, f"{name}, {what}")
            self.assertGreater(len(set(frames)), 3, f"{name}, {what}: the picture hardly moves")
            composed = (self.dir / f"{name}.raw").read_bytes()
            check_composed(self, composed, frames, f"{name}, {what}", torn=0 if what == "own reader" else 3)

    def test_a_slow_source_is_repeated_at_the_promised_rate(self):
        reference = self.dir / "slow.raw"
        with Cam("--source", "pattern:size=320x240,fps=3.75,realtime=true", "--sink", f"v4l2:device={NODE},fps=15", "--sink",
                 f"raw:path={reference},format=yuyv") as cam:
            with Reader(NODE) as reader:
                # Each picture four times.
                frames = read_at(self, reader, 15, 60, "3.75 frames/s shown at 15", pictures=(13, 18))
            cam.stop()
        composed, size = reference.read_bytes(), 320 * 240 * 2
        seen = check_composed(self, composed, [data for _, data in frames], "slow source")
        # The number of each picture. The file has one several times in a row where the source was late.
        written = [composed[i:i + size] for i in range(0, len(composed), size)]
        numbers = [0]
        for one, other in zip(written, written[1:]):
            numbers.append(numbers[-1] + (one != other))
        # None is left out while this reader keeps up: frames a frame's time apart are neighbours, or have two between them at
        # most, where it was late with the first of the two.
        steps = [numbers[later] - numbers[earlier] for earlier, later, (begin, _), (end, _)
                 in zip(seen, seen[1:], frames, frames[1:]) if end - begin < 1.5 / 15]
        self.assertGreater(len(steps), 30)
        self.assertEqual(set(steps), {0, 1})

    def test_a_held_format_is_taken(self):
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", f"v4l2:device={NODE},format=nv12") as cam:
            reader = Reader(NODE)
            reader.frames(3)
            cam.stop()
        with reader:
            with Cam("--source", "pattern:size=320x240,realtime=true", "--sink", f"v4l2:device={NODE},format=bgr8") as cam:
                # The node has a format, so Cam did not have to wait for this vbg-cam; what it says when it opens the node is waited
                # for here, and then its pictures: the reader may still be given some of the first one's.
                cam.wait_for(lambda: "holds 160x120 nv12 already" in cam.text())
                # The same reader goes on, in the format it began with, and what it gets moves.
                pictures, sizes = set(), set()

                def moves():
                    data = reader.frame()[1]
                    sizes.add(len(data))
                    pictures.add(data)
                    return len(pictures) > 30

                cam.wait_for(moves)
                code, text = cam.stop()
        self.assertEqual(code, 130, text)
        self.assertEqual(sizes, {160 * 120 * 3 // 2})

    def test_readers_that_come_and_go_that_are_slow_that_are_stuck(self):
        reference = self.dir / "readers.raw"
        with Cam("--source", "v4l2:/dev/video0,size=320x180,fps=5", "--fps", "10", "--sink", NODE, "--sink",
                 f"raw:path={reference},format=yuyv") as cam:
            with Reader(NODE) as stuck, Reader(NODE) as reader:
                stuck.frame()  # and no other
                frames = read_at(self, reader, 10, 40, "beside a stuck reader", pictures=(14, 40))
            with Reader(NODE) as slow:
                late = [slow.frame()[1] for _ in range(8) if time.sleep(0.2) is None]
            # What a machine that is suspended does to a program.
            with Reader(NODE) as reader:
                reader.frames(5)
                cam.process.send_signal(signal.SIGSTOP)
                time.sleep(3)
                cam.process.send_signal(signal.SIGCONT)
                woken = time.monotonic()
                while reader.frame()[0] < woken:
                    pass
                after = read_at(self, reader, 10, 40, "after a sleep", pictures=(14, 40))
            for i in range(10):  # they take buffers away for good
                with Reader(NODE, buffers=1 + i % 4) as reader:
                    reader.frames(2)
            code, text = cam.stop()
        self.assertEqual(code, 130, text)
        self.assertNotIn("error", text)
        check_composed(self, reference.read_bytes(), late, "a slow reader")
        for what, seen in (("beside a stuck reader", frames), ("after a sleep", after)):
            check_composed(self, reference.read_bytes(), [data for _, data in seen], what)

    def failures(self):
        """Names of the tests of v4l2-compliance, with those of streaming, that fail on the node now."""
        result = subprocess.run(["v4l2-compliance", "-d", NODE, "-s"], capture_output=True, text=True, timeout=240, check=False)
        self.assertIn("Streaming ioctls", result.stdout)
        return set(re.findall(r"test (.*): FAIL", result.stdout))

    def test_compliance_is_that_of_a_plain_producer(self):
        plain = subprocess.Popen(["ffmpeg", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=30", "-pix_fmt",
                                  "yuyv422", "-f", "v4l2", NODE], stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: fed(NODE))
            theirs = self.failures()
        finally:
            plain.kill()
            plain.wait()
        load()
        with Cam("--source", "pattern:size=320x240,fps=15,realtime=true", "--sink", NODE) as cam:
            ours = self.failures()
            for _ in range(2):  # it waits for frames, and on a busy machine not always long enough
                if ours - theirs:
                    print(f"    v4l2-compliance once more, for {sorted(ours - theirs)}")
                    ours &= self.failures()
            self.assertIsNone(cam.process.poll(), cam.text())
            with Reader(NODE) as reader:
                read_at(self, reader, 15, 45, "after v4l2-compliance")
        print(f"    v4l2-compliance fails: plain {sorted(theirs)}, vbg-cam {sorted(ours)}")
        self.assertEqual(ours - theirs, set())

    def test_sleeps_until_somebody_reads(self):
        with Cam("--on-demand", "--idle-after", "1", "--source", "v4l2:/dev/video0,size=320x180,fps=30", "--sink", NODE) as cam:
            waits = []
            # The camera is asked for within 300 ms where system calls are quick; here the quickest of some times counts.
            while len(waits) < 2 or (min(waits) >= 0.4 and len(waits) < 12):
                cam.wait_for(lambda: not cam.has_open("/dev/video0"))
                # Programs go on listing it; a look of less than 100 ms wakes nobody.
                began = time.monotonic()
                self.assertEqual(capabilities(NODE), {"capture"})
                was_short = time.monotonic() - began < 0.08
                time.sleep(1)
                if not was_short:
                    cam.wait_for(lambda: not cam.has_open("/dev/video0"))
                    time.sleep(1)
                self.assertFalse(cam.has_open("/dev/video0"))
                began = time.monotonic()
                with Reader(NODE) as reader:
                    when, first = reader.frame()
                    # The card, black, unless this reader took as long as waking does to get its first frame.
                    self.assertTrue(set(first) == {16, 128} or when - began > 0.1)
                    asked = None
                    while set(reader.frame()[1]) == {16, 128}:
                        self.assertLess(time.monotonic() - began, 60)
                        if asked is None and cam.has_open("/dev/video0"):
                            asked = time.monotonic() - began
                    woken = time.monotonic() - began
                asked = woken if asked is None else asked
                print(f"    camera asked for after {asked * 1000:.0f} ms, its pictures there after {woken * 1000:.0f} ms")
                waits.append(asked)
            code, text = cam.stop()
        self.assertEqual(code, 130, text)
        self.assertLess(min(waits), 0.4)


if __name__ == "__main__":
    unittest.main(argv=[*sys.argv, "-v"])
