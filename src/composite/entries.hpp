#pragma once
/// @file entries.hpp  The registry's lines for this folder: one call a stage.

#include <vector>

#include <vbg/registry.hpp>

namespace vbg {

std::vector<StageEntry> compositor_entries();

}  // namespace vbg
