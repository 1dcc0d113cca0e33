#include "cuda/flip.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void flip(bool sideways, bool upside_down, const ConstFrameView& in, const FrameView& out, StreamRef stream) {
    flip(sideways, upside_down, rows(in), rows(out), out.width, out.height,
         Launcher(out.device, stream, "flip"));
}

}  // namespace vbg::cuda
