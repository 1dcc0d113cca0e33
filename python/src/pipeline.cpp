#include <string>

#include "device_array.hpp"
#include "pipeline_object.hpp"

namespace vbg::python {

PipelineObject::~PipelineObject() { abandon(); }

Pipeline& PipelineObject::get() const {
    if (pipeline == nullptr)
        throw Refused(Refused::As::state,
                      "this pipeline was never made, or given up when an exception left its `with` block; "
                      "make a new one");
    return *pipeline;
}

void PipelineObject::abandon() { drop_without_gil(pipeline); }

Busy::Busy(PipelineObject& object, std::string_view what) : object_(object) {
    if (object_.busy.exchange(true)) {
        throw Refused(Refused::As::state,
                      std::string(what) +
                          ": the pipeline is at work already (in another thread, or this is called "
                          "from one of its own stages or callbacks); stop() it first. stats(), "
                          "stop() and what else says so may be called at any time");
    }
}

namespace {

bool step(PipelineObject& self, double timeout) {
    const Busy busy(self, "step()");
    Pipeline& pipeline = self.get();
    (void)self.state->start();
    ReadResult result{};
    try {
        const WithoutGil free;
        result =
            pipeline.step(std::chrono::milliseconds(static_cast<std::int64_t>(std::min(timeout, 1e9) * 1e3)));
    } catch (...) {
        rethrow_fatal(self);
        throw;
    }
    rethrow_fatal(self);
    if (result == ReadResult::timed_out) {
        PyErr_SetString(PyExc_TimeoutError,
                        ("step: the source gave no frame within " + std::to_string(timeout) + " s").c_str());
        throw py::error_already_set();
    }
    return result == ReadResult::frame;
}

py::object process(PipelineObject& self, const py::object& frame, const py::object& out,
                   const py::object& matte, const std::string& format) {
    const Busy busy(self, "process()");
    Pipeline& pipeline = self.get();
    const Reach reach = self.reach;
    const Memory memory(frame, "frame", false, reach);
    const FrameView in = frame_view(memory, format_named(format));
    const FrameOut result(out, {in.width, in.height, in.format, {}, in.device, 0}, reach);
    std::optional<MaskOut> matte_out;
    if (!matte.is_none()) matte_out.emplace(matte, in.width, in.height, Device{}, reach, "matte");
    (void)self.state->start();
    try {
        const WithoutGil free;
        const MaskView matte_view = matte_out ? matte_out->view : MaskView{};
        pipeline.process(in, result.view, matte_view);
        for (const Device& place : {in.device, result.view.device, matte_view.device}) {
            if (place.type != DeviceType::cuda) continue;
            share(place, reach.stream);
            break;
        }
    } catch (...) {
        rethrow_fatal(self);
        throw;
    }
    rethrow_fatal(self);
    return result.object;
}

std::chrono::milliseconds milliseconds(double seconds, const char* what) {
    if (!(seconds >= 0) || seconds > 1e6) {
        throw Refused(Refused::As::value, "live: " + std::string(what) + "=" + std::to_string(seconds) +
                                              ": wanted seconds, 0 or more");
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3));
}

py::object live(const py::object& self, double fps, bool on_demand, double idle_after, double max_cpu,
                bool hold_rate, double stall, bool reconnect) {
    auto& object = py::cast<PipelineObject&>(self);
    LiveOptions options;
    options.fps = fps;
    options.on_demand = on_demand;
    options.idle_after = milliseconds(idle_after, "idle_after");
    options.max_cpu = max_cpu;
    options.hold_rate = hold_rate;
    options.stall = milliseconds(stall, "stall");
    options.reconnect = reconnect;
    const Busy busy(object, "live()");
    object.get().live(options);
    return self;
}

/// A copy of the picture last written, or None.
py::object last_frame(const PipelineObject& self, const std::string& format) {
    const PixelFormat wanted = format_named(format);
    const Frame frame = self.unlocked([](const Pipeline& pipeline) { return pipeline.last_frame(); });
    if (frame.empty()) return py::none();
    const FrameOut result(py::none(), {frame.width(), frame.height(), wanted, {}, {}, 0});
    const WithoutGil free;
    convert(frame.view(), result.view);
    return result.object;
}

/// What may be called while run() goes on.
template <class Class>
void bind_while_running(Class& type) {
    type.def(
            "set",
            [](PipelineObject& self, const std::string& part, const std::string& spec) {
                self.unlocked([&](Pipeline& pipeline) { pipeline.set(part, spec); });
            },
            "part"_a, "spec"_a,
            R"(Replace a part by a spec string, also while run() goes on; no frame is lost.

part : "source", "segmenter", "filters", "background", "foreground", "compositor", "show", "sync", "on_failure" or "card"
spec : as for the method of that name; a chain replaces the whole chain, an empty one clears it

The new stage is made and warmed up first; where that fails it raises, and the old one stays. May be called at any
time from any thread.)")
        .def(
            "pause",
            [](PipelineObject& self) { self.unlocked([](Pipeline& pipeline) { pipeline.pause(); }); },
            "Close the camera and show the card until resume(). May be called at any time from any thread.")
        .def(
            "freeze",
            [](PipelineObject& self) { self.unlocked([](Pipeline& pipeline) { pipeline.freeze(); }); },
            "Keep the last composed frame until resume(). May be called at any time from any thread.")
        .def(
            "resume",
            [](PipelineObject& self) { self.unlocked([](Pipeline& pipeline) { pipeline.resume(); }); },
            "End pause() or freeze(). May be called at any time from any thread.")
        .def("last_frame", &last_frame, "format"_a = "bgr8",
             "A copy of the picture last written to the sinks, or None. May be called at any time from any "
             "thread.")
        .def("live", &live, py::kw_only(), "fps"_a = 0.0, "on_demand"_a = false, "idle_after"_a = 5.0,
             "max_cpu"_a = 0.0, "hold_rate"_a = false, "stall"_a = 1.0, "reconnect"_a = true,
             R"(How run() treats a live source (a camera). Returns the pipeline.

fps : frames a second promised to the sinks; 0 = the source's own rate
on_demand : sleep (camera closed) while no program looks at the virtual camera
idle_after : seconds that nobody must have looked before that
max_cpu : processor time the whole process may use, in cores; 0 = no limit. Given up to keep it: the
    network's resolution, then mattes, then background effects, then frames
hold_rate : give up the same, but no frames, where frames are late; stats().given_up says what
stall : seconds after which a segmenter that has not answered has stalled
reconnect : open a source or sink again that was lost, instead of raising)");
}

constexpr const char* kPipelineClass = R"(The machine: source, segmenter, filters, effects, compositor, sink.

Pipeline(*, source, segmenter, filters, background, foreground, compositor, sink, preset, mask_sync, on_failure,
         show, threads, device, stream)

Each part is a spec string ("blur:sigma=12"), a stage object, or for filters, background, foreground and sink a
chain ("dilate:size=10 | box_blur:size=30") or a list of either. `preset` fills in what is not named: "default",
"fakecam" or "none".

mask_sync : "exact" (each frame waits for its matte) or "latest" (frames never wait; run() only)
on_failure : what comes out while no valid matte can be made: "hold" the last composed frame, "background",
    "blank", "stop" (raise), or "passthrough", the raw camera, for those who want that
show : "composite", "matte" or "side_by_side"
threads : for pixel work; 0 = all cores, at most 4
device : where the stages work: "cpu", "cuda" (the first GPU), "cuda:N", or "auto": the first GPU where the
    segmenter has code for it, else the CPU. Stages without code for a GPU have their pictures carried.
stream : on that GPU, which must be named, in whose turn everything is done, as an int
    (torch.cuda.current_stream().cuda_stream); it must outlive the pipeline. 0: one of the pipeline's own

With no background the person stands before black: the room shows only where an effect that shows it (blur) was
asked for. A stage written in Python that raises is a failure as above; the exception's text is in
stats().last_failure. KeyboardInterrupt and SystemExit always end the run.

>>> import numpy as np, vbg
>>> pipeline = vbg.Pipeline(segmenter="chroma_key", background="color:value=white")
>>> frame = np.zeros((90, 160, 3), np.uint8)
>>> frame[:, 80:] = (64, 177, 0)                            # green screen on the right
>>> out = pipeline.process(frame)
>>> out[0, 0].tolist(), out[0, 159].tolist()
([0, 0, 0], [255, 255, 255])

>>> with vbg.Pipeline(source="pattern:size=64x48,frames=5", segmenter="constant:value=255", sink="null") as p:
...     p.run()
...     p.stats().frames_out
5
)";

}  // namespace

