#include "io/fit.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/mat.hpp"

namespace vbg {

namespace {

cv::Rect inside(int width, int height, int canvas_width, int canvas_height) {
    const double x = static_cast<double>(canvas_width) / width,
                 y = static_cast<double>(canvas_height) / height;
    if (std::abs(x - y) < 0.02 * std::min(x, y)) return {0, 0, canvas_width, canvas_height};
    const double scale = std::min(x, y);
    const int w = std::clamp(static_cast<int>(std::lround(width * scale)), 1, canvas_width);
    const int h = std::clamp(static_cast<int>(std::lround(height * scale)), 1, canvas_height);
    return {(canvas_width - w) / 2, (canvas_height - h) / 2, w, h};
}

}  // namespace

void fit_cover(const ConstFrameView& from, const FrameView& to) {
    if (from.width == to.width && from.height == to.height) return copy_pixels(from, to);
    // The part of `from` that is shown: the largest rectangle of to's shape, in the middle.
    const double scale =
        std::max(static_cast<double>(to.width) / from.width, static_cast<double>(to.height) / from.height);
    const int width = std::clamp(static_cast<int>(std::lround(to.width / scale)), 1, from.width);
    const int height = std::clamp(static_cast<int>(std::lround(to.height / scale)), 1, from.height);
    const cv::Rect shown((from.width - width) / 2, (from.height - height) / 2, width, height);
    cv::Mat out = interop::to_mat(to);
    cv::resize(read_only_mat(from)(shown), out, out.size(), 0, 0,
               scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
}

void fit_inside(const ConstFrameView& from, const FrameView& to) {
    cv::Mat part = interop::to_mat(to)(inside(from.width, from.height, to.width, to.height));
    cv::resize(read_only_mat(from), part, part.size(), 0, 0,
               part.cols < from.width ? cv::INTER_AREA : cv::INTER_LINEAR);
}

}  // namespace vbg
