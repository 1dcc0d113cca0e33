"""The interpreter's end, at the worst moments. Each case is a program of its own, run VBG_TEST_REPEAT times (once)."""

import os
import subprocess
import sys
import textwrap

import pytest

from conftest import DATA

MODELS = DATA / "models"
CASES = {
    "nothing happened": "",
    "stages left": "a = vbg.Flip(); a(frame); p = vbg.Pipeline(segmenter='constant'); p.process(frame)",
    "an own stage left in an own pipeline": """
        class Mine(vbg.Effect):
            def do_apply(self, layer, alpha, out): out[:] = layer
        class Out(vbg.Sink):
            def do_write(self, frame): pass
        p = vbg.Pipeline(source="pattern:size=64x48", segmenter="constant", background=Mine(), sink=Out())
        p.step()
    """,
    "a run in a daemon thread": """
        p = vbg.Pipeline(source="pattern:size=64x48", segmenter="constant", sink="null")
        threading.Thread(target=p.run, daemon=True).start()
        while p.stats().frames_out < 3: time.sleep(0.01)
    """,
    "a run of own stages in a daemon thread, latest": """
        class Mine(vbg.Segmenter):
            def do_segment(self, frame, alpha): alpha[:] = 255
        class Out(vbg.Sink):
            def do_write(self, frame): pass
        p = vbg.Pipeline(source="pattern:size=64x48", segmenter=Mine(), sink=Out(), mask_sync="latest")
        threading.Thread(target=p.run, kwargs=dict(progress=lambda p: True), daemon=True).start()
        while p.stats().frames_out < 3: time.sleep(0.01)
    """,
    "a run in an ordinary thread that is stopped later": """
        p = vbg.Pipeline(source="pattern:size=64x48", segmenter="constant", sink="null")
        threading.Thread(target=p.run).start()
        threading.Timer(0.3, p.stop).start()
    """,
    "a daemon thread in the middle of a call": """
        blur = vbg.Blur(sigma=20, exclude_person=False)
        big = np.zeros((720, 1280, 3), np.uint8)
        def work():
            while True: blur(big)
        for _ in range(3): threading.Thread(target=work, daemon=True).start()
        time.sleep(0.2)
    """,
    "a daemon thread waiting for a frame": """
        class Never(vbg.Source):
            def do_open(self): return 64, 48
            def do_read(self, timeout): time.sleep(timeout); raise TimeoutError
        threading.Thread(target=lambda: list(Never()), daemon=True).start()
        time.sleep(0.2)
    """,
    "a daemon thread that is told how far a model has come": f"""
        import tempfile
        told = threading.Event()
        def progress(*what):
            told.set()
            while True: pass
        threading.Thread(target=lambda: vbg.fetch_model("bodypix-mobilenet-050-16", from_={str(MODELS.resolve())!r},
                                                        into=tempfile.mkdtemp(), progress=progress), daemon=True).start()
        assert told.wait(60)
    """,
    "an exception at the end of the program": "1 / 0",
    "sys.exit in progress": "vbg.Pipeline(source='pattern:size=64x48', segmenter='constant', sink='null').run(progress=lambda p: sys.exit(0))",
    "someone who logs all the time": """
        def talk():
            while True: vbg._vbg._log(20, "hello")
        for _ in range(2): threading.Thread(target=talk, daemon=True).start()
        time.sleep(0.1)
    """,
    "used by atexit": "import atexit; atexit.register(lambda: vbg.Flip()(frame))",
    "a half-written film": """
        import tempfile
        s = vbg.Sink("y4m", path=tempfile.mkdtemp() + "/a.y4m"); s.write(frame)
    """,
    "forked": """
        import os
        vbg.Flip()(frame)
        pid = os.fork()
        vbg.Flip()(frame)
        if pid: os.waitpid(pid, 0)
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_ends_well(name):
    if "fetch_model" in CASES[name] and not MODELS.exists():
        pytest.skip(f"SKIP: no {MODELS}; set VBG_TEST_DATA")
    program = "import sys, threading, time\nimport numpy as np\nimport vbg\nframe = np.zeros((48, 64, 3), np.uint8)\n"
    program += textwrap.dedent(CASES[name]) + "\n"
    for _ in range(int(os.environ.get("VBG_TEST_REPEAT", "1"))):
        child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
        assert child.returncode == (1 if "1 / 0" in program else 0), (child.returncode, child.stderr)
        assert "Fatal" not in child.stderr and "terminate" not in child.stderr, child.stderr
