#include <algorithm>

#include "python_stage.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

constexpr std::chrono::milliseconds kSlice{100};  // how late Ctrl-C may be noticed

FrameSpec open_source(SourceObject& self) {
    const Alone<Source> alone(self);
    self.port.open = false;
    self.port.spec = self.stage().open();
    self.port.open = true;
    return self.port.spec;
}

void close_source(SourceObject& self) {
    const Alone<Source> alone(self);
    self.port.open = false;
    self.stage().close();
}

/// The array a frame goes into: `out`, or a new one. `format` empty: the source's own.
FrameOut place_for(const SourceObject& self, const std::optional<std::string>& format,
                   const py::object& out) {
    FrameSpec spec = self.port.spec;
    if (format) spec.format = format_named(*format);
    if (plane_count(spec.format) > 1 && (spec.width % 2 != 0 || spec.height % 2 != 0)) {
        throw Refused(Refused::As::value,
                      std::string(self.stage().name()) + ": " + std::string(to_string(spec.format)) +
                          " with odd sides does not fit an array; ask for format=\"bgr8\"");
    }
    return {out, spec};
}

/// Reads in slices, so that Ctrl-C is noticed. `seconds` < 0: without end. The frame, if any, is in `result`.
ReadResult read_into(SourceObject& self, double seconds, const FrameView& result) {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                               std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e8)));
    for (;;) {
        auto slice = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        slice = std::clamp(seconds < 0 ? kSlice : slice, std::chrono::milliseconds(0), kSlice);
        ReadResult answer{};
        {
            const Alone<Source> alone(self);
            ConstFrameView frame;
            answer = self.stage().read(frame, slice);
            if (answer == ReadResult::frame) {
                if (frame.format == result.format) {
                    copy_pixels(frame, result);
                } else {
                    convert(frame, result);
                }
                self.port.timestamp = std::chrono::duration<double>(frame.timestamp).count();
                self.port.sequence = frame.sequence;
                self.stage().release();
            }
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        if (answer != ReadResult::timed_out) return answer;
        if (seconds >= 0 && std::chrono::steady_clock::now() >= until) return answer;
    }
}

py::object read_source(SourceObject& self, const std::optional<double>& timeout,
                       const std::optional<std::string>& format, const py::object& out) {
    if (!self.port.open) open_source(self);
    const FrameOut place = place_for(self, format, out);
    switch (read_into(self, timeout.value_or(-1.0), place.view)) {
        case ReadResult::frame: return place.object;
        case ReadResult::end: return py::none();
        case ReadResult::timed_out: break;
    }
    PyErr_SetString(PyExc_TimeoutError,
                    (std::string(self.stage().name()) + ": no frame within " +
                     std::to_string(timeout.value_or(0)) + " s; read again, or wait longer with timeout=")
                        .c_str());
    throw py::error_already_set();
}

py::object next(SourceObject& self) {
    py::object frame = read_source(self, std::nullopt, "bgr8", py::none());
    if (frame.is_none()) {
        close_source(self);
        throw py::stop_iteration();
    }
    return frame;
}

constexpr const char* kSourceClass = R"(Where frames come from: a camera, a film, pictures, a test pattern.

Source(spec, /, **options) makes the one of that name; help(vbg.VideoSource) and so on tell the options.
Iterating opens it, gives a new array (height, width, 3) uint8 in OpenCV's order for each frame, and closes it
at the end. `with` closes it in every case.

>>> import vbg
>>> with vbg.Source("pattern", size=(64, 48), frames=3) as source:
...     for frame in source:
...         print(frame.shape, source.sequence)
(48, 64, 3) 0
(48, 64, 3) 1
(48, 64, 3) 2

A source of one's own needs two methods:

>>> import numpy as np
>>> class Countdown(vbg.Source):
...     def do_open(self):
...         self.left = 3
...         return 64, 48                                   # width, height; bgr8
...     def do_read(self, timeout):                         # an array, or None at the end
...         self.left -= 1
...         return np.full((48, 64, 3), self.left, np.uint8) if self.left >= 0 else None
>>> [int(frame.max()) for frame in Countdown()]
[2, 1, 0]
)";

