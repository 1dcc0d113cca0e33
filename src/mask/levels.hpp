#pragma once
/// @file levels.hpp  Black point, white point and gamma of a matte.

#include <vbg/registry.hpp>

namespace vbg {
StageEntry levels_entry();
}  // namespace vbg
