#pragma once
/// @file frame_slots.hpp  A few frames made once, handed from thread to thread without copying.

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>
#include <vbg/frame.hpp>

#include "pipeline/meter.hpp"

namespace vbg {

/// Slots are shared by counting; one whose last reference goes is idle again. Thread-safe; one reference is
/// used by one thread at a time. Must outlive its references.
class FrameSlots {
public:
    struct Slot {
        explicit Slot(const FrameSpec& spec) : frame(spec) {}
        Frame frame;
        Clock::time_point arrived{};  ///< when the source gave it
        std::uint64_t epoch = 0;      ///< which opening of the source it comes from
        std::atomic<int> uses{0};
    };

    class Ref {
    public:
        Ref() = default;
        explicit Ref(Slot* slot) noexcept : slot_(slot) {}  ///< takes over one use
        Ref(const Ref& other) noexcept : slot_(other.slot_) {
            if (slot_ != nullptr) slot_->uses.fetch_add(1, std::memory_order_relaxed);
        }
        Ref(Ref&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
        Ref& operator=(Ref other) noexcept {
            std::swap(slot_, other.slot_);
            return *this;
        }
        ~Ref() {
            if (slot_ != nullptr) slot_->uses.fetch_sub(1, std::memory_order_release);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return slot_ != nullptr; }
        Slot* operator->() const noexcept { return slot_; }
        [[nodiscard]] ConstFrameView view() const noexcept { return std::as_const(slot_->frame).view(); }

    private:
        Slot* slot_ = nullptr;
    };

    FrameSlots(const FrameSpec& spec, int count) : spec_(spec) {
        for (int i = 0; i < count; ++i) slots_.emplace_back(spec);
    }
    /// An idle slot, or none. Does not allocate.
    [[nodiscard]] Ref acquire() noexcept {
        const std::lock_guard lock(mutex_);
        for (Slot& slot : slots_) {
            int idle = 0;
            if (slot.uses.compare_exchange_strong(idle, 1, std::memory_order_acquire)) return Ref(&slot);
        }
        return {};
    }
    /// One more, for one that a stalled thread keeps.
    void add() {
        const std::lock_guard lock(mutex_);
        slots_.emplace_back(spec_);
    }

private:
    FrameSpec spec_;
    std::mutex mutex_;
    std::deque<Slot> slots_;
};

}  // namespace vbg
