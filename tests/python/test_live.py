"""Changing a running pipeline: set(), pause(), freeze(), resume(), last_frame(), live options."""

import os
import threading
import time

import numpy as np
import pytest

import vbg
from conftest import picture


class Camera(vbg.Source):
    """A live source of grey frames at about 100 a second."""

    is_live = True

    def __init__(self):
        super().__init__()
        self.opened = 0

    def do_open(self):
        self.opened += 1
        return vbg.FrameSpec(64, 48, fps=100)

    def do_read(self, timeout):
        time.sleep(0.01)
        return np.full((48, 64, 3), 90, np.uint8)


class Last(vbg.Sink):
    frame = None
    count = 0

    def do_write(self, frame):
        self.frame, self.count = frame, self.count + 1


def wait_for(condition, what):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.fixture
def running():
    camera, sink = Camera(), Last()
    pipeline = vbg.Pipeline(source=camera, segmenter="constant:value=0", background="color:value=#ff0000", sink=sink)
    pipeline.card("color:value=#0000ff")
    assert pipeline.live(fps=50, idle_after=1.0) is pipeline
    thread = threading.Thread(target=pipeline.run)
    thread.start()
    wait_for(lambda: sink.count > 2, "frames")
    yield pipeline, camera, sink
    pipeline.stop()
    thread.join(10)
    assert not thread.is_alive()


def shows(sink, colour):
    return lambda: tuple(sink.frame[0, 0]) == colour


def test_parts_change_while_it_runs(running):
    pipeline, _, sink = running
    assert pipeline.stats().state in ("starting", "running")
    wait_for(shows(sink, (0, 0, 255)), "red")
    pipeline.set("background", "color:value=#00ff00")
    wait_for(shows(sink, (0, 255, 0)), "green")
    pipeline.set("segmenter", "constant:value=255")
    wait_for(shows(sink, (90, 90, 90)), "the camera")
    with pytest.raises(LookupError, match="colour"):
        pipeline.set("background", "colour")
    with pytest.raises(ValueError):
        pipeline.set("nothing", "blur")
    with pytest.raises(RuntimeError, match="stop"):
        pipeline.background("blur")
    pipeline.reset()
    frame = pipeline.last_frame()
    assert frame.shape == (48, 64, 3) and tuple(frame[0, 0]) == (90, 90, 90)
    assert pipeline.last_frame(format="rgba8").shape == (48, 64, 4)


def test_pause_and_freeze(running):
    pipeline, camera, sink = running
    wait_for(shows(sink, (0, 0, 255)), "red")
    pipeline.pause()
    wait_for(shows(sink, (255, 0, 0)), "the card")
    assert pipeline.stats().state == "paused"
    wait_for(lambda: not camera.is_open, "a closed camera")
    pipeline.resume()
    wait_for(shows(sink, (0, 0, 255)), "red again")
    pipeline.freeze()
    wait_for(lambda: pipeline.stats().state == "frozen", "frozen")
    pipeline.resume()
    wait_for(lambda: pipeline.stats().state == "running", "running")


def test_a_sink_that_waits_is_told_of_the_stop():
    class Stuck(vbg.Sink):
        def __init__(self):
            super().__init__()
            self.waits, self.told = threading.Event(), threading.Event()

        def do_write(self, frame):
            self.waits.set()
            assert self.told.wait(30)

        def do_interrupt(self):
            self.told.set()

    sink = Stuck()
    pipeline = vbg.Pipeline(source="pattern:size=16x8", segmenter="constant", sink=sink)
    thread = threading.Thread(target=pipeline.run)
    thread.start()
    assert sink.waits.wait(30)
    assert not sink.told.is_set()
    pipeline.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert pipeline.stats().frames_out == 1


def test_a_pipe_that_nobody_reads_does_not_hold_up_a_stop(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        pipeline = vbg.Pipeline(source="pattern:size=320x240", segmenter="constant", sink=f"y4m:path={pipe}")
        thread = threading.Thread(target=pipeline.run)
        thread.start()
        wait_for(lambda: pipeline.stats().frames_in > 0, "a frame")
        pipeline.stop()
        thread.join(20)
        assert not thread.is_alive()
    finally:
        os.close(reader)


def test_without_a_run():
    pipeline = vbg.Pipeline(segmenter="constant")
    assert pipeline.last_frame() is None
    assert pipeline.stats().state == "stopped" and pipeline.stats().level == 0
    assert pipeline.stats().coarseness == pipeline.stats().coarsest == pipeline.stats().frames_damaged == 0
    pipeline.set("background", "color:value=white")
    assert (pipeline.process(picture()) != 0).any()
    with pytest.raises(ValueError):
        pipeline.card("blur")
    with pytest.raises(ValueError):
        pipeline.live(fps=-1)
    with pytest.raises(ValueError, match="stall"):
        pipeline.live(stall=-1)


def test_a_camera_that_goes_away_comes_back():
    class Shaky(Camera):
        def do_read(self, timeout):
            if self.opened == 1 and self.sequence > 3:
                raise OSError(19, "unplugged, mine")
            return super().do_read(timeout)

        @property
        def sequence(self):
            self.reads = getattr(self, "reads", 0) + 1
            return self.reads

    camera, sink = Shaky(), Last()
    pipeline = vbg.Pipeline(source=camera, segmenter="constant:value=255", sink=sink)
    thread = threading.Thread(target=pipeline.run)
    thread.start()
    try:
        wait_for(lambda: camera.opened >= 2 and pipeline.stats().state == "running", "the camera is back")
        assert pipeline.stats().source_reopened >= 1
    finally:
        pipeline.stop()
        thread.join(10)
