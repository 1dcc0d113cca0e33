#include "cuda/background_blur.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void background_blur(const BackgroundBlurPlan& plan, std::byte* scratch, bool exclude,
                     const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                     StreamRef stream) {
    background_blur(plan, scratch, rows(layer), exclude ? rows(alpha) : ConstBytes{}, rows(out),
                    Launcher(out.device, stream, "blur"));
}

}  // namespace vbg::cuda
