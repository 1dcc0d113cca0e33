#pragma once
/// @file color_map.hpp  OpenCV's colour maps as tables.

#include "cuda/tint_pixel.hpp"

namespace vbg {

/// The colours of OpenCV's map of that number (cv::ColormapTypes), blue first or red first.
cuda::ColorTable color_map(int number, bool red_first);

}  // namespace vbg
