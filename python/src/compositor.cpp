#include "device_array.hpp"
#include "python_stage.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

py::object compose(CompositorObject& self, const py::object& foreground, const py::object& alpha,
                   const py::object& background, const py::object& out, const std::string& format,
                   ContextObject* context) {
    const PixelFormat pixels = format_named(format);
    const Reach reach = reach_of(context);
    const Memory front_memory(foreground, "foreground", false, reach);
    const FrameView front = frame_view(front_memory, pixels);
    const Memory alpha_memory(alpha, "alpha", false, reach);
    const MaskView matte = mask_view(alpha_memory);
    if (matte.format != MaskFormat::u8) {
        throw Refused(Refused::As::type,
                      "alpha: dtype float32; wanted uint8, 255 = person: (alpha * 255).astype(np.uint8)");
    }
    const Memory back_memory(background, "background", false, reach);
    const FrameView back = frame_view(back_memory, pixels);
    const FrameSpec spec{front.width, front.height, pixels, {}, front.device, 0};
    const FrameOut result(out, spec, reach);
    DirectCall call;
    call.add(front.planes[0].data, foreground);
    call.add(matte.data, alpha);
    call.add(back.planes[0].data, background);
    call.add(result.view.planes[0].data, result.object);
    {
        const Alone<Compositor> alone(self);
        Context& with = self.context(context, spec.device);
        self.prepare(spec, with);
        self.stage().compose(front, matte, back, result.view, with);
        share(spec.device, reach.stream);
    }
    return result.object;
}

constexpr const char* kCompositorClass = R"(Lays the person over a background.

Compositor(spec, /, **options) makes the one of that name; "over" is the usual one.

>>> import numpy as np, vbg
>>> person, beach = np.full((2, 2, 3), 200, np.uint8), np.full((2, 2, 3), 100, np.uint8)
>>> matte = np.array([[0, 255], [128, 255]], np.uint8)
>>> vbg.Compositor("over")(person, matte, beach)[:, :, 0].tolist()
[[100, 200], [150, 200]]
)";

constexpr const char* kCompose = R"(Mix two pictures by a matte; returns the result.

foreground, background : (height, width, 3) uint8, borrowed: read where they lie
alpha : (height, width) uint8; 255 gives the foreground and 0 the background, bit-exact
out : like `foreground`; may be one of the two pictures. Default: a new array
format : "bgr8" or "rgb8", of all three
context : a vbg.Context: worker threads, or the stream for pictures on a GPU (see "GPUs" in help(vbg))
)";

}  // namespace

void bind_compositor(py::module_& module) {
    py::class_<CompositorObject> type(module, "Compositor", whole_from_new<CompositorObject>(),
                                      kCompositorClass);
    bind_init<Compositor, WrittenCompositor>(type, "Compositor");
    bind_common<Compositor>(type);
    for (const char* name : {"compose", "__call__"}) {
        type.def(name, &compose, "foreground"_a, "alpha"_a, "background"_a, py::kw_only(),
                 "out"_a = py::none(), "format"_a = "bgr8",
                 "context"_a = static_cast<ContextObject*>(nullptr), kCompose);
    }
    type.def(
        "do_compose",
        [](const CompositorObject& self, const py::args&) {
            throw Refused(Refused::As::state,
                          std::string(self.stage().name()) +
                              ": do_compose() is for subclasses to write; call compose()");
        },
        "do_compose(self, foreground, alpha, background, out) -> None. For subclasses: write into `out`, or\n"
        "return an array like it. In a Pipeline the arrays are copies that may be kept.");
}

}  // namespace vbg::python
