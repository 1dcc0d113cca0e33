#pragma once
/// @file hologram.hpp  Scan lines, ghosts and the hologram, on the GPU.

#include <vbg/types.hpp>

#include "cuda/hologram_pixel.hpp"
#include "cuda/target.hpp"

namespace vbg::cuda {

/// In the stream's turn, for rgb8 or bgr8 frames on in.device; out may be in. `dims` (one a row) and
/// `scratch` (plan.scratch.bytes()) lie on that GPU. Throw Error{device, not_built}.
void scanlines(const RowDim* dims, const ConstFrameView& in, const Target& out, StreamRef stream);
void ghost(const GhostPlan& plan, std::byte* scratch, const ConstFrameView& in, const Target& out,
           StreamRef stream);
void hologram(const HologramPlan& plan, std::byte* scratch, const RowDim* dims, const ConstFrameView& in,
              const Target& out, StreamRef stream);

}  // namespace vbg::cuda
