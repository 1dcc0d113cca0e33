#pragma once
/// @file color.hpp  One colour all over.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry color_entry();

}  // namespace vbg
