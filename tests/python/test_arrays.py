"""Arrays in and out: no copy where the documentation says none, and errors that tell the fix."""

import array
import ctypes

import numpy as np
import pytest

import vbg
from conftest import matte, picture
from vbg import _vbg


def address(a):
    return a.__array_interface__["data"][0]


@pytest.mark.parametrize("make", [
    lambda f: f,
    lambda f: f[10:30, 5:50],
    lambda f: f[::-1],
    lambda f: f[::2],
    lambda f: f[:, 3:],
])
def test_frames_are_read_where_they_lie(frame, make):
    view = make(frame)
    assert _vbg._pointer(view) == address(view)


def test_masks_are_read_where_they_lie(alpha):
    assert _vbg._pointer(alpha[5:, 7:], "matte") == address(alpha[5:, 7:])
    floats = alpha.astype(np.float32)
    assert _vbg._pointer(floats, "matte") == address(floats)


def test_other_exporters_are_read_where_they_lie(frame):
    memory = memoryview(frame)
    assert _vbg._pointer(memory) == address(frame)
    raw = (ctypes.c_uint8 * 3 * 64 * 48)()
    assert _vbg._pointer(raw) == ctypes.addressof(raw)
    grey = memoryview(bytearray(12)).cast("B", (3, 4))
    assert vbg.convert(grey, "gray8", "bgr8").shape == (3, 4, 3)


def test_out_is_written_in_place_and_returned(frame, alpha):
    out = np.zeros((100, 100, 3), np.uint8)
    place = out[20:68, 10:74]
    result = vbg.Flip()(frame, out=place)
    assert result is place
    assert (out[20:68, 10:74] == vbg.Flip()(frame)).all()
    assert out[:20].sum() == 0 and out[:, :10].sum() == 0  # nothing beside it is touched
    same = alpha.copy()
    assert vbg.Dilate(size=5)(same, out=same) is same
    assert (same == vbg.Dilate(size=5)(alpha)).all()


def test_a_stage_of_ones_own_gets_the_callers_memory(frame, alpha):
    seen = {}

    class Look(vbg.MaskFilter):
        def do_apply(self, guide, matte, out):
            seen.update(guide=address(guide), matte=address(matte), out=address(out), writable=matte.flags.writeable)
            out[:] = matte

    out = np.empty_like(alpha)
    Look()(alpha, frame, out=out)
    assert seen == {"guide": address(frame), "matte": address(alpha), "out": address(out), "writable": False}


def test_flipped_and_cropped_rows_give_the_same_picture(frame, alpha):
    expected = vbg.GuidedFilter(radius=4)(alpha, frame)
    upside_down = np.ascontiguousarray(frame[::-1])[::-1]
    wide = np.zeros((48, 200, 3), np.uint8)
    wide[:, 50:114] = frame
    assert (vbg.GuidedFilter(radius=4)(alpha, upside_down) == expected).all()
    assert (vbg.GuidedFilter(radius=4)(alpha, wide[:, 50:114]) == expected).all()


@pytest.mark.parametrize("to", vbg.pixel_formats)
def test_convert_there_and_back(frame, to):
    smooth = np.full((48, 64, 3), (40, 120, 200), np.uint8)
    there = vbg.convert(smooth, "bgr8", to)
    back = vbg.convert(there, to, "bgr8")
    if to == "gray8":
        assert np.ptp(back) == 0
    else:
        assert np.abs(back.astype(int) - smooth).max() <= 3


def test_convert_against_opencv(frame):
    cv2 = pytest.importorskip("cv2", reason="SKIP: no OpenCV for Python")
    assert (vbg.convert(frame, "bgr8", "rgb8") == cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)).all()
    smooth = cv2.blur(np.repeat(np.repeat(frame, 2, 0), 2, 1), (9, 9))  # OpenCV takes one chroma sample of four
    ours = vbg.convert(smooth, "bgr8", "i420").astype(int)
    assert np.abs(ours - cv2.cvtColor(smooth, cv2.COLOR_BGR2YUV_I420)).max() <= 4


BAD_FRAMES = [
    (None, TypeError, "cv2.imread"),
    ("a.png", TypeError, "np.asarray"),
    (5, TypeError, "np.asarray"),
    ([[1, 2], [3, 4]], TypeError, "np.asarray"),
    (np.zeros((4, 4, 3), np.float32), TypeError, "astype(np.uint8)"),
    (np.zeros((4, 4, 3), bool), TypeError, "* 255"),
    (np.zeros((4, 4, 3), np.int32), TypeError, "astype"),
    (np.zeros((4, 4, 3), ">u2"), TypeError, "uint8"),
    (np.zeros((4, 4, 3), [("r", "u1")]), TypeError, "uint8"),
    (np.zeros((4, 4), np.uint8), ValueError, "np.repeat"),
    (np.zeros((4, 4, 4), np.uint8), ValueError, "drop alpha"),
    (np.zeros((3, 8, 8), np.uint8), ValueError, "np.moveaxis"),
    (np.zeros((1, 4, 4, 3), np.uint8), ValueError, "a[0]"),
    (np.zeros((0, 4, 3), np.uint8), ValueError, "1 to 16384"),
    (np.zeros((1, 20000, 3), np.uint8), ValueError, "1 to 16384"),
    (np.zeros((4, 8, 3), np.uint8)[:, ::2], ValueError, "np.ascontiguousarray"),
    (np.zeros((4, 4, 3), np.uint8)[:, :, ::-1], ValueError, "np.ascontiguousarray"),
    (np.broadcast_to(np.zeros((4, 3), np.uint8), (4, 4, 3)), ValueError, "broadcast"),
    (np.zeros(12, np.uint8), ValueError, "wanted"),
    (array.array("B", range(12)), ValueError, "wanted"),
    (np.array(None), (TypeError, ValueError), ""),
]


