#pragma once
/// @file constant.hpp  The same value everywhere.

#include <vbg/registry.hpp>

namespace vbg::segment {

[[nodiscard]] StageEntry constant_entry();

}  // namespace vbg::segment
