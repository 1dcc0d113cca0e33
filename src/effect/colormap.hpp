#pragma once
/// @file colormap.hpp  Brightness as colour, by one of OpenCV's colour maps.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry colormap_entry();

}  // namespace vbg
