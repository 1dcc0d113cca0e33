#pragma once
/// @file feather.hpp  Gaussian blur of a matte, on the GPU.

#include <vbg/types.hpp>

#include "cuda/feather_pixel.hpp"

namespace vbg::cuda {

/// In the stream's turn, for u8 mattes on out.device; out may be in. `scratch` is plan.scratch.bytes() of
/// that GPU's memory. Throws Error{device, not_built}.
void feather(const FeatherPlan& plan, std::byte* scratch, const ConstMaskView& in, const MaskView& out,
             StreamRef stream);

}  // namespace vbg::cuda
