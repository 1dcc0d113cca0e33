#!/usr/bin/env python3
"""The virtual camera as a thing that lasts: left usable, taken from others, gone and back; the doctor, and the files that set it up.
Runs in the test machine (see v4l2-vm): test_virtual_camera.py PATH-OF-VBG-CAM"""
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from feeding import NODE, Feeding, fed, wait_for
from loopback_reader import Reader, capabilities
from virtual_camera import ENV, PASS, VBG_CAM, Cam, VirtualCamera, load, load_vivid

SYSTEM = pathlib.Path(__file__).resolve().parents[2] / "examples/vbg-cam/system"


class Lasting(VirtualCamera):
    def test_the_node_is_usable_afterwards(self):
        ends = {1: [("mmap", signal.SIGTERM), ("mmap", signal.SIGKILL), ("write", signal.SIGKILL)], 0: [("write", signal.SIGINT)]}
        for exclusive, list_of_ends in ends.items():
            load(f"devices=1 video_nr=20 exclusive_caps={exclusive}")
            free = {"output"} if exclusive else {"capture", "output"}
            for io, how in list_of_ends:
                self.assertEqual(capabilities(NODE), free)
                with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", f"v4l2:device={NODE},io={io}") as cam:
                    self.assertEqual(capabilities(NODE), {"capture"} if exclusive else free)
                    with Reader(NODE) as reader:
                        reader.frames(3)
                    cam.stop(how)
                self.assertEqual(capabilities(NODE), free, f"exclusive_caps={exclusive} {how} {io}")

    # v4l2loopback cannot be unloaded under a producer; vivid's output can vanish.
    def test_a_node_that_vanishes_and_comes_back(self):
        load_vivid("n_devs=1 node_types=0x101 vid_cap_nr=0 vid_out_nr=30")
        self.addCleanup(load_vivid)
        driver = pathlib.Path("/sys/bus/platform/drivers/vivid")
        with Feeding(VBG_CAM, "--preset", "none", "--segmenter", "constant:value=255", "--source",
                     "pattern:size=640x360,fps=5,realtime=true", "--sink", "/dev/video30", folder=self.dir, nodes=()) as cam:

            def says(words):
                wait_for(lambda: words in cam.text() or cam.process.poll() is not None, what=f"it does not say: {words}")
                self.assertIsNone(cam.process.poll(), cam.text())

            def frames_go_on():
                """They are composed, whether the node is there or not."""
                before = cam.status()["frames_out"]
                wait_for(lambda: cam.status()["frames_out"] >= before + 15, what="no new frames")

            says("frames/s")
            frames_go_on()
            (driver / "unbind").write_text("vivid.0")
            says("trying again")
            frames_go_on()
            (driver / "bind").write_text("vivid.0")
            says("it is back")
            frames_go_on()
            cam.stop()
            counts = re.search(r"(\d+) frames shown, .* (\d+) dropped", cam.text())
            self.assertGreater(int(counts[1]), 15)
            self.assertGreater(int(counts[2]), 2)

    def mend(self, found):
        """Does what the doctor says."""
        commands = [one["fix"] for one in found if one["severity"] in ("warning", "error") and "modprobe" in one["fix"]]
        self.assertEqual(len(commands), 1, found)
        command = commands[0].rsplit(": ", 1)[-1].replace("sudo ", "").replace("modprobe -r", "rmmod")
        subprocess.run(["sh", "-ec", command], check=True)

    def fails(self, *args):
        result = subprocess.run([VBG_CAM, *PASS, "--source", "pattern", *args], env=ENV, capture_output=True, text=True, timeout=120,
                                check=False)
        self.assertEqual(result.returncode, 1)
        return result.stderr

    def test_the_doctor_is_right_and_so_is_the_medicine(self):
        load("devices=1 video_nr=20 card_label=vbg exclusive_caps=0")
        found = self.doctor()
        self.assertIn("warning", {one["severity"] for one in found})
        self.mend(found)
        # A program that only writes and goes leaves the node good for nothing.
        subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=160x120", "-frames:v", "3", "-pix_fmt",
                        "yuyv422", "-f", "v4l2", NODE], check=True, timeout=120)
        self.assertEqual(capabilities(NODE), set())
        self.assertTrue(any("without capabilities" in one["text"] for one in self.doctor()))
        with Cam("--source", "pattern:size=160x120,realtime=true", "--sink", NODE) as cam:
            texts = " ".join(one["text"] for one in self.doctor())
            self.assertIn("160x120 YUYV at 30 frames/s", texts)
            who = f"vbg-cam (process {cam.process.pid})"
            self.assertIn(who, texts)
            self.assertIn(who, self.fails("--sink", NODE))
            # The module cannot go while it is in use, and nothing happens to the stream by trying.
            self.assertNotEqual(subprocess.run(["rmmod", "v4l2loopback"], check=False, capture_output=True).returncode, 0)
            with Reader(NODE) as reader:
                reader.frames(10)
            cam.stop()
        self.assertEqual(capabilities(NODE), {"output"})
        subprocess.run(["rmmod", "v4l2loopback"], check=True)
        self.assertIn("modprobe v4l2loopback", self.fails("--sink", "v4l2"))
        found = self.doctor()
        self.assertIn("error", {one["severity"] for one in found})
        self.mend(found)
        self.assertEqual(capabilities(NODE), {"output"})

    def test_the_system_files_make_it(self):
        """What a machine does with them when it starts, and when the user logs in."""
        for folder, name in (("/etc/modprobe.d", "v4l2loopback.conf"), ("/etc/udev/rules.d", "60-vbg.rules")):
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(SYSTEM / name, folder)
            self.addCleanup((pathlib.Path(folder) / name).unlink)
        modules = [line for line in (SYSTEM / "modules-load.conf").read_text().splitlines() if not line.startswith("#")]
        self.assertEqual(modules, ["v4l2loopback"])
        load(parameters="")
        self.assertEqual(pathlib.Path("/sys/class/video4linux/video20/name").read_text().strip(), "vbg")
        found = self.doctor()
        self.assert_well(found)
        self.assertFalse([one for one in found if "buffers" in one["text"]])
        if shutil.which("udevadm"):
            said = subprocess.run(["udevadm", "test", "--action=add", "/sys/class/video4linux/video20"], capture_output=True, text=True,
                                  timeout=60, check=False)
            said = said.stdout + said.stderr
            self.assertIn("DEVLINKS=/dev/v4l/vbg", said)
            self.assertRegex(said, r"TAGS=.*:uaccess:")
            node = pathlib.Path("/dev/v4l/vbg")
            self.assertEqual(str(node.resolve()), NODE)
            self.assertEqual((node.stat().st_mode & 0o777, node.group()), (0o660, "video"))
            wrong = [line for line in said.splitlines() if "60-vbg.rules" in line and re.search("nvalid|nknown|gnoring", line)]
            self.assertEqual(wrong, [])
        else:
            print("    SKIP: udev's rule: udevadm is not there")
        # The unit's own command line, with this vbg-cam, and no network in this machine without floating-point speed.
        home = self.dir / "home"
        (home / ".config/vbg").mkdir(parents=True)
        (home / ".local/bin").mkdir(parents=True)
        shutil.copy(SYSTEM / "vbg-cam.toml", home / ".config/vbg")
        (home / ".local/bin/vbg-cam").write_text(
            f'#!/bin/sh\nexec {VBG_CAM} "$@" --preset none --segmenter constant:value=255 --log-level info\n')
        (home / ".local/bin/vbg-cam").chmod(0o755)
        unit = (SYSTEM / "vbg-cam.service").read_text()
        command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1].replace("%h", str(home))
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(command.split(), env={**ENV, "HOME": str(home)}, stdout=log, stderr=log)
            try:
                wait_for(lambda: fed(NODE) or process.poll() is not None)
                with Reader(NODE) as reader:
                    self.assertEqual((reader.width, reader.height), (1280, 720))
                    reader.frames(5)
                process.send_signal(signal.SIGTERM)
                self.assertIn(process.wait(60), [int(one) for one in re.search("^SuccessExitStatus=(.*)$", unit, re.M)[1].split()])
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()


if __name__ == "__main__":
    unittest.main(argv=[*sys.argv, "-v"])
