#pragma once
/// @file scanlines.hpp  Dims bands of rows, each by a random factor.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry scanlines_entry();

}  // namespace vbg
