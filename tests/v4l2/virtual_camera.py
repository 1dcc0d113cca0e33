"""What the tests with v4l2loopback share: making nodes, running vbg-cam on them."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from feeding import NODE, fed, wait_for

VBG_CAM = sys.argv.pop(1) if len(sys.argv) > 1 else "vbg-cam"
ENV = {**os.environ, "VBG_PREPARED": "1"}
PASS = ["--preset", "none", "--segmenter", "constant:value=255", "--log-level", "info", "--quiet"]


def load(parameters="devices=1 video_nr=20 card_label=vbg exclusive_caps=1 max_buffers=8"):
    subprocess.run(["rmmod", "v4l2loopback"], check=False, capture_output=True)
    subprocess.run(["modprobe", "v4l2loopback", *parameters.split()], check=True)


def load_vivid(parameters="n_devs=1 node_types=0x1 vid_cap_nr=0"):
    subprocess.run(["rmmod", "vivid"], check=True)
    subprocess.run(["modprobe", "vivid", *parameters.split()], check=True)


class Cam:
    """A running vbg-cam. Waits until its first frame is in every node."""

    def __init__(self, *args, nodes=(NODE,), base=PASS, env=None):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([VBG_CAM, *base, *args], env=env or ENV, stdout=self.log, stderr=self.log)
        try:
            self.wait_for(lambda: fed(*nodes))
        except BaseException:
            self.process.kill()
            raise

    def wait_for(self, condition, seconds=60.0):
        """Until the condition holds; vbg-cam must run all the while."""
        wait_for(lambda: self.process.poll() is not None or condition(), seconds)
        assert self.process.poll() is None, self.text()

    def has_open(self, path):
        folder = pathlib.Path(f"/proc/{self.process.pid}/fd")
        return path in [os.path.realpath(one) for one in folder.iterdir()]

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(60)
        return code, self.text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


class VirtualCamera(unittest.TestCase):
    """Each test begins with a new node."""

    def setUp(self):
        began = time.monotonic()
        self.addCleanup(lambda: print(f"    {self.id().split('.')[-1]}: {time.monotonic() - began:.1f} s"))
        load()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def doctor(self, *args):
        """What the doctor finds at the virtual cameras."""
        result = subprocess.run([VBG_CAM, "doctor", "--json", *args], env=ENV, capture_output=True, text=True, timeout=120, check=False)
        found = json.loads(result.stdout)
        self.assertEqual(result.returncode, int(any(one["severity"] in ("warning", "error") for one in found)))
        return [one for one in found if one["topic"] == "virtual camera"]

    def assert_well(self, found):
        self.assertEqual({one["severity"] for one in found} - {"info"}, {"ok"}, found)
