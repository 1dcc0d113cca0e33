"""Memory of a GPU lent and borrowed through DLPack, with a libvbg that has simulated GPUs (test_gpu.py)."""

import ctypes
import gc
import threading

import numpy as np
import pytest

import vbg
from conftest import matte, picture
from gpu_lender import (  # noqa: F401  (stream is a fixture)
    CUDA, Lender, Managed, OldLender, Sentinel, Stream, Versioned, content_of, copy_bgr, on_gpu, pipeline_on, stream, use)
from vbg import _vbg


# --- DLPack, as the one who borrows

@pytest.mark.parametrize("make", [Lender, OldLender, lambda a: Lender(a, versioned=True)])
def test_lent_memory_is_given_back_once(make):
    tensor = make(on_gpu(picture()))
    assert (vbg.Flip()(tensor).numpy() == vbg.Flip()(picture())).all()
    assert tensor.streams[-1] == 1  # DLPack's number of the default stream
    assert tensor.lent == tensor.given_back == 1


def test_what_the_lender_has_queued_is_waited_for(stream):
    """By the stream, not by the caller: its content is made in a stream that nobody else knows."""
    frame, theirs = picture(), Stream()
    for number in (0, stream.number):
        place = on_gpu(np.zeros_like(frame))
        theirs.follow(None)  # the zeros come first
        up = on_gpu(frame, stream=theirs.number)
        assert copy_bgr((_vbg._pointer(up), 256, CUDA), (_vbg._pointer(place), 256, CUDA), 64, 48, theirs.number) == 0
        tensor = Lender(place, own_stream=theirs)
        context = vbg.Context(device="cuda:0", stream=number)
        assert (vbg.Flip()(tensor, context=context).numpy() == vbg.Flip()(frame)).all()
        assert tensor.streams == [number or 1]


