#include "cuda/feather.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void feather(const FeatherPlan& plan, std::byte* scratch, const ConstMaskView& in, const MaskView& out,
             StreamRef stream) {
    feather(plan, scratch, rows(in), rows(out), Launcher(out.device, stream, "feather"));
}

}  // namespace vbg::cuda
