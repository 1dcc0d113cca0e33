#pragma once
/// @file hologram.hpp  The person as a projection: winter colours, flickering scan lines, two ghosts.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry hologram_entry();

}  // namespace vbg
