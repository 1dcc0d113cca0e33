#pragma once
/// @file selfie.hpp  MediaPipe's selfie segmentation.

#include <vbg/registry.hpp>

namespace vbg::segment {

[[nodiscard]] StageEntry selfie_entry();

}  // namespace vbg::segment
