#include "device_array.hpp"
#include "python_stage.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

std::chrono::nanoseconds nanoseconds(double seconds) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

py::object segment(SegmenterObject& self, const py::object& frame, const py::object& out,
                   const py::object& foreground, const std::string& format, double timestamp,
                   ContextObject* context) {
    const Reach reach = reach_of(context);
    const Memory memory(frame, "frame", false, reach);
    FrameView in = frame_view(memory, format_named(format));
    in.timestamp = nanoseconds(timestamp);
    const MaskOut result(out, in.width, in.height, in.device, reach);
    std::optional<Memory> colours;
    std::optional<FrameView> colours_view;
    if (!foreground.is_none()) {
        if (!self.stage().gives_foreground()) {
            throw Refused(Refused::As::value, std::string(self.stage().name()) +
                                                  ": gives no foreground colours; leave foreground= away");
        }
        colours.emplace(foreground, "foreground", true, reach);
        colours_view = frame_view(*colours, in.format);
    }
    DirectCall call;
    call.add(in.planes[0].data, frame);
    call.add(result.view.data, result.object);
    if (colours) call.add(colours->data, foreground);
    {
        const Alone<Segmenter> alone(self);
        Context& with = self.context(context, in.device);
        self.prepare({in.width, in.height, in.format, in.color, in.device, 0}, with);
        (void)self.stage().segment(in, result.view, with, colours_view);
        share(in.device, reach.stream);
    }
    return result.object;
}

/// Seconds that `calls` calls take without Python in between; for benchmarks/bench_python.py.
double segment_loop(SegmenterObject& self, const py::object& frame, const py::object& out, int calls) {
    const Memory memory(frame, "frame", false);
    const FrameView in = frame_view(memory, PixelFormat::bgr8);
    const MaskOut result(out, in.width, in.height);
    const Alone<Segmenter> alone(self);
    Context& with = self.context(nullptr);
    self.prepare({in.width, in.height, in.format, in.color, {}, 0}, with);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) (void)self.stage().segment(in, result.view, with);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr const char* kSegmenterClass =
    R"(Finds the person: picture in, matte out (255 = person, 0 = background).

Segmenter(spec, /, **options) makes the one of that name; help(vbg.Bodypix) and so on tell the options.
Subclasses that call super().__init__() without a name find the person themselves, in do_segment().

>>> import numpy as np, vbg
>>> frame = np.zeros((90, 160, 3), np.uint8)
>>> frame[:, 80:] = (64, 177, 0)                            # right half: green, as b, g, r
>>> matte = vbg.Segmenter("chroma_key")(frame)
>>> matte.shape, matte.dtype.name, matte[0, 0], matte[0, 159]
((90, 160), 'uint8', 255, 0)

A segmenter of one's own: everything brighter than 128 is the person.

>>> class Bright(vbg.Segmenter):
...     def do_segment(self, frame, alpha):                 # alpha: (height, width), to be written
...         alpha[:] = np.where(frame.mean(axis=2) > 128, 255, 0)
>>> Bright()(np.full((2, 2, 3), 200, np.uint8)).tolist()
[[255, 255], [255, 255]]
)";

constexpr const char* kSegment = R"(Find the person in one picture; returns the matte.

frame : (height, width, 3) uint8, borrowed: read where it lies
out : (height, width) uint8 (0..255) or float32 (0..1) to write the matte into; default: a new uint8 array
foreground : like `frame`, filled with the person's own colours where `gives_foreground`
format : "bgr8" (OpenCV's order) or "rgb8"
timestamp : seconds; only stages with memory look at it
context : a vbg.Context: worker threads, or the stream for pictures on a GPU (see "GPUs" in help(vbg)); default: one
    thread, the GPU's default stream

The first frame, and every frame of another size, configures the stage; that takes longer (models are loaded).
)";

}  // namespace

void bind_segmenter(py::module_& module) {
    py::class_<SegmenterObject> type(module, "Segmenter", whole_from_new<SegmenterObject>(), kSegmenterClass);
    bind_init<Segmenter, WrittenSegmenter>(type, "Segmenter");
    bind_common<Segmenter>(type);
    for (const char* name : {"segment", "__call__"}) {
        type.def(name, &segment, "frame"_a, py::kw_only(), "out"_a = py::none(), "foreground"_a = py::none(),
                 "format"_a = "bgr8", "timestamp"_a = 0.0, "context"_a = static_cast<ContextObject*>(nullptr),
                 kSegment);
    }
    module.def("_segment_loop", &segment_loop, "stage"_a, "frame"_a, "out"_a, "calls"_a,
               "Seconds that so many native calls of segment() take; for the benchmark.");
    type.def_property_readonly(
            "gives_foreground", [](const SegmenterObject& self) { return self.stage().gives_foreground(); },
            "Whether segment() can fill `foreground`.")
        .def_property_readonly(
            "warm_up_frames", [](const SegmenterObject& self) { return self.stage().warm_up_frames(); },
            "Frames needed before the first useful matte.")
        .def(
            "do_segment",
            [](const SegmenterObject& self, const py::args&) {
                throw Refused(Refused::As::state,
                              std::string(self.stage().name()) +
                                  ": do_segment() is for subclasses to write; call segment()");
            },
            R"(do_segment(self, frame, alpha) -> None. For subclasses: write the matte into `alpha`.

frame : (height, width, 3) uint8, not to be written
alpha : (height, width) uint8, or float32 where segment() was given such an `out`; or return an array like it

With the class attribute gives_foreground = True it may be called as do_segment(self, frame, alpha, foreground)
and returns True when it has written the foreground too. do_configure(self, spec) and do_reset(self) may be
written as well. In a Pipeline the arrays are copies that may be kept.)");
}

}  // namespace vbg::python
