#pragma once
/// @file temporal.hpp  The temporal filter on the GPU.

#include <vbg/types.hpp>

#include "cuda/temporal_pixel.hpp"

namespace vbg::cuda {

/// One frame of the filter, in the stream's turn, on out.device; see temporal_pixel.hpp. Throws
/// Error{device, not_built}.
void temporal(const TemporalPlan& plan, std::byte* kept, int newest, bool first, const Gains& gains,
              const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out, StreamRef stream);

}  // namespace vbg::cuda
