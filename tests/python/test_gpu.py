"""Pictures on a GPU, without a copy: with a libvbg that has simulated GPUs (tests/simulated_gpu). Memory there crashes whoever
touches it on the host, and streams do nothing before somebody waits for them: a result that is not there yet proves that
nothing on its way has waited, or went through host memory."""

import numpy as np
import pytest

import vbg
import vbg.fakecam
from conftest import matte, picture
from gpu_lender import CUDA, Lender, Sentinel, Stream, difference, on_gpu, pipeline_on, stream  # noqa: F401  (a fixture)
from vbg import _vbg


# --- DeviceArray

@pytest.mark.parametrize("array", [picture(), matte(), matte().astype(np.float32) / 255, np.zeros((5, 6, 4), np.uint8) + 9,
                                   picture()[::-1, 3:], np.full((3, 4, 2), 7, np.uint8), matte()[:, :, None]])
def test_arrays_go_up_and_come_down(array):
    there = on_gpu(array)
    squeezed = array[:, :, 0] if array.shape[2:] == (1,) else array
    assert (there.shape, there.ndim, there.dtype) == (squeezed.shape, squeezed.ndim, array.dtype)
    assert there.device == "cuda:0" and tuple(there.__dlpack_device__()) == (CUDA, 0)
    assert there.strides[0] % 256 == 0 and there.strides[1:] == squeezed[:].copy().strides[1:]
    back = there.numpy()
    assert back.dtype == array.dtype and (back == squeezed).all()
    assert "cuda:0" in repr(there) and str(there.shape) in repr(there)


def test_device_arrays_that_cannot_be():
    with pytest.raises(ValueError, match="numpy's"):
        vbg.DeviceArray(picture(), "cpu")
    with pytest.raises(ValueError, match="there are cpu, cuda:0"):
        vbg.DeviceArray(picture(), "gpu")
    with pytest.raises(TypeError, match="uint8"):
        on_gpu(np.zeros((4, 4, 3), np.int16))
    with pytest.raises(ValueError, match="wanted"):
        on_gpu(np.zeros((4, 4, 5), np.uint8))
    unmade = vbg.DeviceArray.__new__(vbg.DeviceArray)
    for look in (lambda: unmade.shape, unmade.numpy, unmade.__dlpack__, unmade.__dlpack_device__):
        with pytest.raises(TypeError, match="never made"):
            look()
    assert "not made" in repr(unmade)
    made = on_gpu(picture())
    with pytest.raises(RuntimeError, match="already"):
        made.__init__(picture())
    with pytest.raises(OSError, match="cuda:0.*handle"):
        on_gpu(picture(), stream=4711)


# --- pipelines

def test_a_pipelines_pictures_stay_where_they_lie(stream):
    frame, wanted_matte = picture(), np.empty((48, 64), np.uint8)
    wanted = pipeline_on("cpu").process(frame, matte=wanted_matte)
    pipeline = pipeline_on("cuda:0", stream.number)
    there, out, alpha = (Lender(on_gpu(a)) for a in (frame, np.zeros_like(frame), np.zeros_like(wanted_matte)))
    for tensor in (there, out, alpha):
        assert _vbg._pointer(tensor, "matte" if tensor is alpha else "bgr8") == tensor.pointer  # read where it lies
    assert pipeline.process(there, out=out, matte=alpha) is out
    assert difference(out.array.numpy(), wanted) <= 2 and difference(alpha.array.numpy(), wanted_matte) <= 1
    sentinel = Sentinel(stream.number)
    pipeline.process(there, out=out, matte=alpha)
    assert not sentinel.was_reached()  # nothing waited
    stream.wait()
    assert sentinel.was_reached() and difference(out.array.numpy(), wanted) <= 2
    for tensor in (there, out, alpha):
        assert tensor.lent == tensor.given_back == 3
        assert tensor.streams[1:] == [stream.number] * 2


def test_without_out_a_new_array_on_the_gpu_is_given(stream):
    frame = picture()
    wanted = pipeline_on("cpu").process(frame)
    for number in (0, stream.number):
        pipeline = pipeline_on("cuda", number)
        result = pipeline.process(on_gpu(frame))
        assert isinstance(result, vbg.DeviceArray) and result.shape == frame.shape and result.device == "cuda:0"
        assert difference(result.numpy(), wanted) <= 2  # the default stream waits for the pipeline's
    assert isinstance(pipeline.process(frame), np.ndarray)


