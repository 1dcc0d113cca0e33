#pragma once
/// @file background_blur.hpp  Blur of the background without the person's colours, on the GPU.

#include <vbg/types.hpp>

#include "cuda/background_blur_pixel.hpp"
#include "cuda/target.hpp"

namespace vbg::cuda {

/// In the stream's turn, for rgb8 or bgr8 frames on layer.device; out may be layer. `exclude`: the person's
/// colours are left out as `alpha` says. `scratch` is plan.scratch.bytes() of that GPU's memory. Throws
/// Error{device, not_built}.
void background_blur(const BackgroundBlurPlan& plan, std::byte* scratch, bool exclude,
                     const ConstFrameView& layer, const ConstMaskView& alpha, const Target& out,
                     StreamRef stream);

}  // namespace vbg::cuda
