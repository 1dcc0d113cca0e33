#include "cuda/box_blur.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void box_blur(const BoxBlurPlan& plan, std::byte* scratch, const ConstMaskView& in, const MaskView& out,
              StreamRef stream) {
    box_blur(plan, scratch, rows(in), rows(out), Launcher(out.device, stream, "box_blur"));
}

}  // namespace vbg::cuda
