#pragma once
/// @file flip.hpp  Mirrors a layer.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry flip_entry();

}  // namespace vbg
