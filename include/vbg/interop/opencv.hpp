#pragma once
/// @file opencv.hpp  cv::Mat <-> views, without a copy. Header only; include it where OpenCV (core) is at
/// hand: find_package(vbg COMPONENTS opencv) finds both.

#include <opencv2/core/mat.hpp>
#include <string>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0::interop {

/// A view of a Mat's pixels: CV_8UC3 is bgr8 (OpenCV's habit), CV_8UC4 bgra8, CV_8UC1 gray8.
/// Valid as long as the Mat's memory. Pass `format` where the Mat holds another order, e.g.
/// PixelFormat::rgb8. Throws Error{unsupported_format} for every other type.
[[nodiscard]] inline FrameView frame_view(cv::Mat& mat, PixelFormat format = PixelFormat::unknown) {
    if (format == PixelFormat::unknown) {
        format = mat.type() == CV_8UC3   ? PixelFormat::bgr8
                 : mat.type() == CV_8UC4 ? PixelFormat::bgra8
                                         : PixelFormat::gray8;
    }
    const int channels = static_cast<int>(row_bytes(format, 0, 1));
    if (mat.dims != 2 || mat.depth() != CV_8U || plane_count(format) != 1 || mat.channels() != channels) {
        throw Error(Errc::unsupported_format,
                    "cv::Mat of type " + std::to_string(mat.type()) +
                        ": wanted 8-bit with 1, 3 or 4 channels (CV_8UC1, CV_8UC3, CV_8UC4)");
    }
    FrameView view;
    view.planes[0] = {reinterpret_cast<std::byte*>(mat.data), static_cast<std::ptrdiff_t>(mat.step[0])};
    view.width = mat.cols;
    view.height = mat.rows;
    view.format = format;
    return view;
}

/// The same for a Mat that is only read.
[[nodiscard]] inline ConstFrameView frame_view(const cv::Mat& mat,
                                               PixelFormat format = PixelFormat::unknown) {
    cv::Mat header = mat;  // shares the pixels
    return frame_view(header, format);
}

/// A matte in a Mat: CV_8UC1 (0..255) or CV_32FC1 (0..1). Throws Error{unsupported_format}.
[[nodiscard]] inline MaskView mask_view(cv::Mat& mat) {
    if (mat.dims != 2 || (mat.type() != CV_8UC1 && mat.type() != CV_32FC1)) {
        throw Error(Errc::unsupported_format,
                    "cv::Mat of type " + std::to_string(mat.type()) + ": a matte is CV_8UC1 or CV_32FC1");
    }
    return {reinterpret_cast<std::byte*>(mat.data),
            static_cast<std::ptrdiff_t>(mat.step[0]),
            mat.cols,
            mat.rows,
            mat.type() == CV_32FC1 ? MaskFormat::f32 : MaskFormat::u8,
            {}};
}

/// A Mat header over a packed view's pixels (rgb8, bgr8, rgba8, bgra8, gray8). Valid as long as they are; the
/// channel order is the view's. Throws Error{unsupported_format} for planar formats and negative strides.
[[nodiscard]] inline cv::Mat to_mat(const FrameView& view) {
    const int channels = static_cast<int>(row_bytes(view.format, 0, 1));
    if (plane_count(view.format) != 1 || view.format == PixelFormat::yuyv ||
        view.format == PixelFormat::uyvy || view.planes[0].stride < 0) {
        throw Error(Errc::unsupported_format, std::string(to_string(view.format)) +
                                                  ": only packed RGB and grey, top row first, fit a cv::Mat");
    }
    return {view.height, view.width, CV_8UC(channels), view.planes[0].data,
            static_cast<std::size_t>(view.planes[0].stride)};
}

/// A Mat header over a matte. Throws Error{unsupported_format} for negative strides.
[[nodiscard]] inline cv::Mat to_mat(const MaskView& view) {
    if (view.stride < 0) {
        throw Error(Errc::unsupported_format, "a matte with its bottom row first does not fit a cv::Mat");
    }
    return {view.height, view.width, view.format == MaskFormat::f32 ? CV_32FC1 : CV_8UC1, view.data,
            static_cast<std::size_t>(view.stride)};
}

}  // namespace vbg::inline v0::interop
