#include "cuda/over.hpp"

#include "cuda/launch.cuh"
#include "cuda/over_pixel.hpp"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void over(const ConstFrameView& foreground, const ConstMaskView& alpha, const ConstFrameView& background,
          const FrameView& out, StreamRef stream) {
    const OverPixel pixel{rows(foreground), rows(alpha), rows(background), rows(out)};
    for_each_pixel(pixel, out.width, out.height, out.device, stream, "over");
}

}  // namespace vbg::cuda
