#include "effect/gpu_effect.hpp"

#include <fmt/format.h>

#include "core/stage_checks.hpp"

namespace vbg {

void GpuEffect::apply_and_compose(const ConstFrameView& layer, const cuda::Target& out, Context& context) {
    check_frame(layer, "layer");
    check_frame(out.other, "other layer");
    check_frame(out.picture, "output");
    check_mask(out.alpha, "matte");
    need_u8(*this, out.alpha, "matte");
    check_overlap(layer, out.picture, name(), "the layer");
    check_overlap(out.other, out.picture, name(), "the other layer");
    if (spec().device.type != DeviceType::cuda) {
        throw Error(Errc::wrong_state,
                    fmt::format("{}: applied and composed in one pass, which is done on a GPU only, but "
                                "configured for host memory; call apply() and compose()",
                                name()));
    }
    apply_on_gpu(layer, out.alpha, out, context);
}

void GpuEffect::do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                         Context& context) {
    if (out.device.type == DeviceType::cuda) return apply_on_gpu(layer, alpha, out, context);
    apply_on_cpu(layer, alpha, out, context);
}

}  // namespace vbg
