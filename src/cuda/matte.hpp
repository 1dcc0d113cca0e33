#pragma once
/// @file matte.hpp  A network's output becomes a matte, on the GPU.

#include <vbg/types.hpp>

#include "cuda/matte_pixel.hpp"

namespace vbg::cuda {

/// In the stream's turn, for a u8 or f32 matte on alpha.device; `plane` (plan.width * plan.height floats) and
/// `scratch` (plan.scratch_bytes()) lie on that GPU. Throws Error{device, not_built}.
void write_matte(const MattePlan& plan, std::byte* scratch, const float* plane, const MaskView& alpha,
                 StreamRef stream);

}  // namespace vbg::cuda
