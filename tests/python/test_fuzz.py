"""Bad input of every kind: exceptions that fit, never a crash. With Hypothesis."""

import numpy as np
import pytest

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
except ImportError:
    pytest.skip("SKIP: install Debian's python3-hypothesis", allow_module_level=True)

import vbg
import vbg.fakecam
from conftest import matte, picture

SETTINGS = settings(max_examples=150, deadline=None, database=None, derandomize=True,
                    suppress_health_check=list(HealthCheck))
ALLOWED = (vbg.Error, TypeError, ValueError)

dtypes = st.sampled_from(["u1", "i1", "?", "u2", "f4", "f8", "c8", ">f4", "U3", "O", "M8[s]", [("r", "u1"), ("g", "f4")]])
sides = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 16, 33])


@st.composite
def arrays(draw):
    """Arrays of any dtype, dimension, stride and writability; often nearly right."""
    shape = draw(st.one_of(
        st.tuples(sides, sides, st.sampled_from([1, 2, 3, 4, 5])), st.tuples(sides, sides), st.tuples(sides),
        st.just(()), st.tuples(sides, sides, sides, sides)))
    a = np.zeros(shape, np.dtype(draw(st.one_of(st.just("u1"), dtypes))))
    if a.ndim == 0:
        return a
    for axis in range(a.ndim):
        step = draw(st.sampled_from([1, 1, 1, -1, 2, -2]))
        a = a[(slice(None),) * axis + (slice(None, None, step),)]
    if a.ndim > 1 and draw(st.integers(0, 5)) == 0:
        a = a.transpose()
    if draw(st.integers(0, 9)) == 0 and a.size:
        a = np.broadcast_to(a[:1], a.shape)
    a = a.view() if a.flags.writeable else a
    if draw(st.integers(0, 4)) == 0:
        a.flags.writeable = False
    return a


anything = st.one_of(
    arrays(), arrays(), arrays(), st.none(), st.integers(), st.text(), st.binary(max_size=40), st.lists(st.integers(), max_size=3),
    st.builds(lambda b: memoryview(bytearray(b)), st.binary(max_size=40)), st.floats(), st.builds(object))

FILTERS = [vbg.Dilate(size=3), vbg.GuidedFilter(radius=2), vbg.Temporal()]
EFFECTS = [vbg.Flip(), vbg.Hologram(), vbg.Blur(exclude_person=True), vbg.Color()]
SEGMENTERS = [vbg.ChromaKey(), vbg.FrameDifference()]


def attempt(call):
    """Calls; what it raises must be one of vbg's own exceptions or Python's own about arguments."""
    try:
        call()
    except ALLOWED as error:
        assert str(error)


@SETTINGS
@given(anything, anything, st.sampled_from(["bgr8", "rgb8", "gray8", "nv12", "BGR", ""]))
def test_segment(frame, out, format):
    for stage in SEGMENTERS:
        attempt(lambda: stage.segment(frame, out=out, format=format))
        attempt(lambda: stage.segment(picture(5, 7), out=out, foreground=frame))


@SETTINGS
@given(anything, anything, anything)
def test_filter(alpha, guide, out):
    for stage in FILTERS:
        attempt(lambda: stage.apply(alpha, guide, out=out))
        attempt(lambda: stage.apply(matte(5, 7), guide, out=out))


@SETTINGS
@given(anything, anything, anything)
def test_effect_and_compose(layer, alpha, out):
    for stage in EFFECTS:
        attempt(lambda: stage.apply(layer, alpha, out=out))
        attempt(lambda: stage.apply(picture(5, 7), alpha, out=out))
    attempt(lambda: vbg.compose(layer, alpha, layer, out=out))
    attempt(lambda: vbg.compose(picture(5, 7), matte(5, 7), layer, out=out))


@SETTINGS
@given(anything, st.sampled_from(vbg.pixel_formats), st.sampled_from(vbg.pixel_formats), anything)
def test_convert(frame, one, other, out):
    attempt(lambda: vbg.convert(frame, one, other, out=out))
    attempt(lambda: vbg.convert(frame, one, other))


@SETTINGS
@given(anything, anything, anything)
def test_process_and_write(frame, out, alpha):
    attempt(lambda: vbg.Pipeline(segmenter="constant", threads=1).process(frame, out=out, matte=alpha))
    attempt(lambda: vbg.NullSink().write(frame))
    attempt(lambda: vbg.fakecam.hologram_effect(frame))


@SETTINGS
@given(st.sampled_from(["dilate", "guided_filter", "levels", "temporal"]),
       st.dictionaries(st.sampled_from(["size", "radius", "eps", "black", "x", "", "a=b", "size:"]), anything, max_size=3))
def test_options(name, options):
    attempt(lambda: vbg.MaskFilter(name, **options))


@SETTINGS
@given(st.text(max_size=30))
def test_spec_strings(text):
    for make in (vbg.segmenter, vbg.mask_filter, vbg.effect, vbg.compositor):
        attempt(lambda: make(text))
    attempt(lambda: vbg.Pipeline(filters=text))


@SETTINGS
@given(st.integers(-3, 2**70), st.integers(-3, 2**70), st.text(max_size=5))
def test_sizes(width, height, format):
    attempt(lambda: vbg.Dilate().configure(width, height))
    attempt(lambda: vbg.FrameSpec(width, height, format))
    attempt(lambda: vbg.Context(threads=width if width < 50 else -1))


@SETTINGS
@given(anything)
def test_answers_of_python_stages(answer):
    class Says(vbg.Effect):
        def do_apply(self, layer, alpha, out):
            return answer

    class Tells(vbg.Segmenter):
        def do_segment(self, frame, alpha):
            return answer

    class Gives(vbg.Source):
        def do_open(self):
            return answer

        def do_read(self, timeout):
            return answer

    class Reads(vbg.Source):
        def do_open(self):
            return 4, 4

        def do_read(self, timeout):
            return answer

    attempt(lambda: Says()(picture(5, 7)))
    attempt(lambda: Tells()(picture(5, 7)))
    attempt(lambda: Gives().read())
    attempt(lambda: Reads().read())
    vbg.Pipeline(source="pattern:size=7x5,frames=1", segmenter=Tells(), background=Says(), sink="null").run()
