#pragma once
/// @file background_subtraction.hpp  What differs from a learnt background (OpenCV).

#include <vbg/registry.hpp>

namespace vbg::segment {

[[nodiscard]] StageEntry background_subtraction_entry();

}  // namespace vbg::segment
