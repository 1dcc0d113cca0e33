#pragma once
/// @file grayscale.hpp  Takes the colour out.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry grayscale_entry();

}  // namespace vbg
