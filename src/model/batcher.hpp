#pragma once
/// @file batcher.hpp  Calls of one network by several threads at once, joined into batches. C++17-clean.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

namespace vbg::net {

/// While a batch runs, the calls that come gather, and those of one kind run together as the next. Nobody
/// waits for company: a call that finds the network idle runs at once, alone. So a lone pipeline is as fast
/// as without, and many on one GPU find their batch by being many. Thread-safe; it must outlive its calls.
class Batcher {
public:
    /// What one thread wants. Calls run together only where their kinds agree.
    struct Call {
        struct Kind {
            int height = 0, width = 0;
            bool on_gpu = false;
            friend bool operator==(const Kind& a, const Kind& b) noexcept {
                return a.height == b.height && a.width == b.width && a.on_gpu == b.on_gpu;
            }
        };
        Call(const float* pixels, const Kind& its_kind, void* its_stream) noexcept
            : input(pixels), kind(its_kind), stream(its_stream) {}
        virtual ~Call() = default;
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

        const float* input;
        Kind kind;
        void* stream;                ///< in whose turn the input is there
        std::exception_ptr failure;  ///< set by the work where this call alone failed

    private:
        friend class Batcher;
        std::condition_variable changed_;
        bool done_ = false;
    };
    using Calls = std::vector<Call*>;
    /// Answers all of the calls, on the thread of one of them.
    using Work = std::function<void(const Calls&)>;

    /// Batches have at most `most` calls; 1 or more.
    Batcher(std::size_t most, Work work);

    /// Answers the call, in a batch of at most `most`, too, where this thread works. Throws what its work
    /// threw. Where the work throws for a batch of several, each of them runs again, alone, so
    /// that one does not fail for another.
    void run(Call& call, std::size_t most);

    /// Calls that wait for their turn now; for tests.
    [[nodiscard]] std::size_t waiting() const;
    /// What was done so far.
    struct Counts {
        std::uint64_t calls = 0, batches = 0;
    };
    [[nodiscard]] Counts counts() const;

private:
    void choose_batch(std::size_t most) noexcept;
    void work_off() noexcept;

    std::size_t most_;
    Work work_;
    mutable std::mutex mutex_;
    bool busy_ = false;  // somebody works on batch_, unlocked
    Calls waiting_;      // in the order they came
    Calls batch_, alone_;
    Counts counts_;
};

}  // namespace vbg::net
