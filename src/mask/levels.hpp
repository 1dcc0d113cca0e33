#pragma once
/// @file levels.hpp  Black point, white point and gamma of a matte.

#include <vbg/registry.hpp>

#include "cuda/lookup.hpp"

namespace vbg::mask {
/// From `black` on upwards, to 255 at `white` (both 0..1, black < white), bent by `gamma`.
cuda::Curve levels_curve(double black, double white, double gamma);
}  // namespace vbg::mask

namespace vbg {
StageEntry levels_entry();
}  // namespace vbg
