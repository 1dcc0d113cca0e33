#pragma once
/// @file ghost.hpp  Two displaced copies laid over the picture.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry ghost_entry();

}  // namespace vbg
