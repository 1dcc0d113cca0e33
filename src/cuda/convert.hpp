#pragma once
/// @file convert.hpp  From any pixel format to any other, on the GPU.

#include <vbg/types.hpp>

namespace vbg::cuda {

/// vbg::convert() for two pictures on to.device, in the stream's turn; the caller has checked them. The
/// formats or colours differ. Throws Error{device, not_built}.
void convert(const ConstFrameView& from, const FrameView& to, StreamRef stream);

}  // namespace vbg::cuda