def test_stage_objects_run_on_the_gpu_where_they_have_code_for_it(stream):
    """The segmenter, an object, decides where "auto" works; none of the objects has its pictures carried."""
    there, out = on_gpu(picture()), on_gpu(picture())
    automatic = vbg.Pipeline(segmenter=vbg.Constant(value=9), background=vbg.Flip(), threads=1)
    assert difference(automatic.process(there, out=out).numpy(),
                      vbg.Pipeline(segmenter="constant:value=9", background="flip", device="cpu").process(picture())) <= 1
    pipeline = pipeline_on("cuda:0", stream.number)
    pipeline.process(there, out=out)
    sentinel = Sentinel(stream.number)
    pipeline.process(there, out=out)
    assert not sentinel.was_reached()


def test_a_stage_written_in_python_has_its_pictures_carried():
    class Negative(vbg.Effect):
        def do_apply(self, layer, alpha, out):
            np.subtract(255, layer, out=out)

    frame = picture()
    pipeline = vbg.Pipeline(segmenter="constant:value=0", background=Negative(), device="cuda:0", threads=1)
    assert (pipeline.process(on_gpu(frame)).numpy() == 255 - frame).all()
    with pytest.raises(vbg.DeviceError, match="negative does not work on cuda:0.*host memory"):
        Negative()(on_gpu(frame))


def test_some_pictures_in_host_memory(stream):
    frame, alpha = picture(), np.empty((48, 64), np.uint8)
    wanted = pipeline_on("cpu").process(frame, matte=alpha)
    pipeline = pipeline_on("cuda:0", stream.number)
    out, here = on_gpu(np.zeros_like(frame)), np.zeros_like(frame)
    there_matte = on_gpu(np.zeros_like(alpha))
    assert pipeline.process(on_gpu(frame), out=here, matte=there_matte) is here
    assert difference(here, wanted) <= 2 and difference(there_matte.numpy(), alpha) <= 1
    assert pipeline.process(frame, out=out) is out
    assert difference(out.numpy(), wanted) <= 2


def test_a_pipeline_elsewhere_says_so():
    with pytest.raises(ValueError, match="lies on cuda:0, but the pipeline works on host memory"):
        pipeline_on("cpu").process(on_gpu(picture()))
    with pytest.raises(ValueError, match="say on which GPU"):
        vbg.Pipeline(segmenter="constant", stream=64)
    pipeline = pipeline_on("cuda:0").device("cuda:0", 4711)
    with pytest.raises(OSError, match="cuda:0.*handle"):
        pipeline.process(on_gpu(picture()))
    assert pipeline.device("cuda:0", stream=0).process(on_gpu(picture())).shape == (48, 64, 3)


def test_another_gpu():
    here, there = on_gpu(picture()), vbg.DeviceArray(picture(), "cuda:1")
    assert there.device == "cuda:1" and (there.numpy() == picture()).all()
    with pytest.raises(ValueError, match="a picture lies on cuda:1, but the pipeline works on cuda:0"):
        pipeline_on("cuda:0").process(here, out=there)
    assert there.numpy().max() == 0  # black, as after any failure
    there = vbg.DeviceArray(picture(), "cuda:1")
    with pytest.raises(ValueError, match="cuda:1"):
        vbg.Flip()(here, out=there)
    with pytest.raises(ValueError, match="context: it works on cuda:0, but the pictures lie on cuda:1.*device='cuda:1'"):
        vbg.Flip()(there, context=vbg.Context(device="cuda:0"))
    assert (vbg.DeviceArray(here, "cuda:1").numpy() == picture()).all()  # from one to the other
    assert (vbg.Flip()(there).numpy() == vbg.Flip()(picture())).all()


# --- stages by hand

