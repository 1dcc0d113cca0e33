#include "python_stage.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

FrameSpec open_as(SinkObject& self, const FrameSpec& wanted) {
    const Alone<Sink> alone(self);
    self.port.open = false;
    self.port.spec = self.stage().open(wanted);
    self.port.open = true;
    return self.port.spec;
}

void write(SinkObject& self, const py::object& frame, const std::string& format,
           std::optional<double> timestamp) {
    const Memory memory(frame, "frame", false);
    FrameView view = frame_view(memory, format_named(format));
    if (!self.port.open) open_as(self, {view.width, view.height, view.format, {}, {}, 30.0});
    Port& port = self.port;
    const double fps = port.spec.fps > 0 ? port.spec.fps : 30.0;
    view.sequence = port.sequence++;
    port.timestamp = timestamp.value_or(static_cast<double>(view.sequence) / fps);
    view.timestamp = std::chrono::nanoseconds(static_cast<std::int64_t>(port.timestamp * 1e9));
    DirectCall call;
    call.add(view.planes[0].data, frame);
    const Alone<Sink> alone(self);
    if (view.format == port.spec.format) {
        self.stage().write(view);
        return;
    }
    if (port.converted.width() != view.width || port.converted.height() != view.height ||
        port.converted.format() != port.spec.format) {
        port.converted = Frame(view.width, view.height, port.spec.format, port.spec.color);
    }
    convert(view, port.converted.view());
    port.converted.stamp(view.timestamp, view.sequence);
    self.stage().write(port.converted.view());
}

void close(SinkObject& self) {
    const Alone<Sink> alone(self);
    self.port.open = false;
    self.port.sequence = 0;
    self.stage().close();
}

void abandon(SinkObject& self) {
    const Alone<Sink> alone(self);
    self.port.open = false;
    self.port.sequence = 0;
    self.stage().abandon();
}

py::object demand(const SinkObject& self) {
    switch (self.stage().demand()) {
        case Demand::none: return py::bool_(false);
        case Demand::wanted: return py::bool_(true);
        case Demand::unknown: break;
    }
    return py::none();
}

py::dict counters(const SinkObject& self) {
    const SinkCounters counted = self.stage().counters();
    return py::dict("shown"_a = counted.shown, "repeated"_a = counted.repeated, "dropped"_a = counted.dropped,
                    "reopened"_a = counted.reopened);
}

constexpr const char* kSinkClass = R"(Where frames go: a film, pictures, a pipe, a virtual camera.

Sink(spec, /, **options) makes the one of that name; help(vbg.VideoSink) and so on tell the options. write() opens
it for frames of that size where it is not open; files get their final names when it is closed. `with` closes it, and
removes what is half-written when an exception leaves the block.

>>> import numpy as np, os, tempfile, vbg
>>> folder = tempfile.TemporaryDirectory()
>>> path = os.path.join(folder.name, "grey.png")
>>> with vbg.Sink("image", path=path) as sink:
...     sink.write(np.full((48, 64, 3), 128, np.uint8))
>>> os.path.getsize(path) > 50
True

A sink of one's own needs one method:

>>> class Brightness(vbg.Sink):
...     def do_write(self, frame):
...         print(frame.mean())
>>> vbg.Pipeline(source="pattern:size=64x48,frames=1", segmenter="constant:value=0", background="color:value=white",
...              sink=Brightness()).run()
255.0
)";

constexpr const char* kWrite = R"(Write one frame; it is borrowed for the call.

frame : array of uint8 in `format` ("bgr8", OpenCV's order, by default); converted where the sink holds another
timestamp : seconds; default: the frame's number over the frame rate
)";

}  // namespace

void bind_sink(py::module_& module) {
    py::class_<SinkObject> type(module, "Sink", whole_from_new<SinkObject>(), kSinkClass);
    bind_init<Sink, WrittenSink>(type, "Sink");
    type.def_property_readonly(
            "name", [](const SinkObject& self) { return std::string(self.stage().name()); }, "Registry name.")
        .def_readonly("spec", &SinkObject::spec, "The spec string it was made from.")
        .def(
            "open",
            [](SinkObject& self, int width, int height, const std::string& format, double fps) {
                return open_as(self, {width, height, format_named(format), {}, {}, fps});
            },
            "width"_a, "height"_a, "format"_a = "bgr8", py::kw_only(), "fps"_a = 30.0,
            "Open for such frames; returns what is accepted, a FrameSpec (a device may hold another size).")
        .def("write", &write, "frame"_a, py::kw_only(), "format"_a = "bgr8", "timestamp"_a = py::none(),
             kWrite)
        .def("close", &close, "Finish: files get their final names. Harmless when closed.")
        .def("abandon", &abandon, "Give up: remove what is half-written.")
        .def_property_readonly(
            "is_open", [](const SinkObject& self) { return self.port.open; }, "Whether it is open.")
        .def_property_readonly("demand", &demand,
                               "Whether anybody looks now: True, False, or None where the sink cannot tell.")
        .def("counters", &counters,
             "A dictionary of shown, repeated, dropped and reopened, for virtual cameras.")
        .def("__enter__", [](const py::object& self) { return self; })
        .def("__exit__",
             [](SinkObject& self, const py::object& type_of_error, const py::object&, const py::object&) {
                 if (type_of_error.is_none()) {
                     close(self);
                 } else {
                     abandon(self);
                 }
             })
        .def("__repr__",
             [](const SinkObject& self) {
                 return "<vbg.Sink '" + name_for_repr(self) + (self.port.open ? "', open>" : "', closed>");
             })
        .def(
            "do_write",
            [](const SinkObject& self, const py::object&) {
                throw Refused(Refused::As::state,
                              std::string(self.stage().name()) +
                                  ": do_write() is for subclasses to write; call write()");
            },
            "frame"_a,
            "do_write(self, frame) -> None. For subclasses: take one frame, an array that may be kept.\n\n"
            "do_open(self, spec), do_close(self) and do_abandon(self) may be written as well, and "
            "do_interrupt(self), "
            "called from another\nthread when the run is stopped: do_write() should then not wait for "
            "anybody any more.");
}

}  // namespace vbg::python
