#include "device_array.hpp"
#include "python_stage.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

py::object apply_effect(EffectObject& self, const py::object& layer, const py::object& alpha,
                        const py::object& out, const std::string& format, double timestamp,
                        ContextObject* context) {
    const Reach reach = reach_of(context);
    const Memory memory(layer, "layer", false, reach);
    FrameView in = frame_view(memory, format_named(format));
    in.timestamp = std::chrono::nanoseconds(static_cast<std::int64_t>(timestamp * 1e9));
    std::optional<Memory> alpha_memory;
    MaskView matte;
    if (alpha.is_none()) {
        if (self.stage().uses_alpha()) {
            throw Refused(Refused::As::type,
                          std::string(self.stage().name()) +
                              ": keeps the person's colours out and needs the matte: effect(frame, matte)");
        }
    } else {
        alpha_memory.emplace(alpha, "alpha", false, reach);
        matte = mask_view(*alpha_memory);
        if (matte.format != MaskFormat::u8) {
            throw Refused(
                Refused::As::type,
                "alpha: dtype float32; effects take uint8, 255 = person: (alpha * 255).astype(np.uint8)");
        }
    }
    const FrameSpec spec{in.width, in.height, in.format, in.color, in.device, 0};
    const FrameOut result(out, spec, reach);
    DirectCall call;
    call.add(in.planes[0].data, layer);
    if (result.object.ptr() != layer.ptr()) call.add(result.view.planes[0].data, result.object);
    if (!alpha.is_none()) call.add(matte.data, alpha);
    {
        const Alone<Effect> alone(self);
        Context& with = self.context(context, spec.device);
        self.prepare(spec, with);
        if (!alpha_memory) matte = self.empty_matte(in);
        self.stage().apply(in, matte, result.view, with);
        share(spec.device, reach.stream);
    }
    return result.object;
}

constexpr const char* kEffectClass =
    R"(Makes or changes a layer: the background behind the person, or the person.

Effect(spec, /, **options) makes the one of that name; help(vbg.Hologram) and so on tell the options.
Subclasses that call super().__init__() without a name do the work themselves, in do_apply().

>>> import numpy as np, vbg
>>> frame = np.zeros((4, 4, 3), np.uint8)
>>> vbg.Effect("color", value=(255, 0, 0))(frame)[0, 0].tolist()     # red; OpenCV's order is b, g, r
[0, 0, 255]

>>> class Sepia(vbg.Effect):
...     def do_apply(self, layer, alpha, out):
...         grey = layer.mean(axis=2)
...         out[:] = np.clip(grey[:, :, None] * (0.7, 0.9, 1.1), 0, 255)
>>> Sepia()(np.full((2, 2, 3), 100, np.uint8))[0, 0].tolist()
[70, 90, 110]
)";

constexpr const char* kEffectApply = R"(Treat one layer; returns the result.

layer : (height, width, 3) uint8, borrowed: read where it lies
alpha : (height, width) uint8, the person's matte; needed where `uses_alpha`
out : like `layer`, to write into; may be `layer` itself. Default: a new array
format : "bgr8" (OpenCV's order) or "rgb8"
timestamp : seconds, of this frame
context : a vbg.Context: worker threads, or the stream for pictures on a GPU (see "GPUs" in help(vbg)); default: one
    thread, the GPU's default stream
)";

}  // namespace

void bind_effect(py::module_& module) {
    py::class_<EffectObject> type(module, "Effect", whole_from_new<EffectObject>(), kEffectClass);
    bind_init<Effect, WrittenEffect>(type, "Effect");
    bind_common<Effect>(type);
    for (const char* name : {"apply", "__call__"}) {
        type.def(name, &apply_effect, "layer"_a, "alpha"_a = py::none(), py::kw_only(), "out"_a = py::none(),
                 "format"_a = "bgr8", "timestamp"_a = 0.0, "context"_a = static_cast<ContextObject*>(nullptr),
                 kEffectApply);
    }
    type.def_property_readonly(
            "replaces_layer", [](const EffectObject& self) { return self.stage().replaces_layer(); },
            "True where the result does not depend on the layer at all (image, video, color).")
        .def_property_readonly(
            "is_still", [](const EffectObject& self) { return self.stage().is_still(); },
            "True where, moreover, every frame is the same picture.")
        .def_property_readonly(
            "uses_alpha", [](const EffectObject& self) { return self.stage().uses_alpha(); },
            "True where the result depends on the matte, so that it must be passed.")
        .def(
            "do_apply",
            [](const EffectObject& self, const py::args&) {
                throw Refused(Refused::As::state,
                              std::string(self.stage().name()) +
                                  ": do_apply() is for subclasses to write; call apply()");
            },
            R"(do_apply(self, layer, alpha, out) -> None. For subclasses: write the result into `out`.

layer : (height, width, 3) uint8, not to be written; may be the memory of `out`
alpha : (height, width) uint8, not to be written; all 0 where none was passed
out : like layer; or return an array like it

Class attributes replaces_layer, is_still, uses_alpha (True or False) may be set, do_configure(self, spec) and
do_reset(self) written as well. In a Pipeline the arrays are copies that may be kept.)");
}

}  // namespace vbg::python
