#include "cuda/flip.hpp"

#include "cuda/launcher.cuh"

namespace vbg::cuda {

void flip(bool sideways, bool upside_down, const ConstFrameView& in, const Target& out, StreamRef stream) {
    flip(sideways, upside_down, rows(in), sink(out), in.width, in.height,
         Launcher(in.device, stream, "flip"));
}

}  // namespace vbg::cuda
