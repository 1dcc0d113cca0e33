#pragma once
/// @file temporal.hpp  Steadies a flickering matte where the picture stands still.

#include <vbg/registry.hpp>

namespace vbg {
StageEntry temporal_entry();
}  // namespace vbg
