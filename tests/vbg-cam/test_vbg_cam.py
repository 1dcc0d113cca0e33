#!/usr/bin/env python3
"""Drives the built vbg-cam as a user does. Usage: test_vbg_cam.py PATH-OF-VBG-CAM [unittest arguments]"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from cam import DATA, PATTERN, VBG_CAM, Case, png, run


class Help(Case):
    def test_help_names_every_option_and_exit_status(self):
        text = run("--help").stdout
        for word in ("--source", "--sink", "--segmenter", "--filter", "--background", "--foreground", "--preset", "--show",
                     "--sync", "--on-failure", "--device", "--precision", "--threads", "--frames", "--stats", "--config",
                     "--fps", "--on-demand", "--idle-after", "--max-cpu", "--hold-rate", "--stall", "--no-reconnect", "--card",
                     "--socket", "Examples:", "Exit status"):
            self.assertIn(word, text)
        self.assertEqual(run("--help").returncode, 0)
        self.assertEqual(run("--version").stdout.strip(), "0.1.0")

    def test_list_is_complete_and_agrees_with_its_json(self):
        everything = json.loads(run("list", "--json").stdout)
        text = run("list").stdout
        for kind in ("sources", "segmenters", "filters", "effects", "compositors", "sinks", "presets", "devices"):
            self.assertTrue(everything[kind])
            for entry in everything[kind]:
                self.assertIn(entry["name"], text)
                self.assertTrue(entry["summary"])
        names = {e["name"] for kind in everything.values() for e in kind}
        for name in ("bodypix", "selfie", "torchscript", "frame_difference", "background_subtraction", "chroma_key",
                     "threshold", "levels", "dilate", "erode", "open", "close", "box_blur", "feather", "guided_filter",
                     "temporal", "largest_component", "fill_holes", "hologram", "colormap", "scanlines", "ghost", "blur",
                     "pixelate", "grayscale", "color", "image", "video", "flip", "over", "images", "pattern", "y4m", "raw",
                     "null", "fakecam", "default", "none"):
            self.assertIn(name, names)
        self.assertIn("size", run("list", "dilate").stdout)
        self.refused("list", "nonsense", says=["nonsense", "segmenters"])


class Usage(Case):
    def test_wrong_usage_is_2(self):
        self.assertEqual(run("--no-such-option").returncode, 2)
        self.assertEqual(run("--threads", "many").returncode, 2)
        for value in ("nan", "-1", "1e30"):
            self.assertEqual(run("--source", PATTERN, "--sink", "null", "--idle-after", value).returncode, 2)

    def test_unknown_names_and_values_tell_the_nearest(self):
        base = ["--source", PATTERN, "--sink", "null"]
        self.refused(*base, "--segmenter", "bodypicks", says=["no segmenter 'bodypicks'", "bodypix"])
        self.refused(*base, "--segmenter", "constant", "--filter", "dilat", says=["did you mean 'dilate'?"])
        self.refused(*base, "--segmenter", "constant", "--background", "immage:path=x", says=["did you mean 'image'?"])
        self.refused(*base, "--segmenter", "constant", "--preset", "fakecm", says=["did you mean 'fakecam'?"])
        self.refused(*base, "--segmenter", "constant", "--preset", "none", "--show", "matt", says=["--show", "side-by-side"])
        self.refused("--source", PATTERN, "--segmenter", "constant", says=["no --sink"])
        self.refused("--source", PATTERN, "--segmenter", "constant", "--preview", env={"DISPLAY": ""},
                     says=["DISPLAY is not set", "graphical session"])
        self.refused("--source", "nowhere.png", "--sink", "null", "--segmenter", "constant", says=["nowhere.png", "no such file"])
        self.refused(*base[:2], "--segmenter", "constant", "--sink", str(self.dir / "x.xyz"), says=[".xyz", ".png"])

    def test_model_that_is_missing_names_the_command_that_gets_it(self):
        self.refused("--source", PATTERN, "--sink", "null", "--segmenter", "bodypix:model=bodypix-mobilenet-075-16-quant2",
                     says=["vbg-model fetch"], env={"VBG_MODEL_DIR": str(self.dir), "VBG_MODEL_PATH": ""})

    def test_config(self):
        config = self.dir / "vbg.toml"
        config.write_text('source = "pattern:size=64x48,frames=3"\nsegmenter = "constant:value=255"\npreset = "none"\n'
                          f'sink = ["null", "{self.dir}/%02d.png"]\n')
        self.assertEqual(run("--config", str(config), "--quiet").returncode, 0)
        self.assertEqual(len(list(self.dir.glob("*.png"))), 3)
        self.assertEqual(run("--config", str(config), "--frames", "1", "--sink", str(self.dir / "one.png")).returncode, 0)
        self.assertTrue((self.dir / "one.png").exists())
        for text, says in (("sorce = 'x'", "no option 'sorce'"), ("source = ", "vbg.toml:1"),
                           ("frames = 'x'", "frames: got 'x'; wanted a whole number of at least 0"),
                           ("frames = -1", "frames: got -1; wanted a whole number of at least 0"),
                           ("threads = 4294967297", "threads: got 4294967297; wanted a whole number from 0 to 64"),
                           ("threads = 1.5", "threads: got 1.5; wanted a whole number"),
                           ("\nidle-after = 1e30", "vbg.toml:2: idle-after: got 1e+30; wanted a number from 0 to 86400"),
                           ("idle-after = nan", "idle-after: got nan"), ("fps = inf", "fps: got inf"), ("stall = 0", "from 0.01 to 60"),
                           ("max-cpu = true", "max-cpu: got true; wanted a number from 0 to 1024"),
                           ("source = 3", "source: got 3; wanted a text in quotes"), ("quiet = 3", "quiet: got 3; wanted true or false")):
            config.write_text(text)
            # 2, at which the systemd unit does not start it again
            self.refused("--config", str(config), "--sink", "null", says=[says], code=2)
        self.refused("--config", str(self.dir / "none.toml"), says=["none.toml"], code=2)

    def test_every_option_may_stand_in_the_config_file(self):
        options = {name for option in json.loads(run("--describe").stdout)["options"] for name in option["names"]}
        options -= {"-h", "--help", "--version", "--config", "--no-reconnect"}
        config = self.dir / "vbg.toml"
        config.write_text("nonsense = 1")
        names = run("--config", str(config)).stderr.partition("There are: ")[2].split(", ")
        self.assertEqual({f"--{name.strip()}" for name in names}, options | {"--reconnect"})


class Running(Case):
    def test_frames_stats_and_status(self):
        stats = self.dir / "stats.json"
        result = run("--source", "pattern:size=64x48", "--segmenter", "constant:value=255", "--preset", "none", "--sink",
                     "null", "--frames", "7", "--stats", str(stats))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("frame 7", result.stderr)
        told = json.loads(stats.read_text())
        self.assertEqual(told["frames_out"], 7)
        self.assertEqual(told["frames_failed"], 0)
        self.assertEqual(told["frames_damaged"], 0)
        self.assertEqual((told["coarseness"], told["coarsest"]), (0, 0))
        self.assertGreater(told["peak_resident_mb"], 1)
        self.assertIn("segmenter constant", [s["name"] for s in told["stages"]])

    def test_person_and_background_land_where_they_belong(self):
        """Green is the room: chroma_key keeps the rest; the blue background shows where the green was."""
        picture = self.dir / "in.png"
        picture.write_bytes(png(64, 48, lambda x, y: (0, 255, 0) if x < 32 else (200, 30, 40)))
        out = self.dir / "out.ppm"
        result = run("--source", str(picture), "--segmenter", "chroma_key", "--preset", "none", "--background",
                     "color:value=#0000ff", "--sink", f"raw:path={out},format=rgb8", "--quiet")
        self.assertEqual(result.returncode, 0, result.stderr)
        data = out.read_bytes()
        self.assertEqual(len(data), 64 * 48 * 3)
        self.assertEqual(tuple(data[(24 * 64 + 8) * 3:][:3]), (0, 0, 255))
        self.assertEqual(tuple(data[(24 * 64 + 56) * 3:][:3]), (200, 30, 40))

    def test_y4m_on_standard_output(self):
        result = run("--source", PATTERN, "--segmenter", "constant:value=255", "--preset", "none", "--sink", "-", "--quiet",
                     text=False)
        self.assertEqual(result.returncode, 0)
        self.assertTrue(result.stdout.startswith(b"YUV4MPEG2 W64 H48 "))
        self.assertEqual(result.stdout.count(b"FRAME\n"), 5)

    def test_without_a_background_the_room_is_black(self):
        out = self.dir / "out.raw"
        run("--source", PATTERN, "--segmenter", "constant:value=0", "--preset", "none", "--sink", f"raw:path={out},format=bgr8")
        self.assertEqual(set(out.read_bytes()), {0})

    def test_show(self):
        for show, width in (("matte", 64), ("side-by-side", 192)):
            out = self.dir / f"{show}.raw"
            result = run("--source", PATTERN, "--segmenter", "constant:value=255", "--preset", "none", "--show", show,
                         "--frames", "1", "--sink", f"raw:path={out},format=bgr8")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(out.stat().st_size, width * 48 * 3)

    def test_interrupt_finishes_the_files(self):
        film, folder = self.dir / "film.avi", self.dir / "frames"
        with subprocess.Popen([VBG_CAM, "--source", "pattern:size=64x48,realtime=true", "--segmenter", "constant:value=255",
                               "--preset", "none", "--sink", str(film), "--sink", f"images:path={folder}", "--sync", "exact"],
                              stderr=subprocess.PIPE, text=True) as program:
            deadline = time.monotonic() + 60
            while len(list(folder.glob("*.png"))) < 3 and time.monotonic() < deadline:
                time.sleep(0.05)
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=30)
        self.assertEqual(program.returncode, 130, errors)
        pictures = sorted(folder.glob("*.png"))
        self.assertGreater(len(pictures), 2)
        self.assertFalse([p for p in self.dir.rglob("*") if "part" in p.name])
        self.assertTrue(film.exists())
        again = run("--source", str(film), "--segmenter", "constant", "--preset", "none", "--sink", "null",
                    "--stats", str(self.dir / "s.json"))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(json.loads((self.dir / "s.json").read_text())["frames_in"], len(pictures))


    def test_interrupt_does_not_wait_for_who_does_not_read(self):
        pipe, film = self.dir / "pipe", self.dir / "film.raw"
        os.mkfifo(pipe)
        for reads in (True, False):
            reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK) if reads else -1
            sinks = ["--sink", f"raw:path={film}", "--sink", f"y4m:path={pipe}"]
            with subprocess.Popen([VBG_CAM, "--source", "pattern:size=320x240,realtime=true", "--segmenter", "constant:value=255",
                                   "--preset", "none", *sinks], stderr=subprocess.PIPE, text=True,
                                  env={**os.environ, "VBG_PREPARED": "1"}) as program:
                deadline = time.monotonic() + 60
                while not list(self.dir.glob(".film.part*")) and time.monotonic() < deadline:
                    time.sleep(0.05)
                time.sleep(0.3)
                self.assertIsNone(program.poll())
                program.send_signal(signal.SIGINT)  # once
                _, errors = program.communicate(timeout=30)
            self.assertEqual(program.returncode, 130, errors)
            self.assertFalse([p for p in self.dir.rglob("*") if "part" in p.name])
            if reads:
                os.close(reader)
                self.assertEqual(film.stat().st_size % (320 * 240 * 3), 0)
                self.assertGreater(film.stat().st_size, 0)


@unittest.skipUnless(shutil.which("Xvfb"), "SKIP: no Xvfb (Debian: xvfb)")
class Preview(Case):
    def setUp(self):
        super().setUp()
        seen, tells = os.pipe()
        self.screen = subprocess.Popen(["Xvfb", "-displayfd", str(tells), "-screen", "0", "320x240x24", "-nolisten", "tcp"],
                                       pass_fds=[tells], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.screen.wait)
        self.addCleanup(self.screen.kill)
        os.close(tells)
        with os.fdopen(seen) as number:
            self.env = {"DISPLAY": ":" + number.readline().strip()}

    def test_beside_another_sink_and_alone(self):
        common = ["--source", PATTERN, "--segmenter", "constant", "--preset", "none", "--quiet", "--preview"]
        for sinks in ([], ["--sink", str(self.dir / "%02d.png")]):
            result = run(*common, *sinks, env=self.env)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(list(self.dir.glob("*.png"))), 5)

    def shown(self, *sinks):
        """A vbg-cam that has opened its window."""
        program = subprocess.Popen([VBG_CAM, "--source", "pattern:size=64x48", "--segmenter", "constant", "--preset", "none",
                                    "--quiet", "--log-level", "info", "--preview", *sinks],
                                   env={**os.environ, "VBG_PREPARED": "1", **self.env}, stderr=subprocess.PIPE, text=True)
        self.addCleanup(program.stderr.close)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        for line in program.stderr:
            if "preview: a window" in line:
                return program
        self.fail("no window was opened")

    def test_alone_it_ends_with_its_window(self):
        program = self.shown()
        self.screen.kill()
        self.assertEqual(program.wait(timeout=60), 0)

    def test_beside_another_sink_it_goes_on_without_its_window(self):
        program = self.shown("--sink", "null")
        self.screen.kill()
        for line in program.stderr:
            if "the display has gone" in line:
                break
        time.sleep(0.5)
        self.assertIsNone(program.poll())
        program.send_signal(signal.SIGINT)
        self.assertEqual(program.wait(timeout=60), 130)


class BadFiles(Case):
    base = ["--segmenter", "constant:value=255", "--preset", "none"]

    def test_pictures_and_films_that_are_none(self):
        whole = png(64, 48, lambda x, y: (x, y, 7))
        for name, content in (("empty.png", b""), ("text.png", b"hello world"), ("half.png", whole[:len(whole) // 2]),
                              ("text.mp4", b"not a film" * 99), ("empty.mp4", b"")):
            path = self.dir / name
            path.write_bytes(content)
            out = self.dir / "out.png"
            self.refused("--source", str(path), *self.base, "--sink", str(out), says=[name])
            self.assertFalse(out.exists())
            if name.endswith("png"):
                self.refused("--source", PATTERN, *self.base, "--background", f"image:path={path}", "--sink", str(out),
                             says=[name])

    def test_places_that_cannot_be_written(self):
        for sink in ("/proc/nowhere/out.png", "/proc/nowhere/out.mp4", "/proc/nowhere/out.y4m"):
            self.refused("--source", PATTERN, *self.base, "--sink", sink, says=["/proc/nowhere"])
        self.refused("--source", "pattern:size=640x480,frames=5", *self.base, "--sink", "raw:path=/dev/full", says=["/dev/full"])

    def test_a_model_that_is_none(self):
        for name, content in (("empty.pt", b""), ("text.pt", b"hello"), ("zip.pt", b"PK\x03\x04" + b"\0" * 100)):
            path = self.dir / name
            path.write_bytes(content)
            out = self.dir / "out.png"
            self.refused("--source", PATTERN, "--preset", "none", "--segmenter", f"torchscript:model={path}", "--sink", str(out),
                         says=[name])

    def test_tiny_and_huge_frames(self):
        for size in ("1x1", "3x5", "8000x6000"):
            out = self.dir / "out.raw"
            width, height = map(int, size.split("x"))
            result = run("--source", f"pattern:size={size},frames=1", "--segmenter", "constant:value=255", "--preset", "fakecam",
                         "--sink", f"raw:path={out},format=bgr8")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(out.stat().st_size, width * height * 3)
            out.unlink()


class RealPeople(Case):
    """A portrait through the networks, where real weights are at hand."""

    def setUp(self):
        super().setUp()
        self.portrait = DATA / "goldens/bodypix/inputs/astronaut_512.png"
        if not self.portrait.exists():
            self.skipTest(f"SKIP: no {self.portrait}; set VBG_TEST_DATA")
        self.vbg_model = pathlib.Path(VBG_CAM).with_name("vbg-model")
        self.env = {"VBG_MODEL_DIR": str(self.dir / "models")}

    def fetch(self, name):
        result = subprocess.run([self.vbg_model, "fetch", name, "--from", str(DATA / "models"), "--into",
                                 self.env["VBG_MODEL_DIR"]], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)

    def matte(self, *args):
        out = self.dir / "matte.raw"
        result = run("--source", str(self.portrait), "--show", "matte", "--sink", f"raw:path={out},format=gray8", *args, env=self.env)
        self.assertEqual(result.returncode, 0, result.stderr)
        data = out.read_bytes()
        return lambda x, y: data[y * 512 + x]

    def test_networks_find_the_astronaut(self):
        self.fetch("selfie-general")
        self.fetch("bodypix-mobilenet-075-16-quant2")
        for args in (["--segmenter", "selfie"], ["--preset", "fakecam"], ["--segmenter", "bodypix", "--precision", "fp32"]):
            matte = self.matte(*args)
            self.assertGreater(matte(230, 120), 200)   # the face
            self.assertGreater(matte(200, 420), 200)   # the suit
            self.assertLess(matte(500, 20), 60)        # the corner behind

    def test_memory_and_start_stay_small(self):
        """The program with BodyPix on the CPU: under 320 MB, ready in 2 s, first frame in 3 s."""
        self.fetch("bodypix-mobilenet-075-16-quant2")
        stats = self.dir / "stats.json"
        result = run("--source", f"image:path={self.portrait},size=1280x720,frames=20", "--preset", "fakecam", "--sink", "null",
                     "--stats", str(stats), env=self.env)
        self.assertEqual(result.returncode, 0, result.stderr)
        told = json.loads(stats.read_text())
        self.assertLess(told["peak_resident_mb"], 320)
        if os.environ.get("CI"):
            return  # other work on the machine decides how long a start takes
        self.assertLess(told["ready_seconds"], 2)
        self.assertLess(told["first_frame_seconds"], 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
