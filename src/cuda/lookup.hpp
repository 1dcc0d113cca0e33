#pragma once
/// @file lookup.hpp  Curves of bytes on the GPU: threshold, levels.

#include <vbg/types.hpp>

#include "cuda/lookup_pixel.hpp"

namespace vbg::cuda {

/// out = curve.of[in], in the stream's turn, for u8 mattes on out.device; out may be in. Throws
/// Error{device, not_built}.
void look_up(const Curve& curve, const ConstMaskView& in, const MaskView& out, StreamRef stream);

}  // namespace vbg::cuda
