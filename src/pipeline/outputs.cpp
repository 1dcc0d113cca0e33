#include "pipeline/outputs.hpp"

#include <cstring>
#include <exception>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace vbg {

namespace {

cv::Mat mat(const ConstFrameView& view) {
    // OpenCV has no type for memory that is only read.
    auto* data = const_cast<std::byte*>(view.planes[0].data);
    return {view.height, view.width, CV_8UC3, data, static_cast<std::size_t>(view.planes[0].stride)};
}

/// Part of a bgr8 canvas, `columns` wide from column `x` on.
FrameView part(FrameView canvas, int x, int columns) {
    canvas.planes[0].data += static_cast<std::ptrdiff_t>(x) * 3;
    canvas.width = columns;
    return canvas;
}

void draw_matte(const ConstMaskView* matte, const FrameView& to) {
    if (matte == nullptr) return fill(to, 0, 0, 0);
    for (int y = 0; y < to.height; ++y) {
        const std::byte* from = matte->row(y);
        std::byte* out = to.row(y);
        for (int x = 0; x < to.width; ++x)
            std::memset(out + static_cast<std::ptrdiff_t>(x) * 3, std::to_integer<int>(from[x]), 3);
    }
}

void draw(const ConstFrameView* picture, const FrameView& to) {
    if (picture == nullptr) return fill(to, 0, 0, 0);
    copy_pixels(*picture, to);
}

}  // namespace

void Outputs::add(std::unique_ptr<Sink> sink) {
    Port port;
    port.sink = std::move(sink);
    ports_.push_back(std::move(port));
}

void Outputs::open(const FrameSpec& spec, Show show) {
    show_ = show;
    spec_ = spec;
    spec_.format = PixelFormat::bgr8;
    if (show == Show::side_by_side) spec_.width *= 3;
    canvas_ = show == Show::composite ? Frame() : Frame(spec_);
    for (Port& port : ports_) {
        port.accepted = port.sink->open(spec_);
        FrameSpec resized = port.accepted;
        resized.format = PixelFormat::bgr8;
        const bool same_size = port.accepted.width == spec_.width && port.accepted.height == spec_.height;
        port.scaled = same_size ? Frame() : Frame(resized);
        port.converted = port.accepted.format == PixelFormat::bgr8 ? Frame() : Frame(port.accepted);
    }
}

void Outputs::write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte) {
    if (show_ == Show::composite) {
        for (Port& port : ports_) send(port, composed);
        return;
    }
    if (show_ == Show::matte) {
        draw_matte(matte, canvas_.view());
    } else {
        draw(input, part(canvas_.view(), 0, composed.width));
        draw_matte(matte, part(canvas_.view(), composed.width, composed.width));
        draw(&composed, part(canvas_.view(), 2 * composed.width, composed.width));
    }
    canvas_.stamp(composed.timestamp, composed.sequence);
    for (Port& port : ports_) send(port, std::as_const(canvas_).view());
}

void Outputs::send(Port& port, ConstFrameView frame) {
    const auto timestamp = frame.timestamp;
    const auto sequence = frame.sequence;
    if (!port.scaled.empty()) {
        cv::Mat to = mat(port.scaled.view());
        cv::resize(mat(frame), to, to.size(), 0, 0,
                   to.cols < frame.width ? cv::INTER_AREA : cv::INTER_LINEAR);
        frame = std::as_const(port.scaled).view();
    }
    if (!port.converted.empty()) {
        convert(frame, port.converted.view());
        frame = std::as_const(port.converted).view();
    }
    frame.timestamp = timestamp;
    frame.sequence = sequence;
    port.sink->write(frame);
}

void Outputs::close() {
    // Every sink is finished even where one fails; the first failure is reported.
    std::exception_ptr first;
    for (Port& port : ports_) {
        try {
            port.sink->close();
        } catch (...) {
            if (!first) first = std::current_exception();
        }
    }
    if (first) std::rethrow_exception(first);
}

void Outputs::abandon() noexcept {
    for (Port& port : ports_) port.sink->abandon();
}

}  // namespace vbg
