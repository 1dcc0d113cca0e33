// run() with a source that waits: every frame comes out. On a GPU, with the frames' own mattes, a frame is
// read and handed to the GPU before the one before it is waited for and written: so both work at the same
// time.
#include <fmt/format.h>

#include <utility>
#include <vbg/device.hpp>
#include <vbg/log.hpp>

#include "pipeline/machine.hpp"

namespace vbg {

namespace {

constexpr std::chrono::milliseconds kStopPoll{200};  // how late a stop request may be noticed

}  // namespace

void Machine::run_recorded(const std::stop_token& stop, std::uint64_t frames,
                           const std::function<void()>& progress) {
    std::optional<FrameSlots> slots;
    std::unique_ptr<MatteThread> thread;
    MatteThread::Latest newest;
    struct Ends {
        Machine& machine;
        std::unique_ptr<MatteThread>& thread;
        ~Ends() {
            machine.matte_thread = nullptr;
            thread.reset();
            machine.let_gpu_finish();  // before the slots go
        }
    } const ends{*this, thread};

    std::uint64_t told = meter.frames_out;
    const auto tell = [&] {
        for (; told != meter.frames_out; ++told) {
            meter.state.store(RunState::running, std::memory_order_relaxed);
            if (progress) progress();
        }
    };
    for (std::uint64_t begun = 0; !stop.stop_requested() && (frames == 0 || begun < frames);) {
        // What is asked for from outside is for frames after those that are under way.
        if (mailbox.has_mail() || wish != Wish::run || (sync == MaskSync::latest && !thread)) {
            write_under_way();
            tell();
        }
        mailbox.serve();
        if (!wait_for_wish(stop)) break;
        if (sync == MaskSync::latest && !thread) {
            if (!slots) slots.emplace(working, 3);
            thread = std::make_unique<MatteThread>(maker, meter, bell, working, place, context.threads());
            matte_thread = thread.get();
            newest = {};
        } else if (sync == MaskSync::exact && thread) {
            matte_thread = nullptr;
            thread.reset();
        }
        ConstFrameView frame;
        const ReadResult result = read_next(frame);
        if (result == ReadResult::end) break;
        if (result == ReadResult::timed_out) {
            write_under_way();
            tell();
            continue;
        }
        ++begun;
        if (!thread) {
            finish_overlapped(frame);
        } else {
            try {
                finish_latest(frame, *slots, *thread, newest);
            } catch (const GpuFailed& failure) {
                matte_thread = nullptr;
                thread.reset();
                slots.reset();
                leave_gpu(failure);
                finish_exact(frame);
            }
        }
        source->release();
        write_under_way(1);
        tell();
    }
    write_under_way();
    tell();
}

std::exception_ptr Machine::make_overlapped(const ConstFrameView& read, ConstFrameView& frame) {
    const cuda::Gathering gathering(commands, place.device(), place.stream());
    place.watch([&] { frame = bring(read); });
    if (!outputs.overlaps()) return try_compose(frame);
    const LateOffer offer(context, *late);
    bool is_composed = false;
    std::exception_ptr error = place.attempt([&] {
        compose_exact(frame);
        is_composed = true;
        // Hands over what was gathered, if any sink wants the frame.
        outputs.send(composition.last(), intake.sent(), offer.ticket());
    });
    if (error && is_composed) composition.take_back(1);  // nobody would look whether it is good
    return error;
}

void Machine::finish_overlapped(const ConstFrameView& read) {
    try {
        const int before = outputs.under_way();
        ConstFrameView frame;
        const std::exception_ptr error = make_overlapped(read, frame);
        if (!error && outputs.under_way() > before) return meter.lag(0);
        const Device device = place.device();
        write_under_way();
        if (place.device() != device) return finish_exact(read);  // what was made has gone with the GPU
        conclude(frame, error);
    } catch (const GpuFailed& failure) {
        recover(failure);
        finish_exact(read);
    }
}

void Machine::write_under_way(int keep) {
    finish_again();
    while (outputs.under_way() > keep) {
        try {
            const Meter::Span span(*write_timer);
            const std::uint64_t ticket = outputs.await_next();
            if (ticket != 0 && !late->is_good(ticket)) return make_again();
            outputs.write_next();
        } catch (const GpuFailed& failure) {
            return recover(failure);
        }
        meter.wrote_frame();
    }
}

void Machine::recover(const GpuFailed& failure) {
    std::vector<Frame> raw = outputs.give_up();
    leave_gpu(failure);
    again = std::move(raw);
    finish_again();
}

void Machine::make_again() {
    composition.take_back(outputs.under_way());
    again = outputs.give_up();
    let_gpu_finish();
    maker->reset();  // the filters have seen what was made of it
    finish_again();
}

void Machine::finish_again() {
    while (!again.empty()) {
        const Frame one = std::move(again.front());
        again.erase(again.begin());
        try {
            finish_raw(one.view());
        } catch (const GpuFailed& failure) {
            std::vector<Frame> rest = std::move(again);
            leave_gpu(failure);
            again = std::move(rest);
            finish_raw(one.view());
        }
    }
}

void Machine::finish_raw(const ConstFrameView& raw) {
    FrameSpec here = working;
    here.device = {};
    Frame converted(here), there;
    convert(raw, converted.view());
    converted.stamp(raw.timestamp, raw.sequence);
    ConstFrameView frame = std::as_const(converted).view();
    if (place.is_gpu()) {
        place.watch([&] {
            there = Frame(working);
            copy_pixels(frame, there.view(), place.stream());
        });
        there.stamp(raw.timestamp, raw.sequence);
        frame = std::as_const(there).view();
    }
    finish_brought(frame);
}

ReadResult Machine::read_next(ConstFrameView& frame) {
    try {
        // A frame that is under way does not wait for a source that keeps one waiting.
        return read(frame, outputs.under_way() > 0 ? std::chrono::milliseconds(0) : kStopPoll);
    } catch (...) {
        const std::exception_ptr first = std::current_exception();
        try {
            write_under_way();
        } catch (const std::exception& e) {
            log(LogLevel::error, fmt::format("and the frame before was not written: {}", e.what()));
        }
        std::rethrow_exception(first);
    }
}

bool Machine::wait_for_wish(const std::stop_token& stop) {
    for (Wish now = wish; now != Wish::run; now = wish) {
        meter.state.store(now == Wish::pause ? RunState::paused : RunState::frozen,
                          std::memory_order_relaxed);
        if (stop.stop_requested()) return false;
        bell.wait_until(Clock::now() + kStopPoll);
        mailbox.serve();
    }
    return true;
}

void Machine::finish_latest(const ConstFrameView& read, FrameSlots& slots, MatteThread& thread,
                            MatteThread::Latest& newest) {
    ConstFrameView frame;
    place.watch([&] { frame = bring(read); });
    constexpr std::uint64_t kEpoch = 1;
    if (!thread.busy_for()) {
        FrameSlots::Ref slot = slots.acquire();
        place.watch([&] { copy_pixels(frame, slot->frame.view(), place.stream()); });
        slot->frame.stamp(frame.timestamp, frame.sequence);
        slot->epoch = kEpoch;
        thread.offer(slot);
    }
    thread.fetch(matte, own_foreground, newest);

    std::exception_ptr error;
    if (compose_latest(frame, kEpoch, newest, BackgroundUse::once, error)) {
        meter.lag(frame.sequence - newest.sequence);
        write(composition.last(), &frame, true);
    } else {
        // No matte yet is no failure to report, but it is handled like one.
        write_instead(frame, error);
        if (policy == OnFailure::passthrough) outputs.forget_last();
    }
}

}  // namespace vbg
