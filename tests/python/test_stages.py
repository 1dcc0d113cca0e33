"""Every registered stage: its class, its options from the table, in place, strides, threads."""

import inspect
import re

import numpy as np
import pytest

import vbg
from conftest import matte, picture
from vbg import _stages

KINDS = ("segmenter", "mask_filter", "effect", "compositor", "source", "sink")
ALL = [(kind, stage) for kind in KINDS for stage in vbg.stages(kind)]


def works(stage):
    """Whether it can be made from its defaults alone."""
    return not stage["why_not"] and not any(p["required"] for p in stage["parameters"])


def ids(value):
    return value if isinstance(value, str) else value["name"]


def makeable(kind):
    return [s for s in vbg.stages(kind) if works(s)]


@pytest.mark.parametrize("kind,stage", ALL, ids=ids)
def test_class_and_table_agree(kind, stage):
    cls = getattr(vbg, _stages.class_name(kind, stage["name"]))
    assert cls.__name__ in _stages.__all__
    signature = inspect.signature(cls.__init__)
    keywords = [p for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    assert [p.name for p in keywords] == [p["name"] for p in stage["parameters"]]
    for p in stage["parameters"]:
        assert p["name"] + " : " in cls.__doc__ and p["help"] in cls.__doc__
    if works(stage):
        made = cls()
        assert made.name == stage["name"]
        assert made.spec == stage["name"]
        assert isinstance(made, getattr(vbg, "".join(word.capitalize() for word in kind.split("_"))))


@pytest.mark.parametrize("kind,stage", ALL, ids=ids)
def test_unknown_options_and_wrong_values(kind, stage):
    make = getattr(vbg, kind)
    if stage["why_not"].startswith("not built"):
        pytest.skip("SKIP: " + stage["why_not"])
    with pytest.raises(TypeError, match="no parameter 'no_such_thing'"):
        make(stage["name"], no_such_thing=1)
    for p in stage["parameters"]:
        with pytest.raises(TypeError, match=re.escape(p["name"])):
            make(stage["name"], **{p["name"]: object()})
    if any(p["required"] for p in stage["parameters"]):
        with pytest.raises(ValueError, match="is required"):
            make(stage["name"])
        return
    for p in stage["parameters"]:
        if p["type"] in ("integer", "number"):
            for bad in ("many", p["min"] is not None and p["min"] - 1, p["max"] is not None and p["max"] + 1):
                if bad is False:
                    continue
                with pytest.raises(ValueError, match=f"{stage['name']}: {p['name']}="):
                    make(stage["name"], **{p["name"]: bad})
        if p["type"] in ("boolean", "choice", "color"):
            with pytest.raises(ValueError, match=f"{p['name']}="):
                make(stage["name"], **{p["name"]: "neither"})


def test_keywords_and_texts_make_the_same(frame, alpha):
    by_text = vbg.mask_filter("guided_filter:radius=8,eps=1e-3")
    by_class = vbg.GuidedFilter(radius=8, eps=1e-3)
    mixed = vbg.MaskFilter("guided_filter:radius=8", eps=0.001)
    expected = by_text(alpha, frame)
    assert (by_class(alpha, frame) == expected).all() and (mixed(alpha, frame) == expected).all()
    assert not (vbg.GuidedFilter(radius=2)(alpha, frame) == expected).all()
    with pytest.raises(TypeError, match="both"):
        vbg.MaskFilter("dilate:size=3", size=4)
    assert "/dev/video9" in vbg.Source("v4l2:/dev/video9", fps=30).spec
    with pytest.raises(TypeError, match="device is given both"):
        vbg.Source("v4l2:/dev/video9", device="/dev/video8")
    with pytest.raises(OSError):
        vbg.Source("v4l2:/dev/video999").open()


def test_option_values_of_every_python_kind(tmp_path):
    assert vbg.Dilate(size=np.int64(7)).spec == "dilate:size=7"
    assert vbg.GuidedFilter(eps=np.float32(0.5)).spec == "guided_filter:eps=0.5"
    assert "#0a141e" in vbg.Color(value=(10, 20, 30)).spec
    assert vbg.PatternSource(size=(64, 48)).spec == "pattern:size=64x48"
    assert vbg.Dilate(size=None).spec == "dilate"
    name = tmp_path / "a, b=c'.png"
    with vbg.ImageSink(path=name) as sink:
        sink.write(np.zeros((4, 4, 3), np.uint8))
    assert name.exists()
    with pytest.raises(ValueError, match="colour"):
        vbg.Color(value=(1, 2))
    with pytest.raises(ValueError, match="colour"):
        vbg.Color(value=(1, 2, 256))


def test_unknown_names():
    with pytest.raises(LookupError, match="guided_filter"):
        vbg.mask_filter("guided_fliter")
    with pytest.raises(TypeError, match="name one of"):
        vbg.MaskFilter()
    with pytest.raises(TypeError, match="wanted text"):
        vbg.Effect(5)
    with pytest.raises(FileNotFoundError):
        vbg.Image(path="/no/such/picture.png")(picture())


@pytest.mark.parametrize("stage", makeable("mask_filter"), ids=ids)
def test_filters_in_place_strides_and_threads(stage):
    for height, width in ((48, 64), (1, 1), (7, 33)):
        frame, alpha = picture(height, width), matte(height, width)
        expected = vbg.mask_filter(stage["name"])(alpha, frame)
        assert expected.dtype == np.uint8 and expected.shape == alpha.shape
        same = alpha.copy()
        assert (vbg.mask_filter(stage["name"])(same, frame, out=same) == expected).all()
        padded = np.zeros((height, width + 9), np.uint8)
        padded[:, 4:4 + width] = alpha
        many = vbg.Context(threads=3)
        assert (vbg.mask_filter(stage["name"])(padded[:, 4:4 + width], frame[::-1].copy()[::-1], context=many) == expected).all()


@pytest.mark.parametrize("stage", makeable("effect"), ids=ids)
def test_effects_in_place_and_colour_order(stage):
    options = {"seed": 1} if any(p["name"] == "seed" for p in stage["parameters"]) else {}
    frame, alpha = picture(), matte()
    expected = vbg.effect(stage["name"], **options)(frame, alpha)
    same = frame.copy()
    vbg.effect(stage["name"], **options)(same, alpha, out=same)
    assert (same == expected).all()
    rgb = vbg.effect(stage["name"], **options)(vbg.convert(frame, "bgr8", "rgb8"), alpha, format="rgb8")
    assert np.abs(rgb[:, :, ::-1].astype(int) - expected).max() <= 1


@pytest.mark.parametrize("stage", makeable("segmenter"), ids=ids)
def test_segmenters(stage):
    frame = picture()
    first = vbg.segmenter(stage["name"])
    matte_of_it = first.segment(frame)
    assert matte_of_it.shape == (48, 64) and matte_of_it.dtype == np.uint8
    first.reset()
    assert (first(frame) == matte_of_it).all()
    assert first.configured and first.accepts("bgr8") and not first.accepts("nv12")
    if not first.gives_foreground:
        with pytest.raises(ValueError, match="no foreground"):
            first(frame, foreground=np.empty_like(frame))


def test_another_size_configures_anew(alpha):
    stage = vbg.Temporal()
    stage.configure(64, 48, fps=25)
    assert stage(alpha, picture()).shape == (48, 64)
    assert stage(matte(20, 30), picture(20, 30)).shape == (20, 30)
    with pytest.raises(ValueError, match="1 to 16384"):
        stage.configure(0, 10)


def test_over_is_exact_at_both_ends():
    a, b = picture(seed=1), picture(seed=2)
    assert (vbg.compose(a, np.zeros((48, 64), np.uint8), b) == b).all()
    assert (vbg.compose(a, np.full((48, 64), 255, np.uint8), b) == a).all()
    half = matte().astype(int)[:, :, None]
    mixed = (a * half + b * (255 - half)) / 255
    assert np.abs(vbg.compose(a, matte(), b) - mixed).max() <= 1


def test_dilate_against_opencv(alpha):
    cv2 = pytest.importorskip("cv2", reason="SKIP: no OpenCV for Python")
    assert (vbg.Dilate(size=10)(alpha) == cv2.dilate(alpha, np.ones((10, 10), np.uint8))).all()
