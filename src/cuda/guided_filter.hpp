#pragma once
/// @file guided_filter.hpp  The guided filter, on the GPU.

#include <vbg/types.hpp>

#include "cuda/guided_filter_pixel.hpp"

namespace vbg::cuda {

/// In the stream's turn, for u8 mattes on out.device; out may be in. `scratch` is plan.scratch.bytes() of
/// that GPU's memory. Throws Error{device, not_built}.
void guided_filter(const GuidedFilterPlan& plan, std::byte* scratch, const ConstFrameView& guide,
                   const ConstMaskView& in, const MaskView& out, StreamRef stream);

}  // namespace vbg::cuda
