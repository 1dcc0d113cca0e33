// run() with a source that waits: every frame comes out.
#include <utility>

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
        MatteThread*& thread;
        ~Ends() { thread = nullptr; }
    } const ends{matte_thread};

    for (std::uint64_t written = 0; !stop.stop_requested() && (frames == 0 || written < frames);) {
        mailbox.serve();
        if (!wait_for_wish(stop)) break;
        if (sync == MaskSync::latest && !thread) {
            if (!slots) slots.emplace(working, 3);
            thread = std::make_unique<MatteThread>(maker, meter, bell, working, context.threads());
            matte_thread = thread.get();
            newest = {};
        } else if (sync == MaskSync::exact && thread) {
            matte_thread = nullptr;
            thread.reset();
        }
        const ReadResult result = thread ? step_latest(kPoll, *slots, *thread, newest) : step_exact(kPoll);
        if (result == ReadResult::end) break;
        if (result == ReadResult::timed_out) continue;
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

ReadResult Machine::step_latest(std::chrono::milliseconds timeout, FrameSlots& slots, MatteThread& thread,
                                MatteThread::Latest& newest) {
    ConstFrameView frame;
    const ReadResult result = read(frame, timeout);
    if (result != ReadResult::frame) return result;
    constexpr std::uint64_t kEpoch = 1;
    if (!thread.busy_for()) {
        FrameSlots::Ref slot = slots.acquire();
        copy_pixels(frame, slot->frame.view());
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
    source->release();
    return result;
}

}  // namespace vbg
