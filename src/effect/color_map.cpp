#include "effect/color_map.hpp"

#include <opencv2/imgproc.hpp>

namespace vbg {

cuda::ColorTable color_map(int number, bool red_first) {
    cv::Mat ramp(1, 256, CV_8UC1), colors;
    for (int i = 0; i < 256; ++i) ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
    cv::applyColorMap(ramp, colors, number);
    cuda::ColorTable table;
    for (int i = 0; i < 256; ++i) {
        const auto& color = colors.at<cv::Vec3b>(0, i);
        table.of[i] = {{color[red_first ? 2 : 0], color[1], color[red_first ? 0 : 2]}};
    }
    return table;
}

}  // namespace vbg
