#!/usr/bin/env python3
"""Man pages and completion as the shells and readers use them. Usage: test_manual.py SOURCE-FOLDER FOLDER-OF-PROGRAMS"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, PROGRAMS = (pathlib.Path(p).resolve() for p in (sys.argv.pop(1), sys.argv.pop(1)))
NAMES = ("vbg-cam", "vbg-model")


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=True, **more).stdout


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        for name in NAMES:
            run(sys.executable, "-B", SOURCE / "docs/manual.py", PROGRAMS / name, cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def need(self, program):
        if not shutil.which(program):
            self.skipTest(f"SKIP: no {program}")

    def test_pages_are_clean_and_tell_every_option_of_help(self):
        self.need("mandoc")
        for name in NAMES:
            page = self.folder / f"{name}.1"
            lint = subprocess.run(["mandoc", "-T", "lint", "-W", "error", page], capture_output=True, text=True, check=False)
            self.assertEqual(lint.returncode, 0, lint.stdout)
            text = re.sub(r".\x08", "", run("mandoc", "-T", "utf8", page)).replace("‐", "-")
            options = set(re.findall(r"--[a-z][a-z-]+", run(PROGRAMS / name, "--help")))
            self.assertGreater(len(options), 2)
            for option in options:
                self.assertIn(option, text, name)

    def test_page_of_stages_tells_every_parameter(self):
        self.need("mandoc")
        text = re.sub(r".\x08", "", run("mandoc", "-T", "utf8", self.folder / "vbg-stages.7"))
        listed = run(PROGRAMS / "vbg-cam", "list").split("\nDevices\n")[0]  # where stages run is told by the machine
        stages = re.findall(r"^  (\w+)$", listed, re.MULTILINE)
        parameters = re.findall(r"^      (\w+) {3,}", listed, re.MULTILINE)
        self.assertGreater(len(stages), 25)
        self.assertGreater(len(parameters), 60)
        for word in stages + parameters:
            self.assertRegex(text, rf"(?m)^ +{word}\b")

    def complete_bash(self, line):
        words = line.split(" ")
        script = (f"source {self.folder / words[0]}.bash; COMP_WORDS=({' '.join(repr(w) for w in words)}); "
                  f"COMP_CWORD={len(words) - 1}; _{words[0].replace('-', '_')}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        return run("bash", "-c", script, cwd=self.folder).split("\n")[:-1]

    def complete_fish(self, line):
        script = f"source {self.folder / line.split()[0]}.fish; complete -C '{line}'"
        found = run("fish", "--no-config", "-c", script, cwd=self.folder)
        return [each.split("\t")[0] for each in found.splitlines()]

    def check_completion(self, complete):
        self.assertEqual(complete("vbg-cam --prese"), ["--preset"])
        self.assertEqual(sorted(complete("vbg-cam --preset ")), ["default", "fakecam", "none"])
        self.assertEqual(complete("vbg-cam --quiet --segmenter self"), ["selfie"])
        self.assertIn("guided_filter", complete("vbg-cam --filter gu"))
        self.assertIn("vbg-stages.7", complete("vbg-cam --config vbg-st"))
        self.assertIn("doctor", complete("vbg-cam do"))
        self.assertEqual(complete("vbg-cam ctl sna"), ["snapshot"])
        self.assertEqual(complete("vbg-cam ctl set backg"), ["background"])
        self.assertEqual(complete("vbg-cam list came"), ["cameras"])
        self.assertEqual(complete("vbg-model fetch selfie-g"), ["selfie-general"])
        self.assertEqual(complete("vbg-model fetch --allow-u"), ["--allow-unpinned"])

    def test_bash(self):
        self.check_completion(self.complete_bash)

    def test_fish(self):
        self.need("fish")
        self.check_completion(self.complete_fish)

    def test_zsh(self):
        """zsh has no way to ask without a terminal: a pseudo-terminal types, and reads what is offered."""
        self.need("zsh")
        for name in NAMES:
            run("zsh", "-n", self.folder / f"_{name}")
        script = f"""
zmodload zsh/zpty
zpty -b shell zsh -f -i
read_all() {{ local some all=''; sleep $1; while zpty -rt shell some; do all+=$some; done; print -r -- "$all" }}
zpty -w shell 'cd {self.folder}; fpath=({self.folder} $fpath); autoload -U compinit; compinit -u -D; PS1="> "; echo rea""dy'
until read_all 0.5 | grep -q ready; do :; done
for line in 'vbg-cam --preset ' 'vbg-cam ctl set back' 'vbg-cam list ' 'vbg-cam --source vbg-sta' 'vbg-model fetch selfie-g'; do
  zpty -w -n shell "$line"$'\\t'
  read_all 3
  zpty -w -n shell $'\\x15'
done
zpty -d shell
"""
        text = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, check=False, timeout=120).stdout
        for words in ("fakecam", "set background", "compositors", "--source vbg-stages.7", "selfie-general"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
