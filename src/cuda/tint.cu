#include "cuda/tint.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void tint(const ColorTable& table, const ConstFrameView& in, const FrameView& out, StreamRef stream) {
    tint(table, out.format == PixelFormat::bgr8 ? 0 : 2, rows(in), rows(out), out.width, out.height,
         Launcher(out.device, stream, "tint"));
}

void fill(const Color3& color, const FrameView& out, StreamRef stream) {
    Launcher(out.device, stream, "fill").items(out.width, out.height, FillPixel{rows(out), color});
}

}  // namespace vbg::cuda
