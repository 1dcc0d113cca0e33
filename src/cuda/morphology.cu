#include "cuda/morphology.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void morphology(const MorphologyPlan& plan, std::byte* scratch, bool largest, const ConstMaskView& in,
                const MaskView& out, StreamRef stream) {
    morphology(plan, scratch, largest, rows(in), rows(out), Launcher(out.device, stream, "morphology"));
}

}  // namespace vbg::cuda
