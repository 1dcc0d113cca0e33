#pragma once
/// @file over.hpp  The compositor `over`: the person over the background, mixed by the matte.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry over_entry();

}  // namespace vbg
