#include "pipeline/port.hpp"

#include <utility>
#include <vbg/device.hpp>

#include "core/device.hpp"
#include "io/fit.hpp"

namespace vbg {

void Port::make_room(const FrameSpec& layout) {
    has_it = {};
    const bool same_size = accepted.width == layout.width && accepted.height == layout.height;
    const bool same_format = accepted.format == PixelFormat::bgr8;
    FrameSpec resized = accepted;
    resized.format = PixelFormat::bgr8;
    resized.device = {};
    scaled_ = same_size ? Frame() : Frame(resized);  // black around what is fitted in
    converts_there_ = same_size && !on_host(layout.device);
    FrameSpec there = accepted, here = accepted;
    there.device = layout.device;
    here.device = converts_there_ ? Device{DeviceType::cuda_host, layout.device.index} : Device{};
    for (std::size_t way = 0; way < kWays; ++way) {
        const bool used = way == 0 || converts_there_;
        there_[way] = used && converts_there_ && !same_format ? Frame(there) : Frame();
        converted_[way] = !used || (same_format && !converts_there_) ? Frame() : Frame(here);
    }
}

void Port::convert_there(const ConstFrameView& frame, std::size_t way, StreamRef stream) {
    if (!there_[way].empty()) convert(frame, there_[way].view(), stream);
}

void Port::bring_down(const ConstFrameView& frame, std::size_t way, StreamRef stream) {
    const Frame& there = there_[way];
    copy_pixels(there.empty() ? frame : std::as_const(there).view(), converted_[way].view(), stream);
    has_it[way] = true;
}

void Port::send(ConstFrameView frame, std::size_t way) {
    const auto timestamp = frame.timestamp;
    const auto sequence = frame.sequence;
    if (!scaled_.empty()) {
        fit_inside(frame, scaled_.view());
        frame = std::as_const(scaled_).view();
    }
    Frame& converted = converted_[converts_there_ ? way : 0];
    if (!converted.empty()) {
        if (!converts_there_) convert(frame, converted.view());
        frame = std::as_const(converted).view();
    }
    frame.timestamp = timestamp;
    frame.sequence = sequence;
    sink->write(frame);
}

}  // namespace vbg
