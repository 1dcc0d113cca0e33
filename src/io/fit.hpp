#pragma once
/// @file fit.hpp  Bringing a picture to another size with its shape kept.

#include <vbg/frame.hpp>

namespace vbg {

/// By cover: scaled until it fills the frame, the middle kept. Both bgr8, any sizes. Shrinks by area
/// averages, grows by cubic interpolation; copies where the sizes are equal. Stamps are not copied.
/// Thread-safe.
void fit_cover(const ConstFrameView& from, const FrameView& to);

/// By contain: as large as it may be, in the middle; what is around stays as it is. A shape that is nearly
/// the same (2 %) fills it. Both bgr8, any sizes. Shrinks by area averages, grows by linear interpolation.
/// Stamps are not copied. Thread-safe.
void fit_inside(const ConstFrameView& from, const FrameView& to);

}  // namespace vbg
