#include "io/fit.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/mat.hpp"

namespace vbg {

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

}  // namespace vbg
