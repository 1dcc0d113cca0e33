#pragma once
/// @file yuv.hpp  Which formats have luma and chroma, and what their numbers mean.

#include <vbg/types.hpp>

#include "cuda/convert_pixel.hpp"

namespace vbg {

using cuda::is_packed_yuv;
using cuda::is_yuv;

/// Unknown means BT.601 limited (types.hpp); written out, so that equal meanings compare equal and are
/// copied.
[[nodiscard]] constexpr ColorSpec plain(ColorSpec color) {
    if (color.matrix == Matrix::unknown) color.matrix = Matrix::bt601;
    if (color.range == Range::unknown) color.range = Range::limited;
    return color;
}

}  // namespace vbg
