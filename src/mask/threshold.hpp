#pragma once
/// @file threshold.hpp  Hard cut-out: person or not, nothing between.

#include <vbg/registry.hpp>

namespace vbg {
StageEntry threshold_entry();
}  // namespace vbg
