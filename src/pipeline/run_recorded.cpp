// run() with a source that waits: every frame comes out.
#include <utility>
#include <vbg/device.hpp>

#include "pipeline/machine.hpp"

namespace vbg {

namespace {

constexpr std::chrono::milliseconds kPoll{200};  // how late a stop request may be noticed

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

    for (std::uint64_t written = 0; !stop.stop_requested() && (frames == 0 || written < frames);) {
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
        const ReadResult result = read(frame, kPoll);
        if (result == ReadResult::end) break;
        if (result == ReadResult::timed_out) continue;
        try {
            thread ? finish_latest(frame, *slots, *thread, newest) : finish_exact(frame);
        } catch (const GpuFailed& failure) {
            matte_thread = nullptr;
            thread.reset();
            slots.reset();
            leave_gpu(failure);
            finish_exact(frame);
        }
        source->release();
        ++written;
        meter.state.store(RunState::running, std::memory_order_relaxed);
        if (progress) progress();
    }
}

bool Machine::wait_for_wish(const std::stop_token& stop) {
    for (Wish now = wish; now != Wish::run; now = wish) {
        meter.state.store(now == Wish::pause ? RunState::paused : RunState::frozen,
                          std::memory_order_relaxed);
        if (stop.stop_requested()) return false;
        bell.wait_until(Clock::now() + kPoll);
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
    if (compose_latest(frame, kEpoch, newest, true, error)) {
        meter.lag(frame.sequence - newest.sequence);
        write(composition.last(), &frame, true);
    } else {
        // No matte yet is no failure to report, but it is handled like one.
        write_instead(frame, error);
        if (policy == OnFailure::passthrough) outputs.forget_last();
    }
}

}  // namespace vbg
