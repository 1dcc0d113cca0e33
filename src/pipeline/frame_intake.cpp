#include "pipeline/frame_intake.hpp"

#include <utility>
#include <vbg/device.hpp>
#include <vbg/error.hpp>

#include "core/device.hpp"
#include "io/fit.hpp"

namespace vbg {

void FrameIntake::configure(const FrameSpec& from, const FrameSpec& to) {
    finish();
    resizes_ = from.width != to.width || from.height != to.height;
    converts_ = from.format != to.format;
    uploads_ = !on_host(to.device);
    converted_ = resizes_ && converts_ ? Frame(from.width, from.height, to.format) : Frame();
    waiting_ = {};
    arrived_ = {};
    gone_.reset();
    if (!uploads_) return;
    FrameSpec raw = resizes_ ? to : from;
    raw.device = {DeviceType::cuda_host, to.device.index};
    waiting_ = Frame(raw);
    raw.device = to.device;
    if (raw.format != to.format) arrived_ = Frame(raw);
    gone_.emplace(to.device);
}

void FrameIntake::finish() const noexcept {
    try {
        if (gone_) gone_->synchronize();
    } catch (const Error&) {
        // A GPU that has failed takes nothing any more.
    }
}

void FrameIntake::bring(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (!uploads_) return bring_on_host(from, to);
    gone_->synchronize();
    resizes_ ? bring_on_host(from, waiting_.view()) : copy_pixels(from, waiting_.view());
    const ConstFrameView waiting = std::as_const(waiting_).view();
    if (arrived_.empty()) {
        copy_pixels(waiting, to, stream);
    } else {
        copy_pixels(waiting, arrived_.view(), stream);
        ConstFrameView arrived = std::as_const(arrived_).view();
        arrived.color = from.color;
        convert(arrived, to, stream);
    }
    gone_->record(stream);
}

void FrameIntake::bring_on_host(const ConstFrameView& from, const FrameView& to) {
    if (!resizes_) return convert(from, to);
    if (!converts_) return fit_cover(from, to);
    convert(from, converted_.view());
    fit_cover(std::as_const(converted_).view(), to);
}

}  // namespace vbg
