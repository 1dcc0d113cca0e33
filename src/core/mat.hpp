#pragma once
/// @file mat.hpp  What interop/opencv.hpp leaves out, because OpenCV has no type for memory that is only
/// read.

#include <vbg/interop/opencv.hpp>

namespace vbg {

/// A cv::Mat header over a packed view's pixels, which OpenCV must not write to. Valid as long as they are.
/// Throws Error{unsupported_format} for planar formats and negative strides.
[[nodiscard]] inline cv::Mat read_only_mat(const ConstFrameView& view) {
    FrameView same;
    same.planes[0] = {const_cast<std::byte*>(view.planes[0].data), view.planes[0].stride};
    same.width = view.width;
    same.height = view.height;
    same.format = view.format;
    return interop::to_mat(same);
}

}  // namespace vbg
