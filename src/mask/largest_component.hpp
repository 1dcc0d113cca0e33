#pragma once
/// @file largest_component.hpp  Keeps the largest person and removes what is not connected with anybody.

#include <vbg/registry.hpp>

namespace vbg {
StageEntry largest_component_entry();
}  // namespace vbg
