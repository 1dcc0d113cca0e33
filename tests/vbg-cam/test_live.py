#!/usr/bin/env python3
"""A vbg-cam that runs on and is steered from elsewhere. Usage: test_live.py PATH-OF-VBG-CAM [unittest arguments]"""
import json
import os
import socket
import subprocess
import time
import unittest

from cam import PATTERN, VBG_CAM, Case, run


class Live(Case):
    base = ["--source", "pattern:size=64x48,fps=100,realtime=true", "--segmenter", "constant:value=0", "--preset", "none",
            "--sink", "null", "--quiet", "--log-level", "info"]

    def setUp(self):
        super().setUp()
        self.env = {"XDG_RUNTIME_DIR": str(self.dir)}
        self.socket = self.dir / "vbg-cam.sock"

    def start(self, *args, base=None, wait=True):
        log = open(self.dir / "log.txt", "w", encoding="utf-8")
        self.addCleanup(log.close)
        program = subprocess.Popen([VBG_CAM, *(base or self.base), *args], stdout=subprocess.DEVNULL, stderr=log,
                                   env={**os.environ, "VBG_PREPARED": "1", "OMP_WAIT_POLICY": "passive", **self.env})
        self.addCleanup(program.wait, 30)
        self.addCleanup(program.terminate)
        if wait:
            self.eventually(self.is_up, program)
        return program

    def is_up(self):
        try:
            return self.status()["frames_out"] > 3
        except OSError:
            return False

    def log(self):
        return (self.dir / "log.txt").read_text(encoding="utf-8")

    def eventually(self, done, program=None, seconds=30):
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end or (program and program.poll() is not None):
                self.fail(f"it did not happen; the log says:\n{self.log()}")
            time.sleep(0.03)

    def ctl(self, *args, ok=True):
        result = run("ctl", *args, env=self.env)
        self.assertEqual(result.returncode, 0 if ok else 1, result.stderr)
        return result

    def tell(self, *command):
        """What ctl does, without starting a program each time."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket))
            client.sendall(json.dumps({"command": command}).encode() + b"\n")
            client.settimeout(30)
            reply = json.loads(client.makefile().readline())
        self.assertTrue(reply["ok"], reply)
        return reply["result"]

    def status(self):
        return self.tell("status")

    def pixel(self):
        """The colour of the room's corner as the others see it."""
        picture = self.dir / "snapshot.bmp"
        self.tell("snapshot", str(picture))
        data = picture.read_bytes()
        return tuple(reversed(data[int.from_bytes(data[10:14], "little"):][:3]))

    def test_every_command(self):
        program = self.start("--background", "color:value=#010203")
        self.assertEqual(self.socket.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.pixel(), (1, 2, 3))
        self.ctl("set", "background", "color:value=#0a0b0c")
        self.eventually(lambda: self.pixel() == (10, 11, 12))
        refused = self.ctl("set", "background", "immage", ok=False)
        self.assertIn("did you mean 'image'?", refused.stderr)
        self.assertIn("did you mean", self.ctl("set", "backgruond", "blur", ok=False).stderr)
        self.assertEqual(self.pixel(), (10, 11, 12))
        self.ctl("set", "on-failure", "blank")
        self.ctl("set", "card", "color:value=#223344")
        picture = self.dir / "snapshot.png"
        self.ctl("snapshot", str(picture))
        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
        self.assertEqual(json.loads(self.ctl("status", "--json").stdout)["state"], "running")
        text = self.ctl("status").stdout
        for word in ("running", "64x48", "frames/s", "segmenter constant", "in to out"):
            self.assertIn(word, text)
        self.ctl("pause")
        self.eventually(lambda: self.status()["state"] == "paused" and self.pixel() == (0x22, 0x33, 0x44))
        self.ctl("resume")
        self.eventually(lambda: self.status()["state"] == "running")
        self.ctl("freeze")
        self.eventually(lambda: self.status()["state"] == "frozen")
        self.ctl("resume")
        self.ctl("quit")
        self.assertEqual(program.wait(30), 0)
        self.assertFalse(self.socket.exists())
        self.assertIn("no vbg-cam listens", self.ctl("status", ok=False).stderr)

    def test_a_second_one_is_told_of_the_first_and_a_dead_one_is_forgotten(self):
        program = self.start()
        second = run(*self.base, "--frames", "5", env=self.env)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"process {program.pid}", second.stderr)
        self.assertEqual(run(*self.base, "--frames", "5", "--socket", "none", env=self.env).returncode, 0)
        self.assertEqual(run(*self.base, "--frames", "5", "--socket", str(self.dir / "b.sock"), env=self.env).returncode, 0)
        program.kill()
        program.wait()
        self.assertTrue(self.socket.exists())  # left behind
        again = self.start()
        self.ctl("quit")
        self.assertEqual(again.wait(30), 0)
        self.socket.write_text("mine")
        kept = run(*self.base, "--frames", "5", env=self.env)
        self.assertEqual(kept.returncode, 1)
        self.assertIn("something else", kept.stderr)
        self.assertEqual(self.socket.read_text(), "mine")

    def test_what_a_client_may_do_wrong(self):
        program = self.start()
        for text in (b"", b"nonsense\n", b'{"command": 5}\n', b'{"command": ["fly"]}\n', b"x" * 5000):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self.socket))
                client.sendall(text)
                client.settimeout(10)
                if text.endswith(b"\n"):
                    self.assertFalse(json.loads(client.makefile().readline())["ok"])
        silent = socket.socket(socket.AF_UNIX)
        self.addCleanup(silent.close)
        silent.connect(str(self.socket))
        self.assertEqual(self.status()["state"], "running")
        self.ctl("quit")
        self.assertEqual(program.wait(30), 0)

    def test_config_is_taken_over_while_running(self):
        config = self.dir / "vbg.toml"
        lines = ['source = "pattern:size=64x48,fps=100,realtime=true"', 'segmenter = "constant:value=0"', 'preset = "none"',
                 'sink = "null"', "quiet = true", 'log-level = "info"']

        def write(background, more="", how="plain"):
            text = "\n".join([*lines, f'background = "{background}"', more])
            if how == "rename":  # as most editors save
                new = self.dir / "vbg.toml~"
                new.write_text(text)
                new.rename(config)
            elif how == "steps":
                with open(config, "w", encoding="utf-8") as file:
                    for line in text.splitlines(True):
                        file.write(line)
                        file.flush()
                        time.sleep(0.01)
            else:
                config.write_text(text)

        write("color:value=#010101")
        program = self.start("--config", str(config), base=["--on-failure", "blank"])
        before = self.status()
        for value, how in ((2, "plain"), (3, "rename"), (4, "steps"), (5, "rename")):
            write(f"color:value=#{value:02x}0000", how=how)
            self.eventually(lambda v=value: self.pixel() == (v, 0, 0), program)
        for broken, says in (('background = "nonsense"', "nonsense"), ("background = ", "vbg.toml:"), ("oops = 1", "no option 'oops'"),
                             ('background = "color:value=#060000"\nfilter = "nonsense"', "nonsense")):
            text = "\n".join([*lines, broken])
            config.write_text(text)
            self.eventually(lambda s=says: "refused" in self.log() and s in self.log(), program)
            self.assertEqual(self.pixel(), (5, 0, 0))
        write("color:value=#070000", 'on-failure = "hold"')
        self.eventually(lambda: self.pixel() == (7, 0, 0), program)
        write("color:value=#070000", 'on-failure = "hold"\nidle-after = 9\nstats = "s.json"')
        self.eventually(lambda: "changed: nothing; at the next start: stats, idle-after\n" in self.log(), program)
        after = self.status()
        self.assertEqual(after["frames_failed"], 0)
        self.assertEqual(after["source_reopened"], 0)
        self.assertGreater(after["frames_out"], before["frames_out"])
        self.ctl("quit")
        self.assertEqual(program.wait(30), 0)

    def test_live_options(self):
        stats = self.dir / "stats.json"
        result = run("--source", "pattern:size=64x48,fps=100,realtime=true", "--segmenter", "constant:value=255", "--preset",
                     "none", "--sink", "null", "--quiet", "--socket", "none", "--fps", "25", "--max-cpu", "4", "--hold-rate",
                     "--on-demand", "--idle-after", "1", "--stall", "0.5", "--card", "color:value=#111111", "--frames", "30",
                     "--stats", str(stats))
        self.assertEqual(result.returncode, 0, result.stderr)
        told = json.loads(stats.read_text())
        self.assertGreater(told["frames_dropped"], 50)  # three of four
        self.assertEqual(told["level"], 0)
        self.refused("--source", PATTERN, "--sink", "null", "--segmenter", "constant", "--card", "blur", says=["shows the camera"])
        self.assertEqual(run("--fps", "-1").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
