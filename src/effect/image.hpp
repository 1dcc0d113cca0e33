#pragma once
/// @file image.hpp  A picture file as the layer.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry image_entry();

}  // namespace vbg
