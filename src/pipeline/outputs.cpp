#include "pipeline/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <exception>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vbg/log.hpp>

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
    frame_ = spec;
    lay_out();
    spec_ = layout_;
    for (Port& port : ports_) {
        port.accepted = port.sink->open(spec_);
        make_room(port);
        port.lost = port.cut = false;
    }
}

void Outputs::interrupt() noexcept {
    interrupted_ = true;
    for (Port& port : ports_) port.sink->interrupt();
}

void Outputs::rearm() noexcept {
    interrupted_ = false;
    for (Port& port : ports_) port.sink->rearm();
}

void Outputs::show(Show what) {
    show_ = what;
    lay_out();
    for (Port& port : ports_) make_room(port);
}

void Outputs::lay_out() {
    layout_ = frame_;
    layout_.format = PixelFormat::bgr8;
    if (show_ == Show::side_by_side) layout_.width *= 3;
    last_ = {};
    canvas_ = show_ == Show::composite ? Frame() : Frame(layout_);
}

void Outputs::make_room(Port& port) const {
    FrameSpec resized = port.accepted;
    resized.format = PixelFormat::bgr8;
    const bool same_size = port.accepted.width == layout_.width && port.accepted.height == layout_.height;
    port.scaled = same_size ? Frame() : Frame(resized);  // black around what is fitted in
    port.converted = port.accepted.format == PixelFormat::bgr8 ? Frame() : Frame(port.accepted);
}

void Outputs::write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte,
                    Meter* revive) {
    last_ = {};
    ConstFrameView shown = composed;
    if (show_ == Show::matte) {
        draw_matte(matte, canvas_.view());
    } else if (show_ == Show::side_by_side) {
        draw(input, part(canvas_.view(), 0, composed.width));
        draw_matte(matte, part(canvas_.view(), composed.width, composed.width));
        draw(&composed, part(canvas_.view(), 2 * composed.width, composed.width));
    }
    if (show_ != Show::composite) {
        canvas_.stamp(composed.timestamp, composed.sequence);
        shown = std::as_const(canvas_).view();
    }
    last_ = shown;
    rewrite(revive);
}

void Outputs::rewrite(Meter* revive) {
    if (last_.planes[0].data == nullptr) return;
    for (Port& port : ports_) {
        if (port.cut) continue;
        try {
            revive != nullptr ? send_or_revive(port, last_, *revive) : send(port, last_);
        } catch (const Error& e) {
            if (!interrupted_ || e.sys_errno() != ECANCELED) throw;
            port.cut = true;
            log(LogLevel::warning, fmt::format("{}; the last frame there is cut off", e.what()));
        }
    }
}

void Outputs::send(Port& port, ConstFrameView frame) const {
    const auto timestamp = frame.timestamp;
    const auto sequence = frame.sequence;
    if (!port.scaled.empty()) {
        const cv::Mat to = mat(std::as_const(port.scaled).view());
        cv::Mat inside = to(fitted(frame.width, frame.height, to.cols, to.rows));
        cv::resize(mat(frame), inside, inside.size(), 0, 0,
                   inside.cols < frame.width ? cv::INTER_AREA : cv::INTER_LINEAR);
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

void Outputs::send_or_revive(Port& port, const ConstFrameView& frame, Meter& meter) {
    try {
        if (port.lost) {
            if (Clock::now() < port.retry) return;
            const std::uint64_t by_itself = port.sink->counters().reopened;  // open() counts from 0 again
            port.accepted = port.sink->open(spec_);
            make_room(port);
            port.lost = false;
            port.backoff.reset();
            meter.sinks_reopened.fetch_add(1 + by_itself, std::memory_order_relaxed);
            log(LogLevel::warning, fmt::format("{} takes frames again", port.sink->name()));
        }
        send(port, frame);
    } catch (const Error& e) {
        const bool gone = e.code() == Errc::device || e.code() == Errc::not_found;
        if (!port.lost && e.code() != Errc::device) throw;
        if (port.lost && !gone && e.code() != Errc::io) throw;
        if (!port.lost) {
            log(LogLevel::error,
                fmt::format("{} is lost and will be opened again: {}", port.sink->name(), e.what()));
        }
        meter.told(e.what());
        port.lost = true;
        port.sink->abandon();
        port.retry = Clock::now() + port.backoff.next();
    }
}

bool Outputs::unwatched() const noexcept {
    for (const Port& port : ports_) {
        if (!port.lost && port.sink->demand() != Demand::none) return false;
    }
    return !ports_.empty();
}

std::uint64_t Outputs::reopened() const noexcept {
    std::uint64_t sum = 0;
    for (const Port& port : ports_) sum += port.sink->counters().reopened;
    return sum;
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
