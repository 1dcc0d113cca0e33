#pragma once
/// @file box_blur.hpp  Mean over a square window, on the GPU.

#include <vbg/types.hpp>

#include "cuda/box_blur_pixel.hpp"

namespace vbg::cuda {

/// In the stream's turn, for u8 mattes on out.device; out may be in. `scratch` is plan.scratch.bytes() of
/// that GPU's memory. Throws Error{device, not_built}.
void box_blur(const BoxBlurPlan& plan, std::byte* scratch, const ConstMaskView& in, const MaskView& out,
              StreamRef stream);

}  // namespace vbg::cuda
