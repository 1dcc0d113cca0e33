#include "cuda/temporal.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void temporal(const TemporalPlan& plan, std::byte* kept, int newest, bool first, const Gains& gains,
              const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out, StreamRef stream) {
    temporal(plan, kept, newest, first, gains, rows(guide), rows(in), rows(out),
             Launcher(out.device, stream, "temporal"));
}

}  // namespace vbg::cuda
