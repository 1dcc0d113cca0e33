// How frames are driven: one, all of them, or a picture by hand. run() with a live source is in
// live_loop.cpp.
#include <fmt/format.h>

#include <cerrno>
#include <utility>
#include <vbg/device.hpp>

#include "core/device.hpp"
#include "pipeline/live_loop.hpp"
#include "pipeline/machine.hpp"

namespace vbg {

ReadResult Machine::step_exact(std::chrono::milliseconds timeout) {
    if (outputs.under_way() > 0 || !again.empty()) {  // a run() that threw has left one
        write_under_way();
        return ReadResult::frame;
    }
    ConstFrameView frame;
    const ReadResult result = read(frame, timeout);
    if (result != ReadResult::frame) return result;
    finish_overlapped(frame);
    write_under_way();
    source->release();
    return result;
}

void Machine::finish_exact(const ConstFrameView& read) {
    const cuda::Gathering gathering(commands, place.device(), place.stream());
    ConstFrameView frame;
    place.watch([&] { frame = bring(read); });
    finish_brought(frame);
}

void Machine::finish_brought(const ConstFrameView& frame) { conclude(frame, try_compose(frame)); }

std::exception_ptr Machine::try_compose(const ConstFrameView& frame) {
    return place.attempt([&] {
        compose_exact(frame);
        cuda::flush(place.device(), place.stream());
    });
}

void Machine::conclude(const ConstFrameView& frame, const std::exception_ptr& error) {
    if (error) {
        write_instead(frame, error);
        if (policy == OnFailure::passthrough) outputs.forget_last();  // it was the source's
    } else {
        meter.lag(0);
        write(composition.last(), &frame, true);
    }
}

void Machine::run(const std::stop_token& stop, std::uint64_t frames, const std::function<void()>& progress) {
    const Mailbox::Driving driving(mailbox);
    outputs.rearm();
    const std::stop_callback hurry(stop, [this] { outputs.interrupt(); });
    try {
        if (!opened) open();
    } catch (const Error& e) {
        if (stop.stop_requested() && e.sys_errno() == ECANCELED) return;
        throw;
    }
    if (source_closed) reopen_source();
    if (!configured) configure(working);
    write_under_way();  // what an earlier run() that threw has left
    struct Ends {
        Meter& meter;
        ~Ends() { meter.state.store(RunState::stopped, std::memory_order_relaxed); }
    } const ends{meter};
    meter.state.store(RunState::starting, std::memory_order_relaxed);
    source->is_live() ? run_live(stop, frames, progress) : run_recorded(stop, frames, progress);
    close();
}

void Machine::run_live(const std::stop_token& stop, std::uint64_t frames,
                       const std::function<void()>& progress) {
    for (std::uint64_t written = 0;;) {
        std::optional<GpuFailed> failure;
        try {
            LiveLoop loop(*this, stop, frames == 0 ? 0 : frames - written, progress);
            try {
                return loop.run();
            } catch (const GpuFailed& e) {
                failure = e;
                written += loop.written();
            }
        } catch (...) {
            source->close();  // the sinks stay as they are: what was written is whole
            source_closed = true;
            throw;
        }
        source->close();
        source_closed = true;
        leave_gpu(*failure);
        reopen_source();
    }
}

void Machine::process(const ConstFrameView& frame, const FrameView& out, const MaskView& alpha) {
    try {
        need_parts(false);
        try {
            if (!process_here(frame, out, alpha)) {
                maker->reset();  // the filters have seen what was made of it
                (void)process_here(frame, out, alpha, true);
            }
        } catch (const GpuFailed& failure) {
            leave_gpu(failure);
            (void)process_here(frame, out, alpha);
        }
    } catch (...) {
        blacken(out);
        throw;
    }
}

void Machine::blacken(const FrameView& out) noexcept {
    let_gpu_finish();  // it may be about to write `out`, or read the caller's frame
    try {
        if (on_host(out.device)) return fill(out, 0, 0, 0);
        const Frame black({out.width, out.height, out.format, out.color, {}, 0});
        const StreamRef stream = place.callers_stream(out.device);
        copy_pixels(black.view(), out, stream);
        wait_for_stream(out.device, stream);
    } catch (...) {
        // It lies on a GPU that has failed: nobody sees it.
    }
}

bool Machine::process_here(const ConstFrameView& frame, const FrameView& out, const MaskView& alpha,
                           bool waits) {
    const bool like_before = configured && working.width == frame.width && working.height == frame.height &&
                             working.format == frame.format;
    if (!like_before) configure({frame.width, frame.height, frame.format, {}, {}, 0});
    for (const Device& device : {frame.device, out.device, alpha.device}) {
        if (on_host(device) || same_place(device, place.device())) continue;
        throw Error(Errc::invalid_argument,
                    fmt::format("pipeline: a picture lies on {}, but the pipeline works on {}; call device() "
                                "with the former, or copy_pixels() it to host memory",
                                device_text(device), device_text(place.device())));
    }
    const bool wants_matte = alpha.data != nullptr;
    const bool up_there = !on_host(frame.device) || !on_host(out.device) || !on_host(alpha.device);
    const bool host_takes_part =
        on_host(frame.device) || on_host(out.device) || (wants_matte && on_host(alpha.device));
    // Who looks at the picture in host memory waits for it in any case: so the network need not be.
    std::optional<LateOffer> offer;
    if (place.is_gpu() && host_takes_part && !waits) offer.emplace(context, *late);
    place.watch([&] {
        cuda::Gathering gathering(commands, place.device(), place.stream());
        if (up_there) place.begin_turn();
        ConstFrameView here = frame;
        if (!same_place(frame.device, place.device())) {
            if (handed.empty()) handed = Frame(working);
            copy_pixels(frame, handed.view(), place.stream());
            handed.stamp(frame.timestamp, frame.sequence);
            here = std::as_const(handed).view();
        }
        compose_exact(here);
        copy_pixels(composition.last(), out, place.stream());
        if (wants_matte) copy_pixels(std::as_const(matte).view(), alpha, place.stream());
        gathering.hand_over();
        if (up_there) place.end_turn();
        if (host_takes_part) place.finish();
    });
    return !offer || late->is_good(offer->ticket());
}

}  // namespace vbg
