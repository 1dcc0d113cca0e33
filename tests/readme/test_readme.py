#!/usr/bin/env python3
"""Runs what the README shows. Usage: test_readme.py SOURCE-FOLDER FOLDER-OF-PROGRAMS"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

SOURCE, PROGRAMS = (pathlib.Path(p).resolve() for p in (sys.argv.pop(1), sys.argv.pop(1)))
README = (SOURCE / "README.md").read_text()
DATA = pathlib.Path(os.environ.get("VBG_TEST_DATA", "../shared")).resolve()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


class Readme(unittest.TestCase):
    def test_cpp_and_c_are_the_examples_that_are_built_and_run_elsewhere(self):
        self.assertEqual(blocks("cpp"), [(SOURCE / "examples/minimal.cpp").read_text()])
        self.assertEqual(blocks("c"), [(SOURCE / "examples/minimal.c").read_text()])

    def test_commands_named_are_there(self):
        for path in ("examples/demo.sh", "tests/run.sh"):
            self.assertIn([path], [block.split() for block in blocks("sh")])
            self.assertTrue(os.access(SOURCE / path, os.X_OK))

    def test_programs_named_are_there(self):
        named = re.findall(r"^\| `(examples/[^`]+)` \|", README, re.MULTILINE)
        self.assertIn("examples/camera.c", named)
        for path in named:
            self.assertTrue((SOURCE / path).is_file(), path)
        languages = {str(p.relative_to(SOURCE)) for p in (SOURCE / "examples/languages").rglob("[pP]icture.*")}
        self.assertEqual(languages, set(named) - {"examples/camera.c"})

    def test_presets_are_those_there_are(self):
        named = re.findall(r"^\| `(\w+)` \|", README.split("| preset |")[1].split("\n\n")[0], re.MULTILINE)
        listed = subprocess.run([PROGRAMS / "vbg-cam", "list", "presets"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(sorted(named), sorted(re.findall(r"^  (\w+)$", listed, re.MULTILINE)))

    def test_every_vbg_command_line_runs(self):
        """In a folder with the files they name; models come from the folder of real weights."""
        if not (DATA / "models").exists():
            self.skipTest(f"SKIP: no {DATA / 'models'}; set VBG_TEST_DATA")
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "VBG_MODEL_DIR": f"{folder}/models"}
            program = subprocess.run
            portrait = DATA / "goldens/bodypix/inputs/astronaut_512.png"
            make = ["vbg-cam", "--quiet", "--preset", "none", "--segmenter", "constant:value=255"]
            for arguments in (["--source", portrait, "--sink", "me.jpg"],
                              ["--source", "pattern:size=320x240,frames=1", "--sink", "beach.jpg"],
                              ["--source", f"image:path={portrait},motion=drift,size=320x240,frames=8", "--sink", "talk.mp4"]):
                program([*make, *arguments], env=env, cwd=folder, check=True)
            lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("vbg-")]
            lines = [line for line in lines if "pipewire:" not in line]  # needs a daemon: tests/pipewire runs it
            self.assertGreater(len(lines), 5)
            for line in sorted(lines, key=lambda text: not text.startswith("vbg-model")):  # models first
                command = shlex.split(line)
                if "fetch" in command:
                    command += ["--from", str(DATA / "models")]
                result = program(command, env=env, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
                self.assertEqual(result.returncode, 0, f"{line}\n{result.stderr}")
            for made in ("out.png", "private.mp4", "film.mp4", "moving.mp4"):
                self.assertGreater((pathlib.Path(folder) / made).stat().st_size, 1000, made)


if __name__ == "__main__":
    unittest.main(verbosity=2)
