#pragma once
/// @file flip.hpp  Mirror images, on the GPU.

#include <vbg/types.hpp>

#include "cuda/flip_pixel.hpp"
#include "cuda/target.hpp"

namespace vbg::cuda {

/// In the stream's turn, for rgb8 or bgr8 frames on in.device; out may be in. Throws Error{device,
/// not_built}.
void flip(bool sideways, bool upside_down, const ConstFrameView& in, const Target& out, StreamRef stream);

}  // namespace vbg::cuda
