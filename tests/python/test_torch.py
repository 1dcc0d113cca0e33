"""Beside torch: both orders of import, tensors in place through DLPack."""

import subprocess
import sys

import numpy as np
import pytest

import vbg
from conftest import matte, picture
from vbg import _vbg

torch = pytest.importorskip("torch", reason="SKIP: no torch; install Debian's python3-torch")


@pytest.mark.parametrize("first,second", [("torch", "vbg"), ("vbg", "torch")])
def test_both_orders_of_import_work(first, second, models):
    program = f"""
import {first}, {second}, os
import numpy as np, torch, vbg
a = torch.nn.functional.conv2d(torch.ones(1, 3, 64, 64), torch.ones(8, 3, 3, 3))
assert float(a.max()) == 27.0
matte = vbg.Bodypix(model={str(models / 'bodypix-mobilenet-075-16-quant2.pt')!r})(np.zeros((90, 160, 3), np.uint8))
assert matte.shape == (90, 160)
a = torch.nn.functional.conv2d(torch.ones(1, 3, 64, 64), torch.ones(8, 3, 3, 3))
print("fine", float(a.max()))
"""
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert child.stdout == "fine 27.0\n", (child.returncode, child.stderr)


def test_tensors_are_read_and_written_in_place():
    frame = torch.from_numpy(picture())
    assert _vbg._pointer(frame) == frame.data_ptr()
    assert _vbg._pointer(frame[5:, 3:]) == frame[5:, 3:].data_ptr()
    out = torch.zeros(48, 64, 3, dtype=torch.uint8)
    assert vbg.Flip()(frame, out=out) is out
    assert (out.numpy() == vbg.Flip()(frame.numpy())).all()
    alpha = torch.from_numpy(matte())
    floats = torch.zeros(48, 64)
    vbg.Constant(value=255)(frame, out=floats)
    assert float(floats.min()) == 1.0
    vbg.Dilate(size=3)(alpha, out=alpha)
    assert (alpha.numpy() == vbg.Dilate(size=3)(matte())).all()


def test_results_go_to_torch_in_place():
    result = vbg.Flip()(picture())
    assert torch.from_dlpack(result).data_ptr() == result.ctypes.data
    assert torch.from_numpy(vbg.Constant(value=255)(picture())).min() == 255


def test_an_own_stage_sees_the_tensors_memory():
    frame = torch.from_numpy(picture())

    class Look(vbg.Effect):
        def do_apply(self, layer, alpha, out):
            self.address = layer.__array_interface__["data"][0]
            out[:] = layer

    look = Look()
    look(frame)
    assert look.address == frame.data_ptr()


def test_wrong_tensors_tell_the_fix():
    with pytest.raises(TypeError, match="float32"):
        vbg.Flip()(torch.zeros(4, 4, 3))
    with pytest.raises(ValueError, match="moveaxis"):
        vbg.Flip()(torch.zeros(3, 48, 64, dtype=torch.uint8))
    with pytest.raises(ValueError, match="contiguous"):
        vbg.Flip()(torch.zeros(3, 48, 64, dtype=torch.uint8).permute(1, 2, 0))
    with pytest.raises(ValueError, match="dimensions"):
        vbg.Flip()(torch.zeros(1, 2, 48, 64, 3, dtype=torch.uint8))
    if torch.cuda.is_available() and vbg.devices()[1]["why_not"]:
        with pytest.raises(ValueError, match=r"\.cpu\(\)"):
            vbg.Flip()(torch.zeros(48, 64, 3, dtype=torch.uint8, device="cuda"))


def test_exporters_that_fail_say_so_themselves():
    class Broken:
        def __dlpack_device__(self):
            return 1, 0

        def __dlpack__(self):
            raise BufferError("mine")

    with pytest.raises(BufferError, match="mine"):
        vbg.Flip()(Broken())


def test_tensors_are_freed():
    frame = torch.from_numpy(picture())
    storage = frame.numpy()
    before = sys.getrefcount(storage)
    for _ in range(100):
        vbg.Flip()(frame)
        with pytest.raises(ValueError):
            vbg.Flip()(frame, out=torch.zeros(1, 1, 3, dtype=torch.uint8))
    assert sys.getrefcount(storage) == before
    assert np.array_equal(storage, picture())
