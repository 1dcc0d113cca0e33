#include "cuda/hologram.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void scanlines(const RowDim* dims, const ConstFrameView& in, const FrameView& out, StreamRef stream) {
    scanlines(dims, rows(in), rows(out), out.width, out.height, Launcher(out.device, stream, "scanlines"));
}

void ghost(const GhostPlan& plan, std::byte* scratch, const ConstFrameView& in, const FrameView& out,
           StreamRef stream) {
    ghost(plan, scratch, rows(in), rows(out), Launcher(out.device, stream, "ghost"));
}

void hologram(const HologramPlan& plan, std::byte* scratch, const RowDim* dims, const ConstFrameView& in,
              const FrameView& out, StreamRef stream) {
    hologram(plan, scratch, dims, rows(in), rows(out), Launcher(out.device, stream, "hologram"));
}

}  // namespace vbg::cuda
