#pragma once
/// @file blur.hpp  Blurs the background, without the person's colours.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry blur_entry();

}  // namespace vbg
