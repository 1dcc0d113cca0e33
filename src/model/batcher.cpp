#include "model/batcher.hpp"

#include <algorithm>
#include <utility>

namespace vbg::net {

Batcher::Batcher(std::size_t most, Work work)
    : most_(std::max<std::size_t>(most, 1)), work_(std::move(work)), alone_(1) {
    batch_.reserve(most_);
}

void Batcher::run(Call& call, std::size_t most) {
    std::unique_lock<std::mutex> lock(mutex_);
    waiting_.push_back(&call);
    // Whoever is woken and finds nobody at work leads the next batch, which need not hold its own call.
    while (!call.done_) {
        if (busy_) {
            call.changed_.wait(lock);
            continue;
        }
        busy_ = true;
        choose_batch(most);
        lock.unlock();
        work_off();
        lock.lock();
        busy_ = false;
        counts_.calls += batch_.size();
        ++counts_.batches;
        for (Call* answered : batch_) {
            answered->done_ = true;
            answered->changed_.notify_one();
        }
        if (!waiting_.empty()) waiting_.front()->changed_.notify_one();
    }
    lock.unlock();
    if (call.failure) std::rethrow_exception(call.failure);
}

/// The oldest call, and those of its kind in the order they came.
void Batcher::choose_batch(std::size_t most) noexcept {
    const Call::Kind kind = waiting_.front()->kind;
    const std::size_t room = std::clamp<std::size_t>(most, 1, most_);
    batch_.clear();
    const auto joins = [&](Call* call) {
        if (!(call->kind == kind) || batch_.size() == room) return false;
        batch_.push_back(call);
        return true;
    };
    waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), joins), waiting_.end());
}

void Batcher::work_off() noexcept {
    try {
        return work_(batch_);
    } catch (...) {
        if (batch_.size() == 1) {
            batch_.front()->failure = std::current_exception();
            return;
        }
    }
    for (Call* call : batch_) {
        try {
            call->failure = nullptr;
            alone_.front() = call;
            work_(alone_);
        } catch (...) {
            call->failure = std::current_exception();
        }
    }
}

std::size_t Batcher::waiting() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_.size();
}

Batcher::Counts Batcher::counts() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return counts_;
}

}  // namespace vbg::net
