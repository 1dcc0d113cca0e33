#include "cuda/background_blur.hpp"

#include "cuda/launcher.cuh"

namespace vbg::cuda {

void background_blur(const BackgroundBlurPlan& plan, std::byte* scratch, bool exclude,
                     const ConstFrameView& layer, const ConstMaskView& alpha, const Target& out,
                     StreamRef stream) {
    background_blur(plan, scratch, rows(layer), exclude ? rows(alpha) : ConstBytes{}, sink(out),
                    Launcher(layer.device, stream, "blur"));
}

}  // namespace vbg::cuda
