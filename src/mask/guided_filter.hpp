#pragma once
/// @file guided_filter.hpp  Brings the matte's edge to the picture's edge.

#include <vbg/registry.hpp>

namespace vbg {
StageEntry guided_filter_entry();
}  // namespace vbg
