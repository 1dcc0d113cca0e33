#include "pipeline/port.hpp"

#include <utility>
#include <vbg/device.hpp>

#include "core/device.hpp"
#include "io/fit.hpp"

namespace vbg {

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
        fit_inside(frame, scaled_.view());
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
