#pragma once
/// @file temporal.hpp  Steadies a flickering matte where the picture stands still.

#include <vbg/registry.hpp>

#include "cuda/temporal.hpp"

namespace vbg::mask {
/// How far to go to the new value, for each amount of change. `time` and `passed` since the last frame in
/// seconds, `noise` and `motion` in grey levels; see the parameters.
cuda::Gains temporal_gains(double time, double noise, double motion, double passed);
}  // namespace vbg::mask

namespace vbg {
StageEntry temporal_entry();
}  // namespace vbg
