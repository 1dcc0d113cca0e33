#include "device_array.hpp"
#include "python_stage.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

py::object apply_filter(MaskFilterObject& self, const py::object& matte, const py::object& guide,
                        const py::object& out, const std::string& format, double timestamp,
                        ContextObject* context) {
    const Reach reach = reach_of(context);
    const Memory matte_memory(matte, "matte", false, reach);
    const MaskView in = mask_view(matte_memory);
    if (in.format != MaskFormat::u8) {
        throw Refused(
            Refused::As::type,
            "matte: dtype float32; filters take uint8, 255 = person: (matte * 255).astype(np.uint8)");
    }
    const FrameSpec spec{in.width, in.height, format_named(format), {}, in.device, 0};
    std::optional<Memory> guide_memory;
    FrameView picture;
    if (guide.is_none()) {
        if (self.stage().uses_guide()) {
            throw Refused(Refused::As::type, std::string(self.stage().name()) +
                                                 ": looks at the picture too; pass it: filter(matte, frame)");
        }
    } else {
        guide_memory.emplace(guide, "guide", false, reach);
        picture = frame_view(*guide_memory, spec.format);
    }
    const MaskOut result(out, in.width, in.height, in.device, reach);
    if (result.view.format != MaskFormat::u8)
        throw Refused(Refused::As::type, "out: dtype float32; filters write uint8");
    DirectCall call;
    call.add(in.data, matte);
    if (result.object.ptr() != matte.ptr()) call.add(result.view.data, result.object);
    if (!guide.is_none()) call.add(picture.planes[0].data, guide);
    {
        const Alone<MaskFilter> alone(self);
        Context& with = self.context(context, spec.device);
        self.prepare(spec, with);
        if (!guide_memory) picture = self.black_picture(spec);
        picture.timestamp = std::chrono::nanoseconds(static_cast<std::int64_t>(timestamp * 1e9));
        self.stage().apply(picture, in, result.view, with);
        share(spec.device, reach.stream);
    }
    return result.object;
}

constexpr const char* kMaskFilterClass =
    R"(Makes a matte better: widens it, softens it, fits it to the picture, steadies it.

MaskFilter(spec, /, **options) makes the one of that name; help(vbg.GuidedFilter) and so on tell the options.
Subclasses that call super().__init__() without a name do the work themselves, in do_apply().

>>> import numpy as np, vbg
>>> matte = np.zeros((9, 9), np.uint8)
>>> matte[4, 4] = 255
>>> (vbg.MaskFilter("dilate", size=3)(matte) > 0).sum()
9
>>> vbg.MaskFilter("dilate", size=0)
Traceback (most recent call last):
 ...
vbg._errors.InvalidArgumentError: dilate: size='0': wanted a whole number from 1 to 255 px; ...

>>> class Invert(vbg.MaskFilter):
...     uses_guide = False                                  # the picture does not matter
...     def do_apply(self, guide, matte, out):
...         np.subtract(255, matte, out=out)
>>> Invert()(matte)[4, 4]
0
)";

constexpr const char* kMaskFilterApply = R"(Refine one matte; returns the result.

matte : (height, width) uint8, 255 = person; borrowed: read where it lies
guide : (height, width, 3) uint8, the picture the matte belongs to; needed where `uses_guide`
out : (height, width) uint8 to write into; may be `matte` itself. Default: a new array
format : of the guide, "bgr8" (OpenCV's order) or "rgb8"
timestamp : seconds, of this frame; without it frames count as regular
context : a vbg.Context: worker threads, or the stream for pictures on a GPU (see "GPUs" in help(vbg)); default: one
    thread, the GPU's default stream
)";

}  // namespace

void bind_mask_filter(py::module_& module) {
    py::class_<MaskFilterObject> type(module, "MaskFilter", whole_from_new<MaskFilterObject>(),
                                      kMaskFilterClass);
    bind_init<MaskFilter, WrittenMaskFilter>(type, "MaskFilter");
    bind_common<MaskFilter>(type);
    for (const char* name : {"apply", "__call__"}) {
        type.def(name, &apply_filter, "matte"_a, "guide"_a = py::none(), py::kw_only(), "out"_a = py::none(),
                 "format"_a = "bgr8", "timestamp"_a = 0.0, "context"_a = static_cast<ContextObject*>(nullptr),
                 kMaskFilterApply);
    }
    type.def_property_readonly(
            "uses_guide", [](const MaskFilterObject& self) { return self.stage().uses_guide(); },
            "Whether the result depends on the picture, so that it must be passed.")
        .def(
            "do_apply",
            [](const MaskFilterObject& self, const py::args&) {
                throw Refused(Refused::As::state,
                              std::string(self.stage().name()) +
                                  ": do_apply() is for subclasses to write; call apply()");
            },
            R"(do_apply(self, guide, matte, out) -> None. For subclasses: write the result into `out`.

guide : (height, width, 3) uint8, not to be written; black where none was passed
matte : (height, width) uint8, not to be written; may be the memory of `out`
out : (height, width) uint8; or return an array like it

do_configure(self, spec) and do_reset(self) may be written as well. In a Pipeline the arrays are copies that
may be kept.)");
}

}  // namespace vbg::python
