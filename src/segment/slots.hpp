#pragma once
/// @file slots.hpp  Scratch memory for pieces of Context::parallel_rows(): one object a thread, made once.

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace vbg::segment {

/// A few equal objects, lent to whoever runs a piece. take() neither allocates nor locks.
template <class T>
class Slots {
public:
    /// At least `count` objects, each passed to `prepare`. Not while any is lent.
    template <class Prepare>
    void reserve(int count, Prepare prepare) {
        while (static_cast<int>(slots_.size()) < count) slots_.push_back(std::make_unique<Slot>());
        for (auto& slot : slots_) prepare(slot->value);
    }
    [[nodiscard]] int size() const noexcept { return static_cast<int>(slots_.size()); }

    class Lease {
    public:
        explicit Lease(T& value, std::atomic_flag& taken) : value_(value), taken_(taken) {}
        ~Lease() { taken_.clear(std::memory_order_release); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        T* operator->() const noexcept { return &value_; }
        T& operator*() const noexcept { return value_; }

    private:
        T& value_;
        std::atomic_flag& taken_;
    };
    /// An idle object. There is one as long as no more than size() threads ask.
    [[nodiscard]] Lease take() {
        for (;;) {
            for (auto& slot : slots_) {
                if (!slot->taken.test_and_set(std::memory_order_acquire))
                    return Lease(slot->value, slot->taken);
            }
            std::this_thread::yield();
        }
    }

private:
    struct Slot {
        std::atomic_flag taken;
        T value;
    };
    std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace vbg::segment
