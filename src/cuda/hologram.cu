#include "cuda/hologram.hpp"

#include "cuda/launcher.cuh"

namespace vbg::cuda {

void scanlines(const RowDim* dims, const ConstFrameView& in, const Target& out, StreamRef stream) {
    scanlines(dims, rows(in), sink(out), in.width, in.height, Launcher(in.device, stream, "scanlines"));
}

void ghost(const GhostPlan& plan, std::byte* scratch, const ConstFrameView& in, const Target& out,
           StreamRef stream) {
    ghost(plan, scratch, rows(in), sink(out), Launcher(in.device, stream, "ghost"));
}

void hologram(const HologramPlan& plan, std::byte* scratch, const RowDim* dims, const ConstFrameView& in,
              const Target& out, StreamRef stream) {
    hologram(plan, scratch, dims, rows(in), sink(out), Launcher(in.device, stream, "hologram"));
}

}  // namespace vbg::cuda
