#pragma once
/// @file threshold.hpp  Hard cut-out: person or not, nothing between.

#include <vbg/registry.hpp>

#include "cuda/lookup.hpp"

namespace vbg::mask {
/// 255 from `level` (0..1) on, else 0.
cuda::Curve threshold_curve(double level);
}  // namespace vbg::mask

namespace vbg {
StageEntry threshold_entry();
}  // namespace vbg
