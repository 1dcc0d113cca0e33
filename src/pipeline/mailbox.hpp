#pragma once
/// @file mailbox.hpp  Lets other threads have something done between two frames.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "pipeline/bell.hpp"

namespace vbg {

/// At any time at most one thread *drives* a pipeline: in run(), in step(), or for a moment to change
/// something. Who calls while another drives has the work done by that one. Thread-safe.
class Mailbox {
public:
    /// Work that comes while somebody drives rings `bell`.
    explicit Mailbox(Bell& bell) : bell_(bell) {}

    /// Drives as long as it lives; waits until nobody else does. Its end does what still waits.
    class Driving {
    public:
        explicit Driving(Mailbox& box) : box_(box) { box_.begin(); }
        Driving(Mailbox& box, std::adopt_lock_t /*taken*/) : box_(box) {}
        ~Driving() { box_.end(); }
        Driving(const Driving&) = delete;
        Driving& operator=(const Driving&) = delete;

    private:
        Mailbox& box_;
    };

    /// Has `work` done between two frames and returns when it is; rethrows what it throws. Where nobody
    /// drives, or this thread does, it is done here and now.
    void call(const std::function<void()>& work);
    /// For the driver, between two frames: does what waits.
    void serve() {
        if (has_mail()) serve_all();
    }
    /// Whether something waits.
    [[nodiscard]] bool has_mail() const noexcept { return waiting_.load(std::memory_order_acquire); }
    /// Whether the calling thread drives.
    [[nodiscard]] bool drives() const;

private:
    struct Call {
        const std::function<void()>* work;
        bool done = false;
        std::exception_ptr error;
    };
    void begin();
    void take();  // with the lock
    void end();
    void serve_all();

    Bell& bell_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool driven_ = false;
    int depth_ = 0;  // a driver may drive again
    std::thread::id driver_;
    std::deque<Call*> calls_;
    std::atomic<bool> waiting_{false};
};

}  // namespace vbg
