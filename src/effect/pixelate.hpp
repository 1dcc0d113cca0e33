#pragma once
/// @file pixelate.hpp  Coarse squares of the background's mean colours.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry pixelate_entry();

}  // namespace vbg
