#pragma once
/// @file handles.hpp  Owners of what libpipewire makes, and its lock as a guard.

#include <pipewire/pipewire.h>

#include <memory>

namespace vbg::pipewire {

struct Destroy {
    void operator()(pw_thread_loop* loop) const noexcept { pw_thread_loop_destroy(loop); }
    void operator()(pw_context* context) const noexcept { pw_context_destroy(context); }
    void operator()(pw_core* core) const noexcept { pw_core_disconnect(core); }
    void operator()(pw_stream* stream) const noexcept { pw_stream_destroy(stream); }
};
template <class T>
using Handle = std::unique_ptr<T, Destroy>;

/// Holds a loop's lock: what runs in the loop waits meanwhile. Not for the loop's own thread.
class LoopLock {
public:
    explicit LoopLock(pw_thread_loop* loop) noexcept : loop_(loop) { pw_thread_loop_lock(loop_); }
    ~LoopLock() { pw_thread_loop_unlock(loop_); }
    LoopLock(const LoopLock&) = delete;
    LoopLock& operator=(const LoopLock&) = delete;

private:
    pw_thread_loop* loop_;
};

}  // namespace vbg::pipewire
