"""Stages written in Python: called directly, inside a pipeline, and when they go wrong."""

import gc
import threading
import weakref

import numpy as np
import pytest

import vbg
from conftest import matte, picture

SOURCE = "pattern:size=64x48,frames=4"


class Half(vbg.Segmenter):
    """The left half is the person."""

    def do_segment(self, frame, alpha):
        alpha[:] = 0
        alpha[:, : alpha.shape[1] // 2] = 255


class Collect(vbg.Sink):
    def __init__(self):
        super().__init__()
        self.frames, self.events = [], []

    def do_open(self, spec):
        self.events.append(("open", spec.width, spec.height, spec.format))

    def do_write(self, frame):
        self.frames.append(frame)

    def do_close(self):
        self.events.append("close")

    def do_abandon(self):
        self.events.append("abandon")


class Film(vbg.Source):
    length = 5

    def __init__(self, frames):
        super().__init__()
        self.frames, self.closed = frames, 0

    def do_open(self):
        self.left = iter(self.frames)
        return vbg.FrameSpec(self.frames[0].shape[1], self.frames[0].shape[0], fps=10)

    def do_read(self, timeout):
        return next(self.left, None)

    def do_close(self):
        self.closed += 1


def test_a_pipeline_all_in_python():
    seen = []

    class Count(vbg.MaskFilter):
        uses_guide = False

        def do_configure(self, spec):
            seen.append(("filter", spec.width, spec.height, spec.format))

        def do_apply(self, guide, matte, out):
            return matte.copy()  # an answer instead of writing into out

    class White(vbg.Effect):
        replaces_layer = is_still = True

        def do_apply(self, layer, alpha, out):
            out[:] = 255

    class Plain(vbg.Compositor):
        def do_compose(self, foreground, alpha, background, out):
            np.copyto(out, np.where(alpha[:, :, None] > 127, foreground, background))

    frames = [picture(seed=i) for i in range(5)]
    film, sink = Film(frames), Collect()
    with vbg.Pipeline(source=film, segmenter=Half(), filters=[Count()], background=White(), compositor=Plain(),
                      sink=sink, on_failure="stop") as pipeline:
        pipeline.open()
        assert pipeline.source_length == 5
        pipeline.run()
        stats = pipeline.stats()
    assert (stats.frames_in, stats.frames_out, stats.frames_failed) == (5, 5, 0)
    assert ("filter", 64, 48, "bgr8") in seen
    assert sink.events[0] == ("open", 64, 48, "bgr8") and sink.events[-1] == "close"
    assert film.closed >= 1
    for got, given in zip(sink.frames, frames):  # kept arrays stay as they were: none was used twice
        assert (got[:, :32] == given[:, :32]).all() and (got[:, 32:] == 255).all()


def test_flags_reach_the_library():
    class A(vbg.Effect):
        uses_alpha = True

        def do_apply(self, layer, alpha, out):
            out[:] = layer

    class B(vbg.Effect):
        @property
        def replaces_layer(self):
            return True

    assert A().uses_alpha and not A().replaces_layer
    assert vbg.Effect("color").replaces_layer and vbg.Effect("color").is_still
    with pytest.raises(TypeError, match="needs the matte"):
        A()(picture())
    assert A().name == "a" and Collect().name == "collect"


def test_a_named_stage_with_something_added():
    class Wide(vbg.Dilate):
        def __init__(self):
            super().__init__(size=9)

    assert (Wide()(matte()) == vbg.Dilate(size=9)(matte())).all()


def test_foreground_colours():
    class Colours(vbg.Segmenter):
        gives_foreground = True

        def do_segment(self, frame, alpha, foreground=None):
            alpha[:] = 255
            if foreground is not None:
                foreground[:] = 7
            return foreground is not None

    out = np.empty((48, 64, 3), np.uint8)
    Colours()(picture(), foreground=out)
    assert (out == 7).all()
    sink = Collect()
    vbg.Pipeline(source=SOURCE, segmenter=Colours(), sink=sink).run()
    assert (sink.frames[0] == 7).all()


@pytest.mark.parametrize("answer,kind", [
    (np.zeros((3, 3), np.uint8), ValueError),
    (np.zeros((48, 64)), TypeError),
    ("text", TypeError),
    (5, TypeError),
])
def test_wrong_answers(answer, kind):
    class Wrong(vbg.MaskFilter):
        def do_apply(self, guide, matte, out):
            return answer

    with pytest.raises(kind, match="do_apply"):
        Wrong()(matte(), picture())


def test_missing_methods_and_missing_init():
    class Nothing(vbg.Effect):
        pass

    class NoInit(vbg.Effect):
        def __init__(self):
            pass

    with pytest.raises(TypeError, match=r"nothing: .*do_apply\(self, layer, alpha, out\)"):
        Nothing()(picture())
    half_made = vbg.Effect.__new__(vbg.Effect)
    assert "not made" in repr(half_made)
    for use in (lambda: half_made(picture()), lambda: half_made.uses_alpha, half_made.reset, lambda: half_made.configure(4, 4),
                lambda: vbg.Pipeline(background=half_made), lambda: NoInit()(picture()),
                vbg.Source.__new__(vbg.Source).read, lambda: vbg.Context.__new__(vbg.Context).threads):
        with pytest.raises(TypeError, match="__init__"):
            use()
    with pytest.raises(RuntimeError, match="never made"):
        vbg.Pipeline.__new__(vbg.Pipeline).step()
    assert vbg.Stats.__new__(vbg.Stats).stages == []
    with pytest.raises(RuntimeError, match="made already"):
        vbg.Dilate().__init__()
    with pytest.raises(RuntimeError, match="subclasses"):
        vbg.Dilate().do_apply(1, 2, 3)
    with pytest.raises(TypeError, match="stage of your own"):
        type("Own", (vbg.Effect,), {})(size=3)


@pytest.mark.parametrize("answer, error", [("64x48", TypeError), ((64,), TypeError), ((64, 0), ValueError),
                                           (vbg.FrameSpec(-1, 48), ValueError), ((64, 48, "nonsense"), ValueError)])
def test_what_do_open_has_opened_is_closed_where_its_answer_is_refused(answer, error):
    class Source(Film):
        def do_open(self):
            return answer

    class Sink(Collect):
        def do_open(self, spec):
            super().do_open(spec)
            return answer

    source, sink = Source([picture()]), Sink()
    with pytest.raises(error):
        source.open()
    assert source.closed == 1 and not source.is_open
    source.close()
    assert source.closed == 1
    with pytest.raises(error):
        sink.write(picture())
    assert sink.events == [("open", 64, 48, "bgr8"), "abandon"] and sink.frames == []
    sink.close()
    assert sink.events[1:] == ["abandon"]
    with pytest.raises(error):
        vbg.Pipeline(source=SOURCE, segmenter="constant", sink=Sink()).run()
    with pytest.raises(error):
        vbg.Pipeline(source=source, segmenter="constant", sink="null").run()
    assert source.closed == 2


def test_a_source_has_to_tell_its_size():
    class Source(Film):
        def do_open(self):
            pass

    source = Source([picture()])
    with pytest.raises(TypeError, match="gave a None; wanted a vbg.FrameSpec"):
        source.open()
    assert source.closed == 1


class Failing(vbg.Segmenter):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def do_segment(self, frame, alpha):
        raise self.error


def test_exceptions_come_out_of_direct_calls_as_they_are():
    with pytest.raises(ZeroDivisionError, match="mine"):
        Failing(ZeroDivisionError("mine"))(picture())


def test_exceptions_in_a_run_are_failures_unless_asked_to_stop():
    sink = Collect()
    pipeline = vbg.Pipeline(source=SOURCE, segmenter=Failing(ZeroDivisionError("mine")), sink=sink)
    pipeline.run()
    assert pipeline.stats().frames_failed == 4 and "mine" in pipeline.stats().last_failure
    assert all(frame.max() == 0 for frame in sink.frames)  # never the camera
    for sync in ("exact", "latest"):
        with pytest.raises((ZeroDivisionError, vbg.ModelError), match="mine"):  # latest: another thread's, as text
            vbg.Pipeline(source="pattern:size=64x48,fps=200", segmenter=Failing(ZeroDivisionError("mine")),
                         sink=Collect(), on_failure="stop", mask_sync=sync).run()


@pytest.mark.parametrize("error", [KeyboardInterrupt("mine"), SystemExit(3)])
@pytest.mark.parametrize("sync", ["exact", "latest"])
def test_what_ends_programs_ends_runs(error, sync):
    with pytest.raises(type(error)):
        vbg.Pipeline(source="pattern:size=64x48", segmenter=Failing(error), sink="null", mask_sync=sync).run()


def test_exceptions_of_sources_and_sinks_end_the_run():
    class BadSink(vbg.Sink):
        def do_write(self, frame):
            raise OSError(28, "disk full, mine")

    class BadSource(Film):
        def do_read(self, timeout):
            raise ValueError("mine")

    with pytest.raises(OSError, match="mine"):
        vbg.Pipeline(source=SOURCE, segmenter="constant", sink=BadSink()).run()
    with pytest.raises(ValueError, match="mine"):
        vbg.Pipeline(source=BadSource([picture()]), segmenter="constant", sink="null").run()


def test_sinks_are_given_up_when_an_exception_leaves_the_block():
    sink = Collect()
    with pytest.raises(ValueError, match="mine"):
        with vbg.Pipeline(source=SOURCE, segmenter="constant", sink=sink) as pipeline:
            pipeline.step()
            raise ValueError("mine")
    assert sink.events[-1] == "abandon"
    with pytest.raises(RuntimeError, match="given up"):
        pipeline.step()


def test_a_source_that_changes_its_size_or_times_out():
    class Waits(Film):
        def do_read(self, timeout):
            self.waits = getattr(self, "waits", 0) + 1
            if self.waits < 3:
                raise TimeoutError
            return super().do_read(timeout)

    pipeline = vbg.Pipeline(source=Waits([picture()]), segmenter="constant", sink="null")
    with pytest.raises(TimeoutError):
        pipeline.step()
    with pytest.raises(TimeoutError):
        pipeline.step()
    assert pipeline.step() is True and pipeline.step() is False
    with pytest.raises(OSError, match="stream began as"):
        list(Film([picture(), picture(20, 20)]))


def test_stages_die_with_their_objects_and_live_with_their_pipeline():
    sink = Collect()
    gone = weakref.ref(sink)
    pipeline = vbg.Pipeline(source=SOURCE, segmenter=Half(), sink=sink)
    del sink
    gc.collect()
    assert gone() is not None
    pipeline.run()
    assert len(gone().frames) == 4
    del pipeline
    gc.collect()
    assert gone() is None


def test_one_stage_in_two_threads_and_two_pipelines():
    stage = Half()
    errors = []

    def work(size):
        try:
            for _ in range(20):
                out = stage(picture(*size))
                assert out.shape == size and out[0, 0] == 255 and out[0, -1] == 0
        except BaseException as error:  # noqa: B902
            errors.append(error)

    threads = [threading.Thread(target=work, args=(size,)) for size in ((48, 64), (20, 30))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sinks = [Collect(), Collect()]
    pipelines = [vbg.Pipeline(source=f"pattern:size={size},frames=10", segmenter=stage, sink=sink, on_failure="stop")
                 for size, sink in zip(("64x48", "32x24"), sinks)]
    threads = [threading.Thread(target=p.run) for p in pipelines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and [len(sink.frames) for sink in sinks] == [10, 10]


def test_a_stage_may_call_other_stages_and_itself():
    soften = vbg.BoxBlur(size=5)

    class Twice(vbg.MaskFilter):
        depth = 0

        def do_apply(self, guide, matte, out):
            if self.depth == 0:
                self.depth = 1
                matte = self(np.array(matte), guide)
                self.depth = 0
            soften(matte, out=out)

    expected = soften(soften(matte()))
    assert (Twice()(matte(), picture()) == expected).all()
