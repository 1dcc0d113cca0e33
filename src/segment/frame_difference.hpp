#pragma once
/// @file frame_difference.hpp  What moved since the last frame.

#include <vbg/registry.hpp>

namespace vbg::segment {

[[nodiscard]] StageEntry frame_difference_entry();

}  // namespace vbg::segment
