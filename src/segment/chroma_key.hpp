#pragma once
/// @file chroma_key.hpp  Everything that is not of the key colour.

#include <vbg/registry.hpp>

namespace vbg::segment {

[[nodiscard]] StageEntry chroma_key_entry();

}  // namespace vbg::segment
