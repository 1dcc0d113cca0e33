"""A vbg-cam that feeds the loopback in the test machine, and what the tests of whole chains need around it."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

NODE = "/dev/video20"
VIVID = "/dev/video0"


def wait_for(condition, seconds=60.0, what="it did not come about"):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def v4l2_ctl(*arguments, node=VIVID):
    subprocess.run(["v4l2-ctl", "-d", node, *arguments], check=True, capture_output=True)


def control(setting, node=VIVID):
    v4l2_ctl("-c", setting, node=node)


def reload_loopback(count=1):
    """Nodes /dev/video20, 21, ... With only two buffers, Debian's default, a reader that is late by one frame sees torn ones."""
    numbers = ",".join(str(20 + i) for i in range(count))
    subprocess.run(["rmmod", "v4l2loopback"], check=False, capture_output=True)
    subprocess.run(["modprobe", "v4l2loopback", f"devices={count}", f"video_nr={numbers}", "max_buffers=8",
                    "exclusive_caps=" + ",".join("1" * count)], check=True)


def fed(*nodes):
    """Whether programs have put a frame into every one of these loopback nodes; a node that is not there has none."""
    try:
        return all(":" in pathlib.Path(f"/sys/devices/virtual/video4linux/{pathlib.Path(node).name}/format").read_text()
                   for node in nodes)
    except OSError:
        return False


class Feeding:
    """Waits until the first frame is in the node."""

    def __init__(self, program, *args, folder, env=None, nodes=(NODE,)):
        self.log = tempfile.TemporaryFile("w+")
        self.socket = str(pathlib.Path(folder) / "ctl.sock")
        self.stats_file = pathlib.Path(folder) / "stats.json"
        command = [program, "--quiet", "--log-level", "info", "--socket", self.socket, "--stats", self.stats_file, *args]
        self.process = subprocess.Popen(command, env={**os.environ, "VBG_PREPARED": "1", **(env or {})}, stdout=self.log,
                                        stderr=self.log)
        try:
            wait_for(lambda: self.process.poll() is not None or fed(*nodes), 90)
        except TimeoutError:
            self.process.kill()
            raise
        if self.process.poll() is not None:
            raise RuntimeError(f"vbg-cam ended: {self.text()}")

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def ctl(self, *words):
        """Like `vbg-cam ctl`, but starting that program takes seconds in this machine."""
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(60)
            talk.connect(self.socket)
            talk.sendall(json.dumps({"command": words}).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = talk.recv(65536)
                if not part:
                    raise RuntimeError("vbg-cam went away")
                answer += part
        answer = json.loads(answer)
        if not answer["ok"]:
            raise RuntimeError(answer["error"])
        return answer.get("result")

    def status(self):
        return self.ctl("status")

    def stop(self):
        """The counters at its end."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        if code != 130:
            raise RuntimeError(f"vbg-cam: exit status {code}: {self.text()}")
        return json.loads(self.stats_file.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Webcam:
    """uvc-camera, which takes commands as lines."""

    def __init__(self, *jpegs, size="640x480", rate=15):
        self.process = subprocess.Popen([os.environ["VBG_UVC_CAMERA"], "-s", size, "-r", str(rate), *map(str, jpegs)],
                                        stdin=subprocess.PIPE, text=True)
        wait_for(self.node, what="no node for the webcam")

    def say(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    @staticmethod
    def node():
        """Its node: the lower of its two, the other is for metadata."""
        found = [int(path.name[5:]) for path in pathlib.Path("/sys/class/video4linux").glob("video*")
                 if "Software Webcam" in (path / "name").read_text()]
        return f"/dev/video{min(found)}" if found else None

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
