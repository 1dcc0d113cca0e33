#!/usr/bin/env python3
"""The files that set a virtual camera up for good, as far as they can be tried without one (tests/v4l2 does the rest).
Usage: test_system_files.py SOURCE-FOLDER PATH-OF-VBG-CAM"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, VBG_CAM = (pathlib.Path(p).resolve() for p in (sys.argv.pop(1), sys.argv.pop(1)))
SYSTEM = SOURCE / "examples/vbg-cam/system"


class SystemFiles(unittest.TestCase):
    def lines(self, name):
        return [line for line in (SYSTEM / name).read_text().splitlines() if line and not line.startswith("#")]

    def test_one_way_to_load_the_module(self):
        """The README, the modprobe file and the doctor say the same."""
        (options,) = self.lines("v4l2loopback.conf")
        self.assertTrue(options.startswith("options v4l2loopback "))
        wanted = set(options.split()[2:]) - {"devices=1"}
        readme = re.search(r"^sudo modprobe v4l2loopback (.*)$", (SOURCE / "README.md").read_text(), re.MULTILINE)[1]
        self.assertEqual(set(readme.split()), wanted)
        doctor = re.search(r'"sudo modprobe v4l2loopback ([^"]*)";', (SOURCE / "src/io/v4l2/machine.hpp").read_text())[1]
        self.assertEqual(set(doctor.split()), wanted)
        self.assertEqual(self.lines("modules-load.conf"), ["v4l2loopback"])

    def test_systemd_takes_the_unit(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("SKIP: systemd-analyze is not there")
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(["systemd-analyze", "--user", "verify", SYSTEM / "vbg-cam.service"], capture_output=True, text=True,
                                    env={**os.environ, "XDG_RUNTIME_DIR": folder}, check=False)
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    def test_vbg_cam_takes_its_settings(self):
        command = [VBG_CAM, "--config", SYSTEM / "vbg-cam.toml", "--source", "pattern:size=64x48", "--sink", "null", "--frames", "2",
                   "--preset", "none", "--segmenter", "constant:value=255", "--socket", "none", "--quiet"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_udev_rule_is_well_formed(self):
        (rule,) = self.lines("60-vbg.rules")
        for part in rule.split(", "):
            self.assertRegex(part, r'^[A-Z]+(\{\w+\})?(==|=|\+=)"[^"]*"$')

    def test_the_container_is_made_of_what_there_is(self):
        recipe = (SYSTEM / "Containerfile").read_text()
        options = (SOURCE / "CMakeLists.txt").read_text()
        for name in re.findall(r"-D(VBG_\w+)=", recipe):
            self.assertIn(f"{name} ", options)
        self.assertTrue(os.access(SOURCE / "cmake/install-dependencies.sh", os.X_OK))
        self.assertIn("cmake/install-dependencies.sh", recipe)


if __name__ == "__main__":
    unittest.main()
