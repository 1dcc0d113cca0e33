#include "cuda/tint.hpp"

#include "cuda/launcher.cuh"

namespace vbg::cuda {

void tint(const ColorTable& table, const ConstFrameView& in, const Target& out, StreamRef stream) {
    tint(table, in.format == PixelFormat::bgr8 ? 0 : 2, rows(in), sink(out), in.width, in.height,
         Launcher(in.device, stream, "tint"));
}

void fill(const Color3& color, const FrameView& out, StreamRef stream) {
    Launcher(out.device, stream, "fill").items(out.width, out.height, FillPixel{rows(out), color});
}

}  // namespace vbg::cuda
