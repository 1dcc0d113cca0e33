"""Documentation that runs; stubs that agree with the module."""

import doctest
import importlib
import inspect
import io
import pathlib
import pydoc
import subprocess
import sys

import pytest

import vbg
from conftest import SOURCE

MODULES = ["vbg", "vbg._errors", "vbg._vbg", "vbg.fakecam", "vbg.framediff", "vbg.camera"]
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def documented(module):
    """(name, text) of the module and all it defines, native or not."""
    if module.__doc__:
        yield module.__name__, module.__doc__
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        if thing.__doc__:
            yield f"{module.__name__}.{name}", thing.__doc__
        if inspect.isclass(thing):
            for inner, member in vars(thing).items():
                if isinstance(getattr(member, "__doc__", None), str) and not inner.startswith("__"):
                    yield f"{module.__name__}.{name}.{inner}", member.__doc__


TEXTS = [text for module in MODULES for text in documented(importlib.import_module(module)) if ">>>" in text[1]]


@pytest.mark.parametrize("name,text", TEXTS, ids=[name for name, _ in TEXTS])
def test_examples_run(name, text):
    example = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    output = io.StringIO()
    result = doctest.DocTestRunner(optionflags=FLAGS).run(example, out=output.write)
    vbg.fakecam._made = None
    assert result.attempted > 0 and result.failed == 0, output.getvalue()


def test_there_are_examples_where_they_belong():
    names = {name for name, _ in TEXTS}
    for needed in ("vbg", "vbg._vbg.Segmenter", "vbg._vbg.MaskFilter", "vbg._vbg.Effect", "vbg._vbg.Compositor",
                   "vbg._vbg.Source", "vbg._vbg.Sink", "vbg._vbg.Pipeline", "vbg._vbg.convert", "vbg.fakecam.post_process_mask",
                   "vbg.framediff", "vbg.camera"):
        assert needed in names


def test_help_reads_well():
    text = pydoc.plain(pydoc.render_doc(vbg))
    for words in ("Virtual backgrounds", "class MaskFilter(", "do_apply", "Arrays", "Threads", "GuidedFilter  "):
        assert words in text
    assert "class NotFoundError" not in text and len(text.splitlines()) < 2500
    assert "radius : number, 1 to 64, px" in pydoc.plain(pydoc.render_doc(vbg.GuidedFilter))
    for name in [*vbg.__all__, *vbg._stages.__all__, *(name for name in dir(vbg) if name.endswith("Error"))]:
        assert getattr(vbg, name).__doc__, name
    for kind in ("segmenter", "mask_filter", "effect", "compositor", "source", "sink"):
        for stage in vbg.stages(kind):
            assert f"        {vbg._stages.class_name(kind, stage['name'])}  " in vbg.__doc__
    for cls in (vbg.Segmenter, vbg.MaskFilter, vbg.Effect, vbg.Compositor, vbg.Source, vbg.Sink, vbg.Pipeline, vbg.Stats):
        for name, member in vars(cls).items():
            if not name.startswith("_") and callable(member):
                assert member.__doc__, f"{cls.__name__}.{name}"


def have_mypy():
    return subprocess.run([sys.executable, "-c", "import mypy"], capture_output=True, check=False).returncode == 0


needs_mypy = pytest.mark.skipif(not have_mypy(), reason="SKIP: install Debian's mypy")


def test_generated_stubs_are_up_to_date():
    """The build writes its own; readers and pip get the copy in the source tree. It names every stage of the table, also those
    that a build leaves out, so that it does not depend on this one."""
    script = [sys.executable, "-B", str(SOURCE / "python/tools/make_stubs.py")]
    built = pathlib.Path(vbg.__file__).parent / "_stages.pyi"
    for cls in ("GuidedFilter", "V4l2Source", "Color"):
        assert f"class {cls}(" in built.read_text()
    result = subprocess.run([*script, "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@needs_mypy
def test_stubs_agree_with_the_module(tmp_path):
    result = subprocess.run([sys.executable, "-m", "mypy.stubtest", "vbg", "--ignore-missing-stub", "--concise"], capture_output=True,
                            text=True, check=False, cwd=tmp_path)
    assert "vbg" in result.stdout or result.returncode == 0, result.stdout + result.stderr
    # What a stub cannot say: pybind11's classes have a metaclass of its own, and those without __init__ have its catch-all.
    unknown = ("is inconsistent, metaclass differs", '.__init__ is inconsistent, stub does not have *args argument "args"')
    assert [line for line in result.stdout.splitlines() if not line.endswith(unknown)] == [], result.stderr


@needs_mypy
def test_types_of_a_program(tmp_path):
    good = tmp_path / "good.py"
    good.write_text(
        "import numpy as np\nfrom numpy.typing import NDArray\nimport vbg\nU8 = NDArray[np.uint8]\n"
        "frame = np.zeros((4, 4, 3), np.uint8)\n"
        "matte = vbg.GuidedFilter(radius=8)(vbg.ChromaKey()(frame), frame)\n"
        "class Mine(vbg.Effect):\n    def do_apply(self, layer: U8, alpha: U8, out: U8) -> None:\n        out[:] = layer\n"
        "with vbg.Pipeline(segmenter='constant', background=[Mine(), 'blur'], mask_sync='exact') as p:\n    p.run(frames=3)\n"
        "    print(p.stats().fps + 1.0)\n"
        "for picture in vbg.Source('pattern', frames=3):\n    print(picture.shape)\n")
    bad = tmp_path / "bad.py"
    bad.write_text("import vbg\nvbg.GuidedFilter(radius='wide')\nvbg.GuidedFilter(raduis=8)\nvbg.Pipeline(mask_sync='now')\n"
                   "vbg.Pipeline().run(5)\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    result = subprocess.run([*command, str(good)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    result = subprocess.run([*command, str(bad)], capture_output=True, text=True, check=False)
    assert [line.split(":")[1] for line in result.stdout.splitlines() if ": error:" in line] == ["2", "3", "4", "5"], result.stdout
