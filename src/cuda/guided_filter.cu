#include "cuda/guided_filter.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void guided_filter(const GuidedFilterPlan& plan, std::byte* scratch, const ConstFrameView& guide,
                   const ConstMaskView& in, const MaskView& out, StreamRef stream) {
    guided_filter(plan, scratch, rows(guide), rows(in), rows(out),
                  Launcher(out.device, stream, "guided_filter"));
}

}  // namespace vbg::cuda
