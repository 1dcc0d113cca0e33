"""Pipeline: running, stopping, Ctrl-C, progress, counters."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import vbg
from conftest import picture

ENDLESS = "pattern:size=64x48,fps=200"


def test_process_fills_out_and_matte():
    frame = picture()
    frame[:, 32:] = (64, 177, 0)
    out, alpha = np.empty_like(frame), np.empty((48, 64), np.uint8)
    pipeline = vbg.Pipeline(segmenter="chroma_key", background="color:value=white")
    assert pipeline.process(frame, out=out, matte=alpha) is out
    assert (alpha[:, 40:] == 0).all() and (out[:, 40:] == 255).all()
    rgb = pipeline.process(vbg.convert(frame, "bgr8", "rgb8"), format="rgb8")
    assert np.abs(rgb[:, :, ::-1].astype(int) - out).max() <= 1


def test_step_until_the_end(tmp_path):
    with vbg.Pipeline(source="pattern:size=64x48,frames=3", segmenter="constant", sink="null") as pipeline:
        pipeline.open()
        assert (pipeline.input_spec.width, pipeline.output_spec.format) == (64, "bgr8")
        assert [pipeline.step() for _ in range(4)] == [True, True, True, False]
        assert pipeline.source_length == 3
        stats = pipeline.stats()
    assert stats.frames_out == 3 and any("compose" in stage.name for stage in stats.stages)
    assert "out 3" in repr(stats)


def test_film_to_film(tmp_path):
    path = tmp_path / "a.y4m"
    vbg.Pipeline(source="pattern:size=64x48,frames=3", segmenter="constant:value=255", sink=f"y4m:path={path}").run()
    assert path.stat().st_size > 3 * 64 * 48 * 1.5


def test_parts_may_be_set_one_by_one():
    pipeline = vbg.Pipeline()
    same = (pipeline.source("pattern:size=64x48,frames=2").segmenter(vbg.Constant(value=255)).filter("dilate | box_blur")
            .filter([vbg.Erode(), "feather"]).background(["blur", vbg.Flip()]).foreground("hologram").compositor("over")
            .sink(["null", vbg.NullSink()]).show("side_by_side").on_failure("stop").mask_sync("exact"))
    assert same is pipeline
    pipeline.run()
    assert pipeline.output_spec.width == 3 * 64
    assert len([s for s in pipeline.stats().stages if s.name.startswith("filter")]) == 4


@pytest.mark.parametrize("options,kind,fix", [
    (dict(segmenter=5), TypeError, "segmenter is a int; wanted a spec"),
    (dict(segmenter=vbg.Dilate()), TypeError, "segmenter is a .*Dilate"),
    (dict(filters=[vbg.Color()]), TypeError, "filter is a .*Color"),
    (dict(segmenter="nobody"), LookupError, "no segmenter 'nobody'"),
    (dict(mask_sync="now"), ValueError, "'exact', 'latest'"),
    (dict(on_failure="hope"), ValueError, "'hold'"),
    (dict(device="gpu"), ValueError, "cuda:N"),
    (dict(show="all"), ValueError, "'matte'"),
    (dict(preset="best"), LookupError, "default"),
    (dict(threads=-1), ValueError, "threads"),
    (dict(camera="x"), TypeError, ""),
    (dict(background="image:path=/no/such.png"), FileNotFoundError, "such.png"),
])
def test_bad_parts(options, kind, fix):
    with pytest.raises(kind, match=fix):
        pipeline = vbg.Pipeline(**options)
        pipeline.process(picture())


def test_run_without_parts():
    with pytest.raises(RuntimeError, match="source"):
        vbg.Pipeline(segmenter="constant").run()
    with pytest.raises(RuntimeError):
        vbg.Pipeline(source="pattern").run()


def test_frames_progress_and_stop():
    pipeline = vbg.Pipeline(source=ENDLESS, segmenter="constant", sink="null")
    pipeline.run(frames=5)
    assert pipeline.stats().frames_out == 5
    seen = []

    def progress(p):
        assert p is pipeline
        seen.append(p.stats().frames_out)
        return len(seen) < 3

    pipeline.run(progress=progress)
    assert len(seen) == 3
    with pytest.raises(ZeroDivisionError):
        pipeline.run(progress=lambda p: 1 / 0)
    with pytest.raises(TypeError, match="progress"):
        pipeline.run(progress=5)


def test_stop_from_another_thread_and_busy():
    pipeline = vbg.Pipeline(source=ENDLESS, segmenter="constant", sink="null")
    thread = threading.Thread(target=pipeline.run)
    thread.start()
    while pipeline.stats().frames_out < 3:
        time.sleep(0.01)
    for call in (pipeline.step, pipeline.run, pipeline.close, lambda: pipeline.process(picture())):
        with pytest.raises(RuntimeError, match="stop"):
            call()
    pipeline.stop()
    thread.join(5)
    assert not thread.is_alive()
    pipeline.run(frames=2)  # may run again


def test_a_stop_that_comes_before_the_run_is_not_lost_and_counts_once():
    pipeline = vbg.Pipeline(source="pattern:size=64x48,frames=20", segmenter="constant", sink="null")
    pipeline.stop()
    pipeline.run()
    assert pipeline.stats().frames_out == 0
    pipeline.run(frames=4)
    assert pipeline.stats().frames_out == 4


@pytest.mark.parametrize("call", ["open", "step", "run"])
def test_what_ended_one_call_does_not_stop_the_next_run(call):
    class Mine(vbg.Effect):
        interrupts = True

        def do_configure(self, spec):
            if self.interrupts:
                raise KeyboardInterrupt

        def do_apply(self, layer, alpha, out):
            out[:] = layer

    mine = Mine()
    pipeline = vbg.Pipeline(source=ENDLESS, segmenter="constant", background=mine, sink="null")
    with pytest.raises(KeyboardInterrupt):
        getattr(pipeline, call)()
    mine.interrupts = False
    pipeline.run(frames=4)
    assert pipeline.stats().frames_out == 4


def test_an_exception_that_leaves_with_waits_for_who_is_in_the_pipeline():
    class Slow(vbg.Effect):
        inside, go, waits = threading.Event(), threading.Event(), False

        def do_apply(self, layer, alpha, out):
            out[:] = layer

        def do_reset(self):
            if self.waits:
                self.inside.set()
                assert self.go.wait(60)

    class Out(vbg.Sink):
        abandoned = False

        def do_write(self, frame):
            pass

        def do_abandon(self):
            self.abandoned = True

    slow, out = Slow(), Out()
    pipeline = vbg.Pipeline(source=ENDLESS, segmenter="constant", background=slow, sink=out)
    thread = threading.Thread(target=pipeline.reset)
    with pytest.raises(ZeroDivisionError):
        with pipeline:
            pipeline.step()
            slow.waits = True
            thread.start()
            assert slow.inside.wait(60)
            1 / 0
    assert not out.abandoned  # reset() is still at work with it
    with pytest.raises(RuntimeError, match="given up"):
        pipeline.stats()
    slow.go.set()
    thread.join(60)
    assert not thread.is_alive() and out.abandoned


def test_an_exception_leaves_with_while_others_look():
    ended = threading.Event()
    shown = [None]

    def look():
        while not ended.is_set():
            for name in ("stats", "last_frame", "pause", "freeze", "resume", "reset"):
                try:
                    getattr(shown[0], name)()
                except (AttributeError, RuntimeError):
                    pass

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        with pytest.raises(ZeroDivisionError):
            with vbg.Pipeline(source=ENDLESS, segmenter="constant", sink="null") as pipeline:
                shown[0] = pipeline
                pipeline.open()
                1 / 0
    ended.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_a_callback_may_not_step_its_own_pipeline():
    pipeline = vbg.Pipeline(source=ENDLESS, segmenter="constant", sink="null")
    with pytest.raises(RuntimeError, match="own stages or callbacks"):
        pipeline.run(progress=lambda p: p.step())


def run_script(text, **options):
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(text)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, **options)


@pytest.mark.parametrize("call", [
    "vbg.Pipeline(source='pattern:size=64x48', segmenter='constant', sink='null').run()",
    "[None for frame in vbg.Source('pattern:size=64x48')]",
])
def test_ctrl_c(call):
    child = run_script(f"""
        import vbg
        print("ready", flush=True)
        try:
            {call}
        except KeyboardInterrupt:
            print("interrupted")
    """)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert (out, child.returncode) == ("interrupted\n", 0), err


def test_ctrl_c_leaves_a_whole_film(tmp_path):
    path = tmp_path / "film.y4m"
    child = run_script(f"""
        import vbg
        p = vbg.Pipeline(source="pattern:size=64x48", segmenter="constant", sink="y4m:path={path}")
        def progress(p):
            if p.stats().frames_out == 3: print("ready", flush=True)
        try:
            p.run(progress=progress)
        except KeyboardInterrupt:
            print("interrupted")
    """)
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert out == "interrupted\n", err
    assert path.exists() and (path.stat().st_size - path.read_bytes().index(b"\n") - 1) % (64 * 48 * 3 // 2 + 6) == 0


def test_models_of_the_default_preset_are_named_when_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("VBG_MODEL_DIR", str(tmp_path))
    monkeypatch.setenv("VBG_MODEL_PATH", "")
    with pytest.raises(FileNotFoundError, match="vbg-model fetch"):
        vbg.Bodypix()
    with pytest.raises(FileNotFoundError):
        vbg.find_model_file("selfie-general")
    with pytest.raises(LookupError, match="selfie"):
        vbg.fetch_model("selfy-general")


def test_fetch_tells_its_progress_and_may_be_cancelled(models, tmp_path):
    weights = pathlib.Path(os.environ.get("VBG_TEST_DATA", "")) / "models"
    if not weights.exists():
        pytest.skip("SKIP: set VBG_TEST_DATA")
    steps = []
    with pytest.raises(OSError, match="cancel"):
        vbg.fetch_model("bodypix-mobilenet-050-16", from_=weights, into=tmp_path,
                        progress=lambda what, done, total: bool(steps.append((what, done, total))))
    assert steps and isinstance(steps[0][0], str)
    with pytest.raises(ZeroDivisionError):
        vbg.fetch_model("bodypix-mobilenet-050-16", from_=weights, into=tmp_path, progress=lambda *a: 1 / 0)
    assert "bodypix" in vbg.inspect_model(models / "bodypix-mobilenet-075-16-quant2.pt")
    ok, text = vbg.verify_model(models / "bodypix-mobilenet-075-16-quant2.pt")
    assert ok, text