void bind_pipeline(py::module_& module) {
    py::class_<PipelineObject> type(module, "Pipeline", whole_from_new<PipelineObject>(), kPipelineClass);
    bind_parts(type);
    bind_while_running(type);
    type.def(
            "open",
            [](PipelineObject& self) {
                const Busy busy(self, "open()");
                Pipeline& pipeline = self.get();
                const WithoutGil free;
                pipeline.open();
            },
            "Open source and sinks and load every model now, rather than with the first frame.")
        .def("step", &step, py::kw_only(), "timeout"_a = 1.0,
             "One frame from source to sinks; False at the source's end. TimeoutError after `timeout` "
             "seconds.")
        .def(
            "run", &run, py::kw_only(), "frames"_a = 0, "progress"_a = py::none(),
            R"(Run until the source ends, stop() is called, Ctrl-C is pressed, or `frames` were written; then close.

frames : 0 = no limit
progress : called with the pipeline after each frame, on another thread; return False to stop

The pipeline runs on a thread of its own without Python's lock, while this call waits.)")
        .def(
            "stop", [](PipelineObject& self) { self.state->stop(); },
            "Ask a run() to end after its frame. Where there is none, the next one ends as it begins. "
            "Returns at "
            "once; may be called at any time from any thread.")
        .def("process", &process, "frame"_a, py::kw_only(), "out"_a = py::none(), "matte"_a = py::none(),
             "format"_a = "bgr8",
             R"(One picture by hand, without source and sink; returns the composed picture.

frame : (height, width, 3) uint8, borrowed: read where it lies, in host memory or on the pipeline's GPU
out : like `frame`, to write into; default: a new array, a vbg.DeviceArray where frame lies on a GPU
matte : (height, width) uint8, filled with the refined matte
format : "bgr8" (OpenCV's order) or "rgb8", of frame and out

Where all of them lie on the GPU the work is only queued when this returns: in the pipeline's `stream`, and the GPU's
default stream waits for it, too (see "GPUs" in help(vbg)). Keep frame and matte alive, and unchanged in other streams,
until it is done. A new DeviceArray is cleared first; `out` saves that.

Raises where no valid matte can be made; `out` is black then.)")
        .def(
            "close",
            [](PipelineObject& self) {
                const Busy busy(self, "close()");
                if (self.pipeline == nullptr) return;
                const WithoutGil free;
                self.pipeline->close();
            },
            "Finish the sinks (files get their final names) and close the source.")
        .def(
            "reset",
            [](PipelineObject& self) { self.unlocked([](Pipeline& pipeline) { pipeline.reset(); }); },
            "Forget temporal state in every stage. May be called at any time from any thread.")
        .def(
            "stats",
            [](const PipelineObject& self) {
                return self.unlocked([](const Pipeline& pipeline) { return pipeline.stats(); });
            },
            "A copy of the counters, vbg.Stats. May be called at any time from any thread.")
        .def_property_readonly(
            "output_spec", [](const PipelineObject& self) { return self.get().output_spec(); },
            "What the sinks get, a FrameSpec; valid once open.")
        .def_property_readonly(
            "input_spec", [](const PipelineObject& self) { return self.get().input_spec(); },
            "What the source answered, a FrameSpec; valid once open.")
        .def_property_readonly(
            "source_length", [](const PipelineObject& self) { return self.get().source_length(); },
            "Frames the source has in all; 0 = not known.")
        .def("__enter__", [](const py::object& self) { return self; })
        .def("__exit__",
             [](const py::object& self, const py::object& error, const py::object&, const py::object&) {
                 auto& object = py::cast<PipelineObject&>(self);
                 if (error.is_none()) {
                     call(self.attr("close"));
                 } else {
                     const Busy busy(object, "leaving `with`");
                     object.abandon();
                 }
             });
}

}  // namespace vbg::python
