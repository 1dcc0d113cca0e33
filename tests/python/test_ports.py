"""Sources and sinks on their own; the virtual camera; the log."""

import logging
import threading
import time

import numpy as np
import pytest

import vbg
import vbg.camera
from conftest import picture
from vbg import _vbg, fakecam


def test_iteration_opens_closes_and_starts_again():
    source = vbg.Source("pattern", size=(64, 48), frames=3, fps=10)
    assert not source.is_open and source.length == 3 and not source.is_live
    frames = list(source)
    assert len(frames) == 3 and not source.is_open and source.sequence == 2
    assert abs(source.timestamp - 0.2) < 1e-6
    assert len({id(frame) for frame in frames}) == 3 and all(frame.flags.writeable for frame in frames)
    again = list(source)
    assert all((a == b).all() for a, b in zip(frames, again))


def test_with_closes_in_every_case():
    with pytest.raises(ZeroDivisionError):
        with vbg.Source("pattern:size=64x48") as source:
            next(iter(source))
            assert source.is_open
            1 / 0
    assert not source.is_open
    source.close()


def test_read_formats_and_out():
    source = vbg.PatternSource(size="64x48", frames=3)
    assert source.open() == vbg.FrameSpec(64, 48, fps=source.open().fps)
    bgr = source.read()
    out = np.empty((48, 64, 3), np.uint8)
    assert source.read(format="rgb8", out=out) is out
    assert source.read(format="i420").shape == (72, 64)
    assert source.read() is None and source.read(format=None) is None
    assert bgr.shape == (48, 64, 3)
    with pytest.raises(ValueError, match="64x48"):
        source.open()
        source.read(out=np.empty((4, 4, 3), np.uint8))


def test_image_to_image(tmp_path):
    frame = picture()
    path = tmp_path / "a.png"
    with vbg.ImageSink(path=path) as sink:
        sink.write(frame[:, :, ::-1].copy(), format="rgb8")
    with vbg.ImageSource(path=path) as source:
        assert (source.read() == frame).all()
    with pytest.raises(FileNotFoundError, match="none.png"):
        vbg.ImageSource(path=tmp_path / "none.png").read()


def test_an_exception_leaves_no_half_written_file(tmp_path):
    with pytest.raises(ZeroDivisionError):
        with vbg.Sink("y4m", path=tmp_path / "a.y4m") as sink:
            sink.write(picture())
            1 / 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError):
        with vbg.Sink("y4m", path=tmp_path / "a.y4m") as sink:
            sink.write(picture())
            sink.write(picture(20, 20))


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(OSError):
        vbg.Sink("y4m", path=tmp_path / "no" / "such" / "a.y4m").write(picture())


def test_waiting_lets_other_threads_work():
    class Never(vbg.Source):
        def do_open(self):
            return 64, 48

        def do_read(self, timeout):
            time.sleep(timeout)
            raise TimeoutError

    count = 0
    done = threading.Event()

    def reader():
        with pytest.raises(TimeoutError, match="0.5"):
            Never().read(timeout=0.5)
        done.set()

    thread = threading.Thread(target=reader)
    thread.start()
    while not done.is_set():
        count += 1
        time.sleep(0.001)
    thread.join()
    assert count > 20


def test_virtual_camera_like_pyvirtualcam(tmp_path):
    path = tmp_path / "cam.y4m"
    with vbg.Camera(width=64, height=48, fps=500, device=f"y4m:path={path}") as cam:
        assert (cam.width, cam.height, cam.fps, cam.fmt) == (64, 48, 500, vbg.camera.PixelFormat.RGB)
        begin = time.monotonic()
        for _ in range(5):
            cam.send(picture())
            cam.sleep_until_next_frame()
        assert time.monotonic() - begin >= 4 / 500
        assert cam.frames_sent == 5 and cam.current_fps > 0 and cam.backend == "v4l2loopback"
        with pytest.raises(ValueError):
            cam.send(picture(20, 20))
    assert path.exists()
    for fmt in vbg.camera.PixelFormat:
        frame = vbg.convert(np.full((48, 64, 3), 80, np.uint8), "bgr8", fmt.value)
        with vbg.Camera(64, 48, 30, fmt=fmt, device="null") as cam:
            cam.send(frame)
            cam.send(frame.reshape(-1))
    with pytest.raises(ValueError):
        vbg.Camera(64, 48, 30, device="null", backend="obs")


def test_fake_webcam_takes_rgb(tmp_path):
    path = tmp_path / "one.png"
    rgb = picture()
    with fakecam.FakeWebcam(f"image:path={path}", 64, 48) as camera:
        camera.schedule_frame(rgb)
        with pytest.raises(ValueError, match="shape"):
            camera.schedule_frame(picture(10, 10))
    assert (vbg.ImageSource(path=path).read() == rgb[:, :, ::-1]).all()


def test_log_goes_to_logging(caplog):
    with caplog.at_level(logging.INFO, logger="vbg"):
        thread = threading.Thread(target=_vbg._log, args=(30, "said on another thread"))
        thread.start()
        thread.join()
        _vbg._log(10, "too quiet")
        vbg.set_log_level(logging.DEBUG)
        caplog.set_level(logging.DEBUG, logger="vbg")
        _vbg._log(10, "100 % quiet")
    vbg.set_log_level(logging.CRITICAL + 1)
    _vbg._log(40, "to nobody")
    vbg.set_log_level(logging.INFO)
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "said on another thread"), ("DEBUG", "100 % quiet")]


def test_log_from_many_threads_while_python_works():
    """The handler wants Python's lock while others hold it: nobody may wait for ever."""
    stop = threading.Event()

    def talk():
        while not stop.is_set():
            _vbg._log(20, "hello")

    threads = [threading.Thread(target=talk) for _ in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        vbg.set_log_level(logging.INFO)
        vbg.Flip()(picture())
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
