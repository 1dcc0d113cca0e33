#pragma once
/// @file tint.hpp  Brightness as colour, and one colour all over, on the GPU.

#include <vbg/types.hpp>

#include "cuda/target.hpp"
#include "cuda/tint_pixel.hpp"

namespace vbg::cuda {

/// out = table.of[grey value], in the stream's turn, for rgb8 or bgr8 frames on in.device; out may be in.
/// The table is in the frame's order of bytes. Throws Error{device, not_built}.
void tint(const ColorTable& table, const ConstFrameView& in, const Target& out, StreamRef stream);

/// out = color, whose bytes are in the frame's order. Throws Error{device, not_built}.
void fill(const Color3& color, const FrameView& out, StreamRef stream);

}  // namespace vbg::cuda