@pytest.mark.parametrize("bad,kind,fix", BAD_FRAMES)
def test_bad_frames_raise_what_fits_and_tell_the_fix(bad, kind, fix):
    for call in (vbg.ChromaKey(), vbg.Grayscale(), vbg.Pipeline(segmenter="constant").process):
        with pytest.raises(kind) as error:
            call(bad)
        assert isinstance(error.value, vbg.Error)
        assert fix in str(error.value), str(error.value)
        assert str(error.value).startswith(("frame", "layer"))


def test_bad_mattes(frame, alpha):
    with pytest.raises(TypeError, match=r"matte \* 255"):
        vbg.Dilate()(alpha.astype(np.float32))
    with pytest.raises(TypeError, match="looks at the picture"):
        vbg.GuidedFilter()(alpha)
    with pytest.raises(TypeError, match="needs the matte"):
        vbg.Blur(exclude_person=True)(frame)
    with pytest.raises(ValueError, match="20x20"):
        vbg.Dilate()(alpha[:20, :20], frame)
    with pytest.raises(ValueError):
        vbg.compose(frame, alpha[1:], frame)


def test_bad_out(frame, alpha):
    read_only = np.empty_like(frame)
    read_only.flags.writeable = False
    with pytest.raises(BufferError, match="read-only.*np.empty_like"):
        vbg.Flip()(frame, out=read_only)
    with pytest.raises(BufferError, match="read-only"):
        vbg.Flip()(frame, out=frame.tobytes())
    with pytest.raises(ValueError, match="64x48"):
        vbg.Flip()(frame, out=np.empty((10, 10, 3), np.uint8))
    with pytest.raises(TypeError, match="uint8"):
        vbg.Flip()(frame, out=np.empty((48, 64, 3)))
    with pytest.raises(ValueError, match="overlap"):
        tall = np.zeros((60, 64, 3), np.uint8)
        vbg.Flip()(tall[:48], out=tall[1:49])
    with pytest.raises(TypeError):
        vbg.Dilate()(alpha, out=np.empty((48, 64), np.float32))


def test_float_mattes_out_of_a_segmenter(frame):
    out = np.empty((48, 64), np.float32)
    assert vbg.Constant(value=255)(frame, out=out) is out
    assert (out == 1.0).all()


def test_unknown_format_lists_those_there_are(frame):
    with pytest.raises(ValueError, match="bgr8.*nv12"):
        vbg.Flip()(frame, format="BGR")
    with pytest.raises(ValueError, match="does not take"):
        vbg.Flip()(np.zeros((4, 4, 4), np.uint8), format="bgra8")


def test_memory_stays_while_it_is_used():
    """The array given up by its owner during the call must not be freed under the stage."""
    class Forgets(vbg.Effect):
        def do_apply(self, layer, alpha, out):
            holder.clear()
            out[:] = layer

    holder = [picture(seed=3)]
    expected = holder[0].copy()
    assert (Forgets()(holder[0]) == expected).all()


def test_a_buffer_in_use_cannot_be_resized():
    class Resizes(vbg.Effect):
        def do_apply(self, layer, alpha, out):
            with pytest.raises(BufferError):
                memory.extend(b"more")
            out[:] = layer

    memory = bytearray(picture().tobytes())
    view = memoryview(memory).cast("B", (48, 64, 3))
    assert (Resizes()(view) == picture()).all()


def test_released_memory_says_so():
    view = memoryview(bytearray(4 * 4 * 3)).cast("B", (4, 4, 3))
    assert vbg.Flip()(view).shape == (4, 4, 3)
    view.release()
    with pytest.raises(ValueError, match="released"):
        vbg.Flip()(view)


def gpu_that_is_not_there():
    """The number of the first that cannot be used: 0 on a machine without one."""
    usable = {found["name"] for found in vbg.devices() if not found["why_not"]}
    return next(number for number in range(1000) if f"cuda:{number}" not in usable)


@pytest.mark.parametrize("device", [(2, gpu_that_is_not_there()), (2, 999), (13, 0), (10, 1)])
def test_tensors_on_other_devices_tell_the_fix(frame, alpha, device):
    """CUDA, its managed memory, ROCm. No GPU is needed for an object that says it lies on one; its pixels are not asked for."""
    class Elsewhere:
        def __dlpack_device__(self):
            return device

        def __dlpack__(self, **_):
            raise AssertionError("must not be asked for")

    there = Elsewhere()
    calls = {
        "frame": lambda: vbg.Flip()(there),
        "segmenter's frame": lambda: vbg.ChromaKey().segment(there),
        "matte": lambda: vbg.Dilate(size=3)(there),
        "out": lambda: vbg.Flip()(frame, out=there),
        "composed": lambda: vbg.compose(frame, there, frame),
        "pipeline": lambda: vbg.Pipeline(segmenter="constant").process(there),
    }
    for what, call in calls.items():
        with pytest.raises(ValueError) as caught:
            call()
        for words in ("Elsewhere", f"device {device[0]}:{device[1]} ", "2 is CUDA", "x.cpu()"):
            assert words in str(caught.value), (what, str(caught.value))
