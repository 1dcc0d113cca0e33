#include "cuda/lookup.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void look_up(const Curve& curve, const ConstMaskView& in, const MaskView& out, StreamRef stream) {
    look_up(curve, rows(in), rows(out), out.width, out.height, Launcher(out.device, stream, "look-up"));
}

}  // namespace vbg::cuda
