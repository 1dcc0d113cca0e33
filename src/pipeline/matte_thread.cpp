#include "pipeline/matte_thread.hpp"

#include <utility>

namespace vbg {

MatteThread::MatteThread(MatteMaker& maker, Meter& meter, const FrameSpec& spec, int threads,
                         std::size_t first_timer)
    : maker_(maker),
      meter_(meter),
      context_(threads),
      first_timer_(first_timer),
      input_(spec),
      working_(spec.width, spec.height),
      finished_(spec.width, spec.height),
      thread_([this] { serve(); }) {}

MatteThread::~MatteThread() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool MatteThread::offer(const ConstFrameView& frame) {
    {
        const std::lock_guard lock(mutex_);
        if (has_work_) return false;
    }
    copy_pixels(frame, input_.view());
    input_.stamp(frame.timestamp, frame.sequence);
    {
        const std::lock_guard lock(mutex_);
        has_work_ = true;
        offered_ = Clock::now();
    }
    wake_.notify_one();
    return true;
}

MatteThread::Latest MatteThread::fetch(Mask& matte) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(fresh_, false)) std::swap(matte, finished_);
    Latest result = latest_;
    latest_.failure.clear();
    return result;
}

void MatteThread::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return quit_ || has_work_; });
        if (quit_) return;
        const auto offered = offered_;
        lock.unlock();
        std::string failure;
        try {
            maker_.make(std::as_const(input_).view(), working_.view(), nullptr, context_, meter_,
                        first_timer_);
        } catch (const std::exception& e) {
            failure = e.what();
        } catch (...) {
            failure = "a stage threw something that is not an exception";
        }
        lock.lock();
        has_work_ = false;
        latest_.valid = failure.empty();
        if (latest_.valid) {
            std::swap(working_, finished_);
            fresh_ = true;
            latest_.sequence = std::as_const(input_).view().sequence;
            latest_.made = offered;
        } else {
            latest_.failure = std::move(failure);
        }
    }
}

}  // namespace vbg
