#include "pipeline/frame_intake.hpp"

#include <utility>
#include <vbg/device.hpp>
#include <vbg/error.hpp>

#include "core/device.hpp"
#include "io/fit.hpp"

namespace vbg {

void FrameIntake::configure(const FrameSpec& from, const FrameSpec& to) {
    staging_ = {};
    resizes_ = from.width != to.width || from.height != to.height;
    converts_ = from.format != to.format;
    uploads_ = !on_host(to.device);
    converted_ = resizes_ && converts_ ? Frame(from.width, from.height, to.format) : Frame();
    arrived_ = {};
    if (!uploads_) return;
    FrameSpec raw = resizes_ ? to : from;
    raw.device = {DeviceType::cuda_host, to.device.index};
    staging_ = {1, to.device, [&] { return Frame(raw); }};
    raw.device = to.device;
    if (raw.format != to.format) arrived_ = Frame(raw);
}

void FrameIntake::bring(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (!uploads_) return bring_on_host(from, to);
    Frame& staged = staging_.next();
    resizes_ ? bring_on_host(from, staged.view()) : copy_pixels(from, staged.view());
    const ConstFrameView waiting = std::as_const(staged).view();
    if (arrived_.empty()) {
        copy_pixels(waiting, to, stream);
    } else {
        copy_pixels(waiting, arrived_.view(), stream);
        ConstFrameView arrived = std::as_const(arrived_).view();
        arrived.color = from.color;
        convert(arrived, to, stream);
    }
    staging_.sent(stream);
}

void FrameIntake::bring_on_host(const ConstFrameView& from, const FrameView& to) {
    if (!resizes_) return convert(from, to);
    if (!converts_) return fit_cover(from, to);
    convert(from, converted_.view());
    fit_cover(std::as_const(converted_).view(), to);
}

}  // namespace vbg
