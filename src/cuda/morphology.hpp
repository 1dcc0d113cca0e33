#pragma once
/// @file morphology.hpp  Dilation and erosion, on the GPU.

#include <vbg/types.hpp>

#include "cuda/morphology_pixel.hpp"

namespace vbg::cuda {

/// In the stream's turn, for u8 mattes on out.device; out may be in. `scratch` is plan.scratch.bytes() of
/// that GPU's memory. Throws Error{device, not_built}.
void morphology(const MorphologyPlan& plan, std::byte* scratch, bool largest, const ConstMaskView& in,
                const MaskView& out, StreamRef stream);

}  // namespace vbg::cuda
