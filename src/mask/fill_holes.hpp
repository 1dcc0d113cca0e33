#pragma once
/// @file fill_holes.hpp  Makes small holes inside a person solid.

#include <vbg/registry.hpp>

namespace vbg {
StageEntry fill_holes_entry();
}  // namespace vbg
