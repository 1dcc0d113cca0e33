#pragma once
/// @file entries.hpp  The registry's lines for sources and sinks: one call each.

#include <vector>

#include <vbg/registry.hpp>

namespace vbg {

std::vector<StageEntry> source_entries();
std::vector<StageEntry> sink_entries();

}  // namespace vbg