constexpr const char* kRead = R"(The next frame as a new array, or None when there will be no more.

timeout : seconds to wait; None waits as long as it takes. TimeoutError when none came in time
format : what to give, "bgr8" (OpenCV's order) by default; None: as the source has it (see "Arrays" in help(vbg))
out : an array of that shape to write into

Opens the source where it is not open. `timestamp` and `sequence` tell about the frame afterwards. The pixels are
copied (or converted) once, straight into the array.)";

}  // namespace

void bind_source(py::module_& module) {
    py::class_<SourceObject> type(module, "Source", whole_from_new<SourceObject>(), kSourceClass);
    bind_init<Source, WrittenSource>(type, "Source");
    type.def_property_readonly(
            "name", [](const SourceObject& self) { return std::string(self.stage().name()); },
            "Registry name.")
        .def_readonly("spec", &SourceObject::spec, "The spec string it was made from.")
        .def("open", &open_source,
             "Open (again) from the beginning; returns what every frame will be, a FrameSpec.")
        .def("read", &read_source, py::kw_only(), "timeout"_a = 1.0, "format"_a = "bgr8",
             "out"_a = py::none(), kRead)
        .def("close", &close_source, "Close. Harmless when closed.")
        .def_property_readonly(
            "is_open", [](const SourceObject& self) { return self.port.open; }, "Whether it is open.")
        .def_property_readonly(
            "is_live", [](const SourceObject& self) { return self.stage().is_live(); },
            "True for cameras: frames that nobody reads are lost.")
        .def_property_readonly(
            "length", [](const SourceObject& self) { return self.stage().length(); },
            "Frames in all where that is known, else 0.")
        .def_property_readonly(
            "timestamp", [](const SourceObject& self) { return self.port.timestamp; },
            "Seconds, of the last frame: monotonic clock for cameras, media time for films.")
        .def_property_readonly(
            "sequence", [](const SourceObject& self) { return self.port.sequence; },
            "Number of the last frame; a gap means lost frames.")
        .def_property_readonly(
            "damaged", [](const SourceObject& self) { return self.stage().damaged(); },
            "Frames that came damaged and were left out.")
        .def("__iter__",
             [](const py::object& self) {
                 auto& object = py::cast<SourceObject&>(self);
                 if (!object.port.open) open_source(object);
                 return self;
             })
        .def("__next__", &next)
        .def("__enter__", [](const py::object& self) { return self; })
        .def("__exit__", [](SourceObject& self, const py::args&) { close_source(self); })
        .def("__repr__",
             [](const SourceObject& self) {
                 return "<vbg.Source '" + name_for_repr(self) + (self.port.open ? "', open>" : "', closed>");
             })
        .def(
            "do_open",
            [](const SourceObject& self) {
                throw Refused(Refused::As::state, std::string(self.stage().name()) +
                                                      ": do_open() is for subclasses to write; call open()");
            },
            "do_open(self) -> (width, height) or (width, height, format) or FrameSpec. For subclasses: "
            "begin.")
        .def(
            "do_read",
            [](const SourceObject& self, double) {
                throw Refused(Refused::As::state, std::string(self.stage().name()) +
                                                      ": do_read() is for subclasses to write; call read()");
            },
            "timeout"_a,
            "do_read(self, timeout) -> array or None. For subclasses: the next frame, or None at the end.\n\n"
            "The array is borrowed, not copied, until the next call: do not write into it meanwhile. Raise\n"
            "TimeoutError when none came within `timeout` seconds. do_close(self) may be written as well, "
            "and the\n"
            "class attributes is_live (True or False) and length (frames) set. An OSError of a live source "
            "means that the\n"
            "device is lost; Pipeline.run() then opens it again until it is back.");
}

}  // namespace vbg::python
