#include "pipeline/port.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vbg/device.hpp>

#include "core/device.hpp"

namespace vbg {

namespace {

cv::Mat mat(const ConstFrameView& view) {
    // OpenCV has no type for memory that is only read.
    auto* data = const_cast<std::byte*>(view.planes[0].data);
    return {view.height, view.width, CV_8UC3, data, static_cast<std::size_t>(view.planes[0].stride)};
}

/// Where a picture of one size goes in a canvas of another: as large as it may be, in the middle. A shape
/// that is nearly the same fills it.
cv::Rect fitted(int width, int height, int canvas_width, int canvas_height) {
    const double x = static_cast<double>(canvas_width) / width,
                 y = static_cast<double>(canvas_height) / height;
    if (std::abs(x - y) < 0.02 * std::min(x, y)) return {0, 0, canvas_width, canvas_height};
    const double scale = std::min(x, y);
    const int w = std::clamp(static_cast<int>(std::lround(width * scale)), 1, canvas_width);
    const int h = std::clamp(static_cast<int>(std::lround(height * scale)), 1, canvas_height);
    return {(canvas_width - w) / 2, (canvas_height - h) / 2, w, h};
}

}  // namespace

void Port::make_room(const FrameSpec& layout) {
    has_it = false;
    const bool same_size = accepted.width == layout.width && accepted.height == layout.height;
    const bool same_format = accepted.format == PixelFormat::bgr8;
    FrameSpec resized = accepted;
    resized.format = PixelFormat::bgr8;
    resized.device = {};
    scaled_ = same_size ? Frame() : Frame(resized);  // black around what is fitted in
    converts_there_ = same_size && !on_host(layout.device);
    FrameSpec wanted = accepted;
    wanted.device = layout.device;
    there_ = converts_there_ && !same_format ? Frame(wanted) : Frame();
    wanted.device = converts_there_ ? Device{DeviceType::cuda_host, layout.device.index} : Device{};
    converted_ = same_format && !converts_there_ ? Frame() : Frame(wanted);
}

void Port::bring_down(const ConstFrameView& frame, const Place& place) {
    if (there_.empty()) {
        copy_pixels(frame, converted_.view(), place.stream());
    } else {
        convert(frame, there_.view(), place.stream());
        copy_pixels(std::as_const(there_).view(), converted_.view(), place.stream());
    }
    has_it = true;
}

void Port::send(ConstFrameView frame) {
    const auto timestamp = frame.timestamp;
    const auto sequence = frame.sequence;
    if (!scaled_.empty()) {
        const cv::Mat to = mat(std::as_const(scaled_).view());
        cv::Mat inside = to(fitted(frame.width, frame.height, to.cols, to.rows));
        cv::resize(mat(frame), inside, inside.size(), 0, 0,
                   inside.cols < frame.width ? cv::INTER_AREA : cv::INTER_LINEAR);
        frame = std::as_const(scaled_).view();
    }
    if (!converted_.empty()) {
        if (!converts_there_) convert(frame, converted_.view());
        frame = std::as_const(converted_).view();
    }
    frame.timestamp = timestamp;
    frame.sequence = sequence;
    sink->write(frame);
}

}  // namespace vbg
