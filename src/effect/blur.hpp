#pragma once
/// @file blur.hpp  Blurs the background, without the person's colours.

#include <vbg/registry.hpp>

#include "cuda/background_blur.hpp"

namespace vbg {

/// Pixels that a cell of the blur has each way: 1, 2, 4 or 8.
int blur_factor(double sigma);
/// The box that, three times each way on such cells, makes everything together have the variance sigma^2.
cuda::BoxShape blur_box(double sigma, int factor);

StageEntry blur_entry();

}  // namespace vbg
