#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vbg/context.hpp>
#include <vector>

#include "core/late_answers.hpp"

namespace vbg::inline v0 {

/// One job at a time: workers sleep on `generation` (a futex), take pieces from `next`, and the last to
/// finish wakes the caller, who works along.
struct Context::Impl {
    Device device;
    StreamRef stream;
    LateAnswers* late = nullptr;

    std::atomic<unsigned> generation{0};
    std::atomic<int> busy{0};
    std::atomic<int> next{0};
    std::atomic<bool> quit{false};
    void (*call)(void*, int, int) = nullptr;
    void* user = nullptr;
    int rows = 0, piece = 1;
    std::mutex error_mutex;
    std::exception_ptr error;
    std::vector<std::jthread> workers;

    void work() noexcept {
        for (;;) {
            const int first = next.fetch_add(piece, std::memory_order_relaxed);
            if (first >= rows) return;
            try {
                call(user, first, std::min(first + piece, rows));
            } catch (...) {
                const std::lock_guard lock(error_mutex);
                if (!error) error = std::current_exception();
            }
        }
    }

    void serve() noexcept {
        unsigned seen = 0;
        for (;;) {
            generation.wait(seen, std::memory_order_acquire);
            seen = generation.load(std::memory_order_acquire);
            if (quit.load(std::memory_order_relaxed)) return;
            work();
            if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) busy.notify_one();
        }
    }
};

Context::Context(int threads, Device device, StreamRef stream) : impl_(std::make_unique<Impl>()) {
    impl_->device = device;
    impl_->stream = stream;
    if (threads <= 0) threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 4);
    threads = std::min(threads, 64);
    for (int i = 1; i < threads; ++i) {
        impl_->workers.emplace_back([impl = impl_.get()] { impl->serve(); });
    }
}

Context::~Context() {
    impl_->quit.store(true, std::memory_order_relaxed);
    impl_->generation.fetch_add(1, std::memory_order_release);
    impl_->generation.notify_all();
}

void Context::use(const Device& device, StreamRef stream) noexcept {
    impl_->device = device;
    impl_->stream = stream;
    impl_->late = nullptr;
}
Device Context::device() const noexcept { return impl_->device; }
StreamRef Context::stream() const noexcept { return impl_->stream; }
int Context::threads() const noexcept { return static_cast<int>(impl_->workers.size()) + 1; }

void Context::run_rows(int rows, int grain, void (*call)(void*, int, int), void* user) {
    if (rows <= 0) return;
    grain = std::max(grain, 1);
    if (threads() == 1 || rows <= grain) {
        call(user, 0, rows);
        return;
    }
    Impl& job = *impl_;
    job.call = call;
    job.user = user;
    job.rows = rows;
    // A few pieces a thread even out cores that are not equally free.
    job.piece = std::max(grain, (rows + threads() * 4 - 1) / (threads() * 4));
    job.next.store(0, std::memory_order_relaxed);
    job.busy.store(static_cast<int>(job.workers.size()), std::memory_order_relaxed);
    job.generation.fetch_add(1, std::memory_order_release);
    job.generation.notify_all();
    job.work();
    for (int left = job.busy.load(std::memory_order_acquire); left != 0;
         left = job.busy.load(std::memory_order_acquire)) {
        job.busy.wait(left, std::memory_order_acquire);
    }
    if (job.error) std::rethrow_exception(std::exchange(job.error, nullptr));
}

struct ContextInside {
    static LateAnswers*& late(const Context& context) noexcept { return context.impl_->late; }
};

}  // namespace vbg::inline v0

namespace vbg {

LateAnswers* late_answers(const Context& context) noexcept { return ContextInside::late(context); }
void offer(Context& context, LateAnswers* answers) noexcept { ContextInside::late(context) = answers; }

}  // namespace vbg
