// FrameSpec, Context, Stats.
#include <fmt/format.h>

#include "arrays.hpp"
#include "bind.hpp"
#include "context_object.hpp"
#include "devices.hpp"
#include "errors.hpp"
#include "new_instance.hpp"

namespace vbg::python {

namespace {

void bind_frame_spec(py::module_& module) {
    py::class_<FrameSpec>(module, "FrameSpec", whole_from_new<FrameSpec>(),
                          R"(What is fixed between the frames of a stream.

>>> import vbg
>>> vbg.FrameSpec(1280, 720, fps=30)
vbg.FrameSpec(1280, 720, 'bgr8', fps=30)
)")
        .def(
            "_make",
            [](FrameSpec& self, int width, int height, const std::string& format, double fps) {
                self = FrameSpec{width, height, format_named(format), {}, {}, fps};
            },
            "width"_a, "height"_a, "format"_a = "bgr8", py::kw_only(), "fps"_a = 0.0)
        .def_readonly("width", &FrameSpec::width, "Pixels.")
        .def_readonly("height", &FrameSpec::height, "Pixels.")
        .def_property_readonly(
            "format", [](const FrameSpec& s) { return std::string(to_string(s.format)); },
            "Byte order in memory, e.g. \"bgr8\".")
        .def_readonly("fps", &FrameSpec::fps, "Nominal frames a second; 0 = unknown.")
        .def("__eq__",
             [](const FrameSpec& a, const py::object& other) {
                 if (!py::isinstance<FrameSpec>(other)) return false;
                 const auto& b = py::cast<const FrameSpec&>(other);
                 return a.width == b.width && a.height == b.height && a.format == b.format && a.fps == b.fps;
             })
        .def("__hash__",
             [](const FrameSpec& s) {
                 return py::hash(py::make_tuple(s.width, s.height, static_cast<int>(s.format), s.fps));
             })
        .def("__repr__", [](const FrameSpec& s) {
            return fmt::format("vbg.FrameSpec({}, {}, '{}', fps={})", s.width, s.height, to_string(s.format),
                               s.fps);
        });
}

void bind_context(py::module_& module) {
    py::class_<ContextObject>(
        module, "Context", whole_from_new<ContextObject>(),
        R"(Worker threads, or a GPU and a stream on it, for stages that are called by hand. One thread at a time may use it.

threads : for pixel work in host memory, the caller's included; 0 = all cores, at most 4
device : where the pictures lie that it is used with: "cpu", "cuda" (the first GPU) or "cuda:N"
stream : on that GPU, in whose turn everything is done, as an int: torch.cuda.current_stream().cuda_stream, CuPy's
    stream.ptr; it must outlive the context. 0 = the GPU's default stream

>>> import numpy as np, vbg
>>> many = vbg.Context(threads=2)
>>> vbg.Effect("pixelate", exclude_person=False)(np.zeros((90, 160, 3), np.uint8), context=many).shape
(90, 160, 3)
)")
        .def(
            "_make",
            [](ContextObject& self, int threads, const std::string& device, std::uintptr_t stream) {
                if (threads < 0 || threads > 256) {
                    throw Refused(Refused::As::value,
                                  fmt::format("threads={}: wanted 0 (all cores, at most 4) to 256", threads));
                }
                if (self.context != nullptr) throw Refused(Refused::As::state, "Context: made already");
                const Device where = device_named(device);
                const StreamRef turn = stream_numbered(stream);
                if (turn.native != nullptr && where.type != DeviceType::cuda)
                    throw Refused(Refused::As::value,
                                  "Context: stream= without a GPU; name it: device='cuda:0'");
                self.context = std::make_unique<Context>(threads, where, turn);
            },
            py::kw_only(), "threads"_a = 0, "device"_a = "cpu", "stream"_a = 0)
        .def_property_readonly(
            "device", [](const ContextObject& self) { return device_text(self.get().device()); },
            "\"cpu\" or \"cuda:N\".")
        .def_property_readonly(
            "stream", [](const ContextObject& self) { return number_of(self.get().stream()); },
            "The stream as an int; 0 = the GPU's default one.")
        .def_property_readonly(
            "threads", [](const ContextObject& self) { return self.get().threads(); },
            "Threads used, the caller's included.");
}

void bind_stats(py::module_& module) {
    py::class_<StageTime>(
        module, "StageTime", whole_from_new<StageTime>(),
        "How long one stage took, seconds; mean and max over all frames. On a GPU: to hand the "
        "work over; \"compose\" takes no time where the last effect composes the frame.")
        .def_readonly("name", &StageTime::name, "For example \"segmenter bodypix\" or \"compose\".")
        .def_readonly("last", &StageTime::last)
        .def_readonly("mean", &StageTime::mean)
        .def_readonly("max", &StageTime::max)
        .def("__repr__", [](const StageTime& t) {
            return fmt::format("<vbg.StageTime '{}' last {:.2f} ms, mean {:.2f} ms, max {:.2f} ms>", t.name,
                               1e3 * t.last, 1e3 * t.mean, 1e3 * t.max);
        });
    py::class_<Stats>(module, "Stats", whole_from_new<Stats>(), "A pipeline's counters at one moment.")
        .def_readonly("frames_in", &Stats::frames_in, "Read from the source.")
        .def_readonly("frames_out", &Stats::frames_out, "Written to the sink.")
        .def_readonly("frames_failed", &Stats::frames_failed, "For which no valid matte could be made.")
        .def_readonly("frames_dropped", &Stats::frames_dropped,
                      "Read but not written, and gaps in the source.")
        .def_readonly("frames_damaged", &Stats::frames_damaged,
                      "Left out by the source because they came damaged; gaps, so dropped, too.")
        .def_readonly("mattes", &Stats::mattes, "Made by the segmenter.")
        .def_readonly("mask_lag", &Stats::mask_lag, "Frames the last matte was behind its frame.")
        .def_readonly("mask_lag_max", &Stats::mask_lag_max)
        .def_readonly("fps", &Stats::fps, "Frames written a second, over the last second or so.")
        .def_readonly("last_failure", &Stats::last_failure, "Text of the newest failure, or empty.")
        .def_property_readonly(
            "state", [](const Stats& s) { return std::string(to_string(s.state)); },
            "\"stopped\", \"starting\", \"running\", \"paused\", \"frozen\", \"asleep\" or \"waiting\" (for "
            "the source).")
        .def_readonly("frames_repeated", &Stats::frames_repeated, "Written once more for want of a new one.")
        .def_readonly("source_reopened", &Stats::source_reopened, "Times the source was lost and came back.")
        .def_readonly("sinks_reopened", &Stats::sinks_reopened, "The same of sinks.")
        .def_readonly("latency", &Stats::latency,
                      "A vbg.StageTime: from a frame's arrival until every sink had it.")
        .def_readonly("cpu", &Stats::cpu,
                      "Processor cores that the whole process used over the last second or so.")
        .def_readonly("level", &Stats::level,
                      "Steps of work given up to keep max_cpu or hold_rate; 0 = none.")
        .def_readonly("given_up", &Stats::given_up, "The same in words.")
        .def_readonly("coarseness", &Stats::coarseness,
                      "Steps of the network's resolution given up; counted in level.")
        .def_readonly("coarsest", &Stats::coarsest, "How many there are to give up.")
        .def_readonly("stages", &Stats::stages, "A list of vbg.StageTime.")
        .def("__repr__", [](const Stats& s) {
            return fmt::format("<vbg.Stats in {}, out {}, failed {}, dropped {}, {:.1f} fps>", s.frames_in,
                               s.frames_out, s.frames_failed, s.frames_dropped, s.fps);
        });
}

}  // namespace

void bind_types(py::module_& module) {
    bind_frame_spec(module);
    bind_context(module);
    bind_stats(module);
}

}  // namespace vbg::python
