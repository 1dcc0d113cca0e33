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
    way_.reset();
    sent_ = {};
    if (!uploads_) return;
    FrameSpec pinned = resizes_ ? to : from, there = pinned;
    pinned.device = {DeviceType::cuda_host, to.device.index};
    there.device = to.device;
    way_.emplace(pinned, there);
}

void FrameIntake::finish() const noexcept {
    if (!way_) return;
    try {
        for (const Arrival& arrival : way_->arrivals) arrival.taken.synchronize();
    } catch (const Error&) {
        // A GPU that has failed takes nothing any more.
    }
}

void FrameIntake::bring(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (!uploads_) return bring_on_host(from, to);
    Frame& staged = way_->staging.next();
    resizes_ ? bring_on_host(from, staged.view()) : copy_pixels(from, staged.view());
    staged.stamp(from.timestamp, from.sequence);
    sent_ = std::as_const(staged).view();
    if (!resizes_) sent_.color = from.color;

    Arrival& arrival = way_->arrivals[way_->turn];
    way_->turn = 1 - way_->turn;
    way_->stream.wait(arrival.taken);
    copy_pixels(sent_, arrival.frame.view(), way_->stream.ref());
    way_->staging.sent(way_->stream.ref());
    way_->arrived.record(way_->stream.ref());
    cuda::wait_in(to.device, stream, way_->arrived);
    ConstFrameView arrived = std::as_const(arrival.frame).view();
    arrived.color = sent_.color;
    arrived.format == to.format ? copy_pixels(arrived, to, stream) : convert(arrived, to, stream);
    arrival.taken.record(stream);
}

void FrameIntake::bring_on_host(const ConstFrameView& from, const FrameView& to) {
    if (!resizes_) return convert(from, to);
    if (!converts_) return fit_cover(from, to);
    convert(from, converted_.view());
    fit_cover(std::as_const(converted_).view(), to);
}

}  // namespace vbg
