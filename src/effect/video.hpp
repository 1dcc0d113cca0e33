#pragma once
/// @file video.hpp  A film, over and over, as the layer.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry video_entry();

}  // namespace vbg
