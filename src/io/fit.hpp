#pragma once
/// @file fit.hpp  Bringing a picture to a size by cover: scaled until it fills the frame, the middle kept.

#include <vbg/frame.hpp>

namespace vbg {

/// Both bgr8, any sizes. Shrinks by area averages, grows by cubic interpolation; copies where the sizes are
/// equal. Stamps are not copied. Thread-safe.
void fit_cover(const ConstFrameView& from, const FrameView& to);

}  // namespace vbg
