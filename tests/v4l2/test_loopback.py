#!/usr/bin/env python3
"""vbg-cam feeding v4l2loopback, looked at by other programs: this one, v4l2-ctl, OpenCV, ffmpeg, v4l2-compliance. Runs in the
test machine (see v4l2-vm): test_loopback.py PATH-OF-VBG-CAM"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import cv2
except ImportError:
    cv2 = None

from loopback_reader import Reader, capabilities

VBG_CAM = sys.argv.pop(1) if len(sys.argv) > 1 else "vbg-cam"
ENV = {**os.environ, "VBG_PREPARED": "1"}
NODE = "/dev/video20"
QUIET = ["--log-level", "info", "--quiet"]
PASS = ["--preset", "none", "--segmenter", "constant:value=255", *QUIET]
FORMATS = {"yuyv": "YUYV", "i420": "YU12", "nv12": "NV12", "rgb8": "RGB3", "bgr8": "BGR3"}
FFMPEG = {"yuyv": "yuyv422", "i420": "yuv420p", "nv12": "nv12", "rgb8": "rgb24", "bgr8": "bgr24"}


def load(parameters="devices=1 video_nr=20 card_label=vbg exclusive_caps=1"):
    subprocess.run(["rmmod", "v4l2loopback"], check=False, capture_output=True)
    subprocess.run(["modprobe", "v4l2loopback", *parameters.split()], check=True)


def load_vivid():
    subprocess.run(["rmmod", "vivid"], check=True)
    subprocess.run(["modprobe", "vivid", "n_devs=1", "node_types=0x1", "vid_cap_nr=0"], check=True)


def wait_for(condition, seconds=40.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it did not come about")
        time.sleep(0.02)


class Cam:
    """A running vbg-cam. Waits until its first frame is in the node."""

    def __init__(self, *args, nodes=(NODE,), base=PASS):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([VBG_CAM, *base, *args], env=ENV, stdout=self.log, stderr=self.log)
        try:
            wait_for(lambda: self.process.poll() is not None or all(self.streams(node) for node in nodes))
            assert self.process.poll() is None, self.text()
        except BaseException:
            self.process.kill()
            raise

    @staticmethod
    def streams(node):
        number = node.removeprefix("/dev/video")
        try:
            return ":" in pathlib.Path(f"/sys/devices/virtual/video4linux/video{number}/format").read_text()
        except OSError:
            return False

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(30)
        return code, self.text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Loopback(unittest.TestCase):
    def setUp(self):
        load()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    # What was composed is written to a file of bare pixels too; every frame that is read must be, byte for byte, one of those,
    # and they must come in order.
    def check_against(self, reference, frames, what, strict=True):
        size = len(frames[0])
        composed = reference.read_bytes()
        index = {composed[i * size:(i + 1) * size]: i for i in range(len(composed) // size)}
        seen = []
        for number, frame in enumerate(frames):
            self.assertIn(frame, index, f"{what}: frame {number} is none that was composed")
            seen.append(index[frame])
        self.assertEqual(seen, sorted(seen), f"{what}: out of order")
        if strict:
            uneven = sum(later - earlier != 1 for earlier, later in zip(seen, seen[1:]))
            self.assertLessEqual(uneven, len(seen) // 4, f"{what}: {seen}")
        return seen

    def check_rate(self, times, fps, what):
        rate = (len(times) - 1) / (times[-1] - times[0])
        self.assertLess(abs(rate / fps - 1), 0.08, f"{what}: {rate:.2f} frames/s, {fps} promised")
        print(f"    {what}: {rate:.2f} frames/s of {fps}")

    def read_with_v4l2_ctl(self, count):
        out = self.dir / "v4l2-ctl.raw"
        subprocess.run(["v4l2-ctl", "-d", NODE, "--stream-mmap", f"--stream-count={count}", f"--stream-to={out}"], check=True,
                       capture_output=True, timeout=60)
        return out.read_bytes()

    def read_with_ffmpeg(self, count, pixels):
        result = subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "v4l2", "-i", NODE, "-frames:v", str(count), "-vsync", "0",
                                 "-f", "rawvideo", "-pix_fmt", pixels, "-"], check=True, capture_output=True, timeout=60)
        return result.stdout

    def read_with_opencv(self, count):
        capture = cv2.VideoCapture(NODE, cv2.CAP_V4L2)
        self.assertTrue(capture.isOpened())
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        frames = [capture.read() for _ in range(count)]
        capture.release()
        self.assertTrue(all(ok for ok, _ in frames))
        return [frame.tobytes() for _, frame in frames]

    def test_every_format_arrives_whole_in_order_and_on_time(self):
        for name, fourcc in FORMATS.items():
            load()
            reference = self.dir / f"{name}.raw"
            with Cam("--source", "pattern:size=320x240,realtime=true", "--sink", f"v4l2:device={NODE},format={name}", "--sink",
                     f"raw:path={reference},format={name}") as cam:
                with Reader(NODE) as reader:
                    self.assertEqual((reader.fourcc, reader.width, reader.height), (fourcc, 320, 240))
                    self.assertAlmostEqual(reader.fps, 30)
                    mine = reader.frames(90)
                tool = self.read_with_v4l2_ctl(30)
                film = self.read_with_ffmpeg(30, FFMPEG[name])
                opencv = self.read_with_opencv(30) if cv2 else []
                code, text = cam.stop()
            self.assertEqual(code, 130, text)
            size = len(mine[0][1])
            self.assertEqual(size, 320 * 240 * {"yuyv": 4, "i420": 3, "nv12": 3}.get(name, 6) // 2)
            self.check_rate([t for t, _ in mine], 30, f"{name}, own reader")
            self.check_against(reference, [data for _, data in mine], f"{name}, own reader")
            for what, data in (("v4l2-ctl", tool), ("ffmpeg", film)):
                frames = [data[i:i + size] for i in range(0, len(data), size)]
                self.assertEqual(len(frames), 30, f"{name}, {what}")
                self.check_against(reference, frames, f"{name}, {what}")
            if not cv2:
                print("    SKIP: OpenCV as a reader: python3-opencv is not there")
                continue
            self.assertEqual(len(opencv[0]), size, f"{name}, OpenCV")
            self.check_against(reference, opencv, f"{name}, OpenCV")

    def test_a_slow_source_is_repeated_at_the_promised_rate(self):
        reference = self.dir / "slow.raw"
        with Cam("--source", "pattern:size=320x240,fps=7.5,realtime=true", "--sink", f"v4l2:device={NODE},fps=30", "--sink",
                 f"raw:path={reference},format=yuyv") as cam:
            with Reader(NODE) as reader:
                frames = reader.frames(90)
            cam.stop()
        self.check_rate([t for t, _ in frames], 30, "7.5 frames/s shown at 30")
        seen = self.check_against(reference, [data for _, data in frames], "slow source", strict=False)
        self.assertEqual(sorted(set(seen)), list(range(seen[0], seen[-1] + 1)))  # none left out
        self.assertLess(abs(len(set(seen)) - 90 / 4), 4)

    def test_two_virtual_cameras_at_once(self):
        load("devices=2 video_nr=20,21 exclusive_caps=1,1 card_label=one,two")
        references = [self.dir / "20.raw", self.dir / "21.raw"]
        with Cam("--source", "pattern:size=320x240,realtime=true", "--sink", NODE, "--sink", "v4l2:device=two,format=i420", "--sink",
                 f"raw:path={references[0]},format=yuyv", "--sink", f"raw:path={references[1]},format=i420",
                 nodes=(NODE, "/dev/video21")) as cam:
            with Reader(NODE) as first, Reader("/dev/video21") as second:
                pairs = [(first.frame(), second.frame()) for _ in range(60)]
            cam.stop()
        for i, reference in enumerate(references):
            self.check_against(reference, [pair[i][1] for pair in pairs], f"camera {i}")
            self.check_rate([pair[i][0] for pair in pairs], 30, f"camera {i} of two")

    def test_a_held_format_is_taken(self):
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", f"v4l2:device={NODE},format=nv12") as cam:
            reader = Reader(NODE)
            reader.frames(3)
            cam.stop()
        with reader:
            with Cam("--source", "pattern:size=320x240,realtime=true", "--sink", f"v4l2:device={NODE},format=bgr8") as cam:
                # The same reader goes on, in the format it began with.
                reader.frame(timeout=40)
                data = [data for _, data in reader.frames(40)][10:]
                _, text = cam.stop()
        self.assertIn("holds 160x120 nv12 already", text)
        self.assertEqual({len(one) for one in data}, {160 * 120 * 3 // 2})
        self.assertGreater(len(set(data)), 20)

    def test_readers_come_and_go(self):
        with Cam("--source", "pattern:size=320x240,realtime=true", "--sink", NODE) as cam:
            for i in range(15):
                with Reader(NODE, buffers=1 + i % 4) as reader:
                    reader.frames(2)
            with Reader(NODE) as stuck, Reader(NODE) as reader:
                stuck.frame()  # and never gives it back
                self.check_rate([t for t, _ in reader.frames(60)], 30, "beside a stuck reader")
            code, text = cam.stop()
        self.assertEqual(code, 130, text)
        self.assertNotIn("error", text)

    def test_the_node_is_usable_afterwards(self):
        for exclusive in (1, 0):
            load(f"devices=1 video_nr=20 exclusive_caps={exclusive}")
            free = {"output"} if exclusive else {"capture", "output"}
            for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                for io in ("mmap", "write"):
                    self.assertEqual(capabilities(NODE), free)
                    with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", f"v4l2:device={NODE},io={io}") as cam:
                        self.assertEqual(capabilities(NODE), {"capture"} if exclusive else free)
                        with Reader(NODE) as reader:
                            reader.frames(3)
                        cam.stop(how)
                    self.assertEqual(capabilities(NODE), free, f"exclusive_caps={exclusive} {how} {io}")

    def test_capabilities_that_others_lose_are_mended(self):
        subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=160x120", "-frames:v", "3", "-pix_fmt",
                        "yuyv422", "-f", "v4l2", NODE], check=True, timeout=60)
        if capabilities(NODE):
            self.skipTest("this producer left the node as it was")
        found = self.doctor()
        self.assertTrue(any("without capabilities" in one["text"] for one in found), found)
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", NODE) as cam:
            with Reader(NODE) as reader:
                reader.frames(3)
            cam.stop()
        self.assertEqual(capabilities(NODE), {"output"})

    def test_who_feeds_it_is_said(self):
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", NODE) as cam:
            result = subprocess.run([VBG_CAM, *PASS, "--source", "pattern", "--sink", NODE], env=ENV, capture_output=True, text=True,
                                    timeout=60, check=False)
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"vbg-cam (process {cam.process.pid})", result.stderr)
            # The module cannot go while it is in use, and nothing happens to the stream by trying.
            self.assertNotEqual(subprocess.run(["rmmod", "v4l2loopback"], check=False, capture_output=True).returncode, 0)
            with Reader(NODE) as reader:
                reader.frames(10)
            cam.stop()
        load()
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", NODE) as cam:
            with Reader(NODE) as reader:
                reader.frames(10)
            cam.stop()

    # v4l2loopback cannot be unloaded under a producer; vivid's output can vanish.
    def test_a_node_that_vanishes_and_comes_back(self):
        subprocess.run(["rmmod", "vivid"], check=True)
        subprocess.run(["modprobe", "vivid", "n_devs=1", "node_types=0x101", "vid_cap_nr=0", "vid_out_nr=30"], check=True)
        self.addCleanup(load_vivid)
        driver = pathlib.Path("/sys/bus/platform/drivers/vivid")
        with tempfile.TemporaryFile("w+") as log:
            cam = subprocess.Popen([VBG_CAM, *PASS, "--source", "pattern:size=640x360,realtime=true", "--sink", "/dev/video30"],
                                   env=ENV, stdout=log, stderr=log)

            def text():
                log.seek(0)
                return log.read()

            try:
                wait_for(lambda: "frames/s" in text() or cam.poll() is not None)
                time.sleep(1)
                (driver / "unbind").write_text("vivid.0")
                wait_for(lambda: "trying again" in text() or cam.poll() is not None)
                time.sleep(1)
                (driver / "bind").write_text("vivid.0")
                wait_for(lambda: "it is back" in text() or cam.poll() is not None)
                time.sleep(1)
                self.assertIsNone(cam.poll(), text())
                cam.send_signal(signal.SIGINT)
                self.assertEqual(cam.wait(30), 130, text())
                counts = re.search(r"(\d+) frames shown, .* (\d+) dropped", text())
                self.assertGreater(int(counts[1]), 30)
                self.assertGreater(int(counts[2]), 5)
            finally:
                if cam.poll() is None:
                    cam.kill()

    def failures(self):
        """Names of the tests of v4l2-compliance that fail on the node now."""
        result = subprocess.run(["v4l2-compliance", "-d", NODE], capture_output=True, text=True, timeout=120, check=False)
        return set(re.findall(r"test (.*): FAIL", result.stdout))

    def test_compliance_is_that_of_a_plain_producer(self):
        plain = subprocess.Popen(["ffmpeg", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=30", "-pix_fmt",
                                  "yuyv422", "-f", "v4l2", NODE], stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: Cam.streams(NODE))
            theirs = self.failures()
        finally:
            plain.kill()
            plain.wait()
        load()
        with Cam("--source", "pattern:size=320x240,realtime=true", "--sink", NODE) as cam:
            ours = self.failures()
            self.assertIsNone(cam.process.poll(), cam.text())
            with Reader(NODE) as reader:
                self.check_rate([t for t, _ in reader.frames(90)], 30, "after v4l2-compliance")
        print(f"    v4l2-compliance fails: plain {sorted(theirs)}, vbg-cam {sorted(ours)}")
        self.assertEqual(ours - theirs, set())

    def doctor(self, *args):
        result = subprocess.run([VBG_CAM, "doctor", "--json", *args], env=ENV, capture_output=True, text=True, timeout=60, check=False)
        found = json.loads(result.stdout)
        self.assertEqual(result.returncode, int(any(one["severity"] in ("warning", "error") for one in found)))
        return [one for one in found if one["topic"] == "virtual camera"]

    def mend(self, found):
        commands = [one["fix"] for one in found if "modprobe" in one["fix"]]
        self.assertEqual(len(commands), 1, found)
        command = commands[0].split(": ", 1)[-1].replace("sudo ", "").replace("modprobe -r", "rmmod")
        subprocess.run(["sh", "-ec", command], check=True)

    def test_the_doctor_is_right_and_so_is_the_medicine(self):
        self.assertEqual({one["severity"] for one in self.doctor()} - {"info"}, {"ok"})
        load("devices=1 video_nr=20 exclusive_caps=0")
        found = self.doctor()
        self.assertIn("warning", {one["severity"] for one in found})
        self.mend(found)
        self.assertEqual({one["severity"] for one in self.doctor()} - {"info"}, {"ok"})
        subprocess.run(["rmmod", "v4l2loopback"], check=True)
        self.assertIn("error", {one["severity"] for one in self.doctor()})
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", "null", nodes=()) as cam:
            cam.stop()
        result = subprocess.run([VBG_CAM, *PASS, "--source", "pattern", "--sink", "v4l2"], env=ENV, capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("modprobe v4l2loopback", result.stderr)
        load("devices=1 video_nr=20 card_label=vbg exclusive_caps=1")
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", NODE):
            texts = " ".join(one["text"] for one in self.doctor())
            self.assertIn("160x120 YUYV at 30 frames/s", texts)
            self.assertIn("vbg-cam", texts)

    def test_sleeps_until_somebody_reads(self):
        with Cam("--on-demand", "--idle-after", "1", "--source", "pattern:size=320x240,realtime=true", "--sink", NODE) as cam:
            for _ in range(3):
                time.sleep(4)
                capabilities(NODE)  # a short look wakes nobody
                began = time.monotonic()
                with Reader(NODE) as reader:
                    first = reader.frame()[1]
                    self.assertEqual(reader.frame()[1], first)  # a still picture
                    while reader.frame()[1] == first:
                        self.assertLess(time.monotonic() - began, 3)
                    woken = time.monotonic() - began
                print(f"    awake after {woken * 1000:.0f} ms")
                self.assertLess(woken, 0.5)  # 300 ms on a machine of one's own
            code, text = cam.stop()
        self.assertEqual(code, 130, text)

    def test_vivid_through_the_fakecam_preset(self):
        reference = self.dir / "end.raw"
        subprocess.run(["v4l2-ctl", "-d", "/dev/video0", "-c", "osd_text_mode=0"], check=True)
        with Cam("--preset", "fakecam", "--segmenter", "chroma_key", "--background", "color:value=#123456", "--source",
                 "v4l2:/dev/video0,size=640x360,fps=25", "--sink", NODE, "--sink", f"raw:path={reference},format=yuyv", base=QUIET) as cam:
            with Reader(NODE) as reader:
                frames = reader.frames(75)
                self.assertEqual((reader.width, reader.height), (640, 360))
            code, text = cam.stop()
        self.assertEqual(code, 130, text)
        self.check_rate([t for t, _ in frames], 25, "vivid through fakecam")
        self.check_against(reference, [data for _, data in frames], "vivid through fakecam", strict=False)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