@pytest.mark.parametrize("own", [False, True])
def test_stages_work_where_their_pictures_lie(stream, own):
    context = vbg.Context(device="cuda:0", stream=stream.number) if own else None
    turn = stream.number if own else None
    frame, room, alpha = picture(), picture(seed=5), matte()
    there, back, mask = (on_gpu(a) for a in (frame, room, alpha))
    flip, dilate, over, constant = vbg.Flip(), vbg.Dilate(size=5), vbg.Compositor("over"), vbg.Constant(value=77)
    with_context = dict(context=context)
    results = [constant(there, **with_context), dilate(mask, there, **with_context), dilate(mask, **with_context),
               flip(there, **with_context), over(there, mask, back, **with_context)]
    assert all(isinstance(result, vbg.DeviceArray) for result in results)
    wanted = [np.full((48, 64), 77), dilate(alpha, frame), dilate(alpha), flip(frame), over(frame, alpha, room)]
    for result, expected in zip(results, wanted):  # the same objects: they configure themselves for the place
        assert (result.numpy() == expected).all()
    floats = on_gpu(np.zeros((48, 64), np.float32))
    assert constant(there, out=floats, **with_context) is floats and (floats.numpy() == np.float32(77) / np.float32(255)).all()
    flip(there, out=back, **with_context), dilate(mask, out=mask, **with_context)  # both configured anew for the GPU
    constant(there, out=mask, **with_context), over(there, mask, back, out=back, **with_context)
    sentinel = Sentinel(turn)
    flip(there, out=there, **with_context)
    dilate(mask, there, out=mask, **with_context)
    constant(there, out=mask, **with_context)
    over(there, mask, back, out=back, **with_context)
    assert not sentinel.was_reached()
    assert (there.numpy() == flip(frame)).all() and (mask.numpy() == 77).all()
    assert sentinel.was_reached()


def test_compose_and_subclasses_of_the_registry():
    frame, alpha = picture(), matte()
    there, mask = on_gpu(frame), on_gpu(alpha)
    composed = vbg.compose(there, mask, vbg.Color(value="#4080ff")(there))
    assert (composed.numpy() == vbg.compose(frame, alpha, vbg.Color(value="#4080ff")(frame))).all()


def test_contexts():
    context = vbg.Context(device="cuda")
    assert (context.device, context.stream) == ("cuda:0", 0)
    assert (vbg.Context().device, vbg.Context(threads=2).threads) == ("cpu", 2)
    with pytest.raises(ValueError, match="cpu, but the pictures lie on cuda:0"):
        vbg.Flip()(on_gpu(picture()), context=vbg.Context(threads=1))
    with pytest.raises(ValueError, match="cuda:0, but the pictures lie on cpu"):
        vbg.Flip()(picture(), context=context)
    with pytest.raises(ValueError, match="without a GPU"):
        vbg.Context(stream=64)
    with pytest.raises(ValueError, match="there are cpu, cuda:0"):
        vbg.Context(device="cuda:77")
    effect = vbg.Flip()
    effect.configure(64, 48, context=context)
    assert effect.configured and (effect(on_gpu(picture()), context=context).numpy() == vbg.Flip()(picture())).all()


def test_pictures_of_a_call_in_different_places():
    frame, alpha = picture(), matte()
    there, mask = on_gpu(frame), on_gpu(alpha)
    for call, words in {
        lambda: vbg.Flip()(there, out=frame.copy()): "output lies on host memory",
        lambda: vbg.Flip()(frame, out=there): "output lies on cuda:0",
        lambda: vbg.compose(there, alpha, there): "matte lies on host memory",
        lambda: vbg.compose(frame, mask, frame): "matte lies on cuda:0",
        lambda: vbg.GuidedFilter()(mask, frame): "guide lies on host memory",
        lambda: vbg.Constant()(there, out=alpha.copy()): "matte lies on host memory",
    }.items():
        with pytest.raises(ValueError, match=words):
            call()
    with pytest.raises(vbg.DeviceError, match="pixelate does not work on cuda:0: .*host memory"):
        vbg.Pixelate(exclude_person=False)(there)


def test_what_works_in_host_memory_alone_says_so(tmp_path):
    there, frame = Lender(on_gpu(picture())), picture()

    class Gives(vbg.Effect):
        def do_apply(self, layer, alpha, out):
            return there

    class Reads(vbg.Source):
        def do_open(self):
            return vbg.FrameSpec(64, 48)

        def do_read(self, timeout):
            return there

    source = Reads()
    source.open()
    sink = vbg.Sink("null")
    sink.open(64, 48)
    pattern = vbg.Source("pattern:size=64x48")
    pattern.open()
    for call in (lambda: vbg.convert(there, "bgr8", "rgb8"), lambda: vbg.convert(frame, "bgr8", "rgb8", out=there),
                 lambda: sink.write(there), lambda: pattern.read(out=there), source.read, lambda: Gives()(frame),
                 lambda: vbg.fakecam.hologram_effect(there)):
        with pytest.raises(ValueError) as caught:
            call()
        for words in ("device 2:0 ", "2 is CUDA", "wanted host memory", "x.cpu()"):
            assert words in str(caught.value), str(caught.value)
    assert there.lent == 0  # not even asked for
    with pytest.raises((TypeError, ValueError)):
        np.asarray(there.array, np.uint8)
