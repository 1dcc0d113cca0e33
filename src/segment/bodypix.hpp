#pragma once
/// @file bodypix.hpp  BodyPix 2: a person mask as TensorFlow.js' segmentPerson() makes it.

#include <vbg/registry.hpp>

#include "segment/network_input.hpp"

namespace vbg::segment {

/// Size of BodyPix' input for a frame, and the zeros added to the frame to give it the same shape.
struct BodyPixSize {
    int width = 0, height = 0;
    Padding padding;
};
/// @param resolution  part of the frame's sides, 0.1 to 2
/// @param stride      of the network's output: 8, 16 or 32
[[nodiscard]] BodyPixSize bodypix_size(int width, int height, double resolution, int stride);

[[nodiscard]] StageEntry bodypix_entry();

}  // namespace vbg::segment
