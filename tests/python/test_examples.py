"""The examples run, and the README shows what is run."""

import pathlib
import re
import subprocess
import sys

import pytest

import vbg
from conftest import DATA, SOURCE, picture

EXAMPLES = SOURCE / "examples"


def run(*arguments, **environment):
    import os

    paths = [os.environ.get("PYTHONPATH", ""), str(pathlib.Path(vbg.__file__).parents[1])]
    return subprocess.run([sys.executable, "-B", *map(str, arguments)], capture_output=True, text=True, timeout=240, check=False,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment})


def test_minimal(tmp_path):
    program = EXAMPLES / "minimal.py"
    assert len(program.read_text().splitlines()) < 30
    person = DATA / "goldens/bodypix/inputs/astronaut_512.png"
    if not person.exists():
        person = tmp_path / "in.png"
        with vbg.ImageSink(path=person) as sink:
            sink.write(picture(256, 256))
    result = run(program, person, tmp_path / "out.png", VBG_SEGMENTER="chroma_key")
    assert result.returncode == 0, result.stderr
    assert vbg.ImageSource(path=tmp_path / "out.png").read().ptp() > 0
    result = run(program, tmp_path / "none.png", tmp_path / "out.png", VBG_SEGMENTER="chroma_key")
    assert result.returncode == 1 and "none.png" in result.stderr and "Traceback" not in result.stderr
    assert run(program).returncode == 1


def test_the_readme_shows_minimal_py():
    blocks = re.findall(r"^```python\n(.*?)^```", (SOURCE / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert (EXAMPLES / "minimal.py").read_text() in blocks


def test_python_in_the_readme_runs(tmp_path, monkeypatch):
    """The other blocks, in a folder with the files they name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VBG_SEGMENTER", "chroma_key")
    with vbg.ImageSink(path="me.jpg") as sink:
        sink.write(picture(90, 160))
    vbg.Pipeline(source="pattern:size=64x48,frames=4", segmenter="constant:value=255", sink="video:path=talk.mp4").run()
    blocks = re.findall(r"^```python\n(.*?)^```", (SOURCE / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    others = [block for block in blocks if block != (EXAMPLES / "minimal.py").read_text()]
    assert others
    for block in others:
        exec(compile(block, "README.md", "exec"), {})


def test_tour(tmp_path):
    pytest.importorskip("cv2", reason="SKIP: no OpenCV for Python")
    person = DATA / "goldens/bodypix/inputs/astronaut_512.png"
    result = run(EXAMPLES / "tour.py", *([person] if person.exists() else []), "--out", tmp_path, VBG_SEGMENTER="chroma_key")
    assert result.returncode == 0, result.stderr
    page = (tmp_path / "tour.html").read_text()
    assert page.count("<img") >= 8 and "Traceback" not in page
