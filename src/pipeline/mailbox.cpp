#include "pipeline/mailbox.hpp"

namespace vbg {

void Mailbox::begin() {
    std::unique_lock lock(mutex_);
    if (driven_ && driver_ == std::this_thread::get_id()) {
        ++depth_;
        return;
    }
    changed_.wait(lock, [this] { return !driven_; });
    take();
}

void Mailbox::take() {
    driven_ = true;
    driver_ = std::this_thread::get_id();
    ++depth_;
}

void Mailbox::end() {
    std::unique_lock lock(mutex_);
    if (--depth_ > 0) return;
    while (!calls_.empty()) {
        lock.unlock();
        serve_all();
        lock.lock();
    }
    driven_ = false;
    driver_ = {};
    changed_.notify_all();
}

void Mailbox::call(const std::function<void()>& work) {
    Call mine{&work, false, nullptr};
    {
        std::unique_lock lock(mutex_);
        if (driven_ && driver_ != std::this_thread::get_id()) {
            calls_.push_back(&mine);
            waiting_.store(true, std::memory_order_release);
            bell_.ring();
            changed_.wait(lock, [&mine] { return mine.done; });
            if (mine.error) std::rethrow_exception(mine.error);
            return;
        }
        take();  // under this very lock: else a run() could begin first, and this would wait for its end
    }
    const Driving driving(*this, std::adopt_lock);
    work();
}

void Mailbox::serve_all() {
    std::unique_lock lock(mutex_);
    while (!calls_.empty()) {
        Call* const next = calls_.front();
        calls_.pop_front();
        lock.unlock();
        std::exception_ptr error;
        try {
            (*next->work)();
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        next->error = error;
        next->done = true;
        changed_.notify_all();
    }
    waiting_.store(false, std::memory_order_release);
}

bool Mailbox::drives() const {
    const std::lock_guard lock(mutex_);
    return driven_ && driver_ == std::this_thread::get_id();
}

}  // namespace vbg