REFUSED = {
    "pixels apart": (dict(strides=(256, 6, 2)), ValueError, "do not lie one after the other"),
    "rows that overlap": (dict(strides=(100, 3, 1)), ValueError, "overlap"),
    "far rows": (dict(strides=(2**62, 3, 1)), ValueError, "side or stride"),
    "a far row backwards": (dict(strides=(-2**63, 3, 1)), ValueError, "side or stride"),
    "a huge side": (dict(shape=(2**62, 64, 3)), ValueError, "side or stride"),
    "no side": (dict(shape=(0, 64, 3)), ValueError, "1 to 16384"),
    "a negative side": (dict(shape=(48, -64, 3)), ValueError, "1 to 16384"),
    "other channels": (dict(shape=(48, 64, 4)), ValueError, "drop alpha"),
    "floats": (dict(code=2, bits=32), TypeError, "float32"),
    "signed": (dict(code=0), TypeError, "int8"),
    "vectors": (dict(lanes=4), TypeError, "another kind"),
    "bits": (dict(bits=1), TypeError, "another kind"),
    "many axes": (dict(ndim=7), ValueError, "dimensions"),
    "negative axes": (dict(ndim=-1), ValueError, "dimensions"),
    "no memory": (dict(data=None), ValueError, "no memory"),
    "host memory after all": (dict(device_type=1), ValueError, "says that it lies on device 2:0, but lends memory on 1:0"),
    "another GPU after all": (dict(device_id=1), ValueError, "but lends memory on 2:1"),
    "a device that is none": (dict(said=(2, 77)), ValueError, "cannot be used"),
    "managed memory": (dict(said=(13, 0)), ValueError, "host memory or CUDA's"),
    "a name that is none": (dict(name=b"tensor"), ValueError, "no capsule that can be used"),
    "version 2": (dict(versioned=True, version=(2, 0)), ValueError, "version 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_tensors_that_cannot_be_used_are_given_back(name):
    change, kind, words = REFUSED[name]
    for call in (vbg.Flip(), vbg.Constant(), lambda t: vbg.Flip()(on_gpu(picture()), out=t), pipeline_on("cuda:0").process):
        tensor = Lender(on_gpu(picture()), **change)
        with pytest.raises(kind, match=words) as caught:
            call(tensor)
        assert isinstance(caught.value, vbg.Error)
        unused = "name" in change or "version" in change  # stays the capsule's own, whose lender frees it
        assert tensor.given_back == (0 if unused else tensor.lent)


def test_read_only_tensors():
    frame = picture()
    tensor = Lender(on_gpu(frame), versioned=True, flags=1)
    assert (vbg.Flip()(tensor).numpy() == vbg.Flip()(frame)).all()
    with pytest.raises(BufferError, match="read-only"):
        vbg.Flip()(on_gpu(frame), out=tensor)
    with pytest.raises(BufferError, match="read-only"):
        pipeline_on("cuda:0").process(on_gpu(frame), matte=Lender(on_gpu(matte()), versioned=True, flags=1))
    assert tensor.lent == tensor.given_back == 2


def test_a_capsule_is_used_once():
    tensor = Lender(on_gpu(picture()), same_capsule=True)
    vbg.Flip()(tensor)
    with pytest.raises(ValueError, match="each is used once"):
        vbg.Flip()(tensor)
    assert (tensor.lent, tensor.given_back) == (1, 1)


def test_lenders_that_fail_say_so_themselves():
    class Broken(Lender):
        def __dlpack__(self, *, stream=None, max_version=None):
            raise BufferError("mine")

    class Odd(Lender):
        def __dlpack_device__(self):
            return "cuda"

    class NoCapsule(Lender):
        def __dlpack__(self, **options):
            return 5

    there = on_gpu(picture())
    with pytest.raises(BufferError, match="mine"):
        vbg.Flip()(Broken(there))
    odd = Odd(there)
    with pytest.raises(TypeError, match="no pair of numbers"):
        vbg.Flip()(odd)
    with pytest.raises(ValueError, match="no capsule"):
        vbg.Flip()(NoCapsule(there))


def test_lent_rows_may_run_either_way_and_begin_anywhere():
    frame = picture()
    whole = on_gpu(frame)
    upside_down = Lender(whole, data=_vbg._pointer(whole) + 47 * 256, strides=(-256, 3, 1))
    assert (vbg.Flip()(upside_down).numpy() == vbg.Flip()(frame[::-1])).all()
    crop = Lender(whole, byte_offset=5 * 256 + 7 * 3, shape=(20, 30, 3))
    assert _vbg._pointer(crop) == _vbg._pointer(whole) + 5 * 256 + 21
    crop = Lender(whole, byte_offset=5 * 256 + 7 * 3, shape=(20, 30, 3))
    assert (vbg.Flip()(crop).numpy() == vbg.Flip()(frame[5:25, 7:37])).all()


# --- DLPack, as the one who lends

@pytest.mark.parametrize("layout,options", [(Managed, {}), (Managed, dict(max_version=(0, 8))), (Versioned, dict(max_version=(1, 1)))])
def test_others_get_the_same_memory(layout, options):
    for array in (picture(), matte(), matte().astype(np.float32)):
        there = on_gpu(array)
        capsule = there.__dlpack__(**options)
        content = content_of(capsule, layout)
        tensor = content.tensor
        assert tensor.data == _vbg._pointer(there, "matte" if array.ndim == 2 else "bgr8") and tensor.byte_offset == 0
        assert (tensor.device_type, tensor.device_id, tensor.ndim, tensor.lanes) == (CUDA, 0, array.ndim, 1)
        assert (tensor.code, tensor.bits) == ((2, 32) if array.dtype == np.float32 else (1, 8))
        assert tuple(tensor.shape[:array.ndim]) == array.shape
        assert tuple(tensor.strides[i] * array.itemsize for i in range(array.ndim)) == there.strides
        if layout is Versioned:
            assert (content.major, content.flags) == (1, 0)


def is_there(address, out):
    """Whether the GPU still knows memory at that address."""
    return copy_bgr((address, 256, CUDA), (_vbg._pointer(out), 256, CUDA), 64, 48, None) == 0


@pytest.mark.parametrize("layout,options", [(Managed, {}), (Versioned, dict(max_version=(1, 0)))])
def test_memory_lives_as_long_as_anybody_has_it(layout, options):
    out = on_gpu(np.zeros_like(picture()))
    there = on_gpu(picture())
    address = _vbg._pointer(there)
    content = use(there.__dlpack__(**options), layout)
    del there
    gc.collect()
    assert is_there(address, out)
    assert (out.numpy() == picture()).all()
    content.deleter(ctypes.addressof(content))
    assert not is_there(address, out)
    # a capsule that nobody used gives it back by itself
    there = on_gpu(picture())
    address, capsule = _vbg._pointer(there), there.__dlpack__(**options)
    del there
    gc.collect()
    assert is_there(address, out)
    del capsule
    gc.collect()
    assert not is_there(address, out)


def test_memory_may_be_given_back_by_any_thread():
    there = on_gpu(picture())
    content = use(there.__dlpack__())
    del there
    thread = threading.Thread(target=lambda: content.deleter(ctypes.addressof(content)))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_there_and_back_again_by_pointer():
    """A result of libvbg's, lent on by another library to libvbg, and written in place."""
    frame = picture()
    result = vbg.Flip()(on_gpu(frame))
    other = Lender(result)
    assert _vbg._pointer(other) == _vbg._pointer(result)
    assert vbg.Flip()(other, out=other) is other
    assert (result.numpy() == frame).all()


def test_who_borrows_waits_in_his_own_stream(stream):
    frame, out, theirs = picture(), on_gpu(np.zeros_like(picture())), Stream()
    wanted = vbg.Flip()(frame)
    result = vbg.Flip()(on_gpu(frame), context=vbg.Context(device="cuda:0", stream=stream.number))
    sentinel = Sentinel(stream.number)
    capsule = result.__dlpack__(stream=theirs.number)
    assert not sentinel.was_reached()  # nobody else waits
    content = content_of(capsule)
    assert copy_bgr((content.tensor.data, 256, CUDA), (_vbg._pointer(out), 256, CUDA), 64, 48, theirs.number) == 0
    theirs.wait()
    assert (out.numpy() == wanted).all()
    for number in (None, 1, -1):
        capsule = result.__dlpack__(stream=number)
        assert content_of(capsule).tensor.data == _vbg._pointer(result)
    for wrong, kind in ((0, ValueError), (-2, ValueError), (4711, OSError), ("1", TypeError)):
        with pytest.raises(kind):
            result.__dlpack__(stream=wrong)


def test_copies_and_other_devices_are_not_lent():
    there = on_gpu(picture())
    for options in (dict(copy=True), dict(dl_device=(1, 0)), dict(dl_device=(CUDA, 1))):
        with pytest.raises(BufferError, match=r"numpy\(\)"):
            there.__dlpack__(**options)
    capsule = there.__dlpack__(copy=False, dl_device=(CUDA, 0))
    assert content_of(capsule).tensor.data == _vbg._pointer(there)
