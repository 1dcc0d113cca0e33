#include "cuda/hologram.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void upload(const RowDim* dims, int rows, RowDim* to, const Device& device, StreamRef stream) {
    const OnDevice chosen(device.index);
    check_launch(chosen.status(), "scan lines");
    check_launch(answer(cudaMemcpyAsync(to, dims, static_cast<std::size_t>(rows) * sizeof(RowDim),
                                        cudaMemcpyHostToDevice, static_cast<cudaStream_t>(stream.native))),
                 "scan lines");
}

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
