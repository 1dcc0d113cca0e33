#pragma once
/// @file list.hpp  `vbg-cam list`: the registry's tables for people and for machines.

#include <string>

namespace cam {

/// Prints to standard output. `what`: empty, a kind, "presets", or a stage's name. Throws vbg::Error for
/// anything else.
void list(const std::string& what, bool json);

}  // namespace cam
