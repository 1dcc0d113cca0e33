#pragma once
/// @file control.hpp  The simulated GPU, as tests steer it.
///
/// It stands behind cuda/driver.hpp in test programs made with vbg_simulated_gpu_test(), and keeps the rules
/// that a real one has:
/// - Memory on it is not the host's: code that touches it crashes, but for kernels and copies in their turn.
///   A kernel that is given ordinary host memory, or memory that was released, loses the GPU (kBadAddress;
///   fault() tells which). Only gcc's builds see that, host memory only those without sanitizers.
/// - Streams are lazy. What is queued is done when somebody waits for it, and not before: where a wait is
///   missing, old data shows, every time. The end of a stream waits for nothing; the release of memory waits
///   for its GPU. An event with work before it is not ready when first asked, and ready the next time.
/// - Host memory that is not pinned is taken before a copy to the GPU returns; a copy into it makes the
///   caller wait.
/// - A program (driver.hpp) is copied when it is made, and its steps are queued as they are when it is
///   launched. It does not copy from or to memory that is not pinned.
/// - A kernel's threads run first to last in one launch, last to first in the next.
/// - Memory is never clear to begin with, and what was released stays forbidden.
///
/// Everything is thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>

#include <vbg/types.hpp>

#include "cuda/status.hpp"

namespace vbg::cuda::simulated {

/// The first of them.
inline constexpr Device kGpu{DeviceType::cuda, 0};

/// All since the program began. A difference of two tells what happened between them.
struct Counts {
    std::int64_t launches = 0;                                     ///< of kernels, alone or in a program
    std::int64_t programs = 0, changes = 0, program_launches = 0;  ///< made, steps changed, launched
    std::int64_t singles = 0;                          ///< kernels and copies that went by themselves
    std::int64_t copies_up = 0, bytes_up = 0;          ///< from host memory to a GPU
    std::int64_t copies_down = 0, bytes_down = 0;      ///< from a GPU to host memory
    std::int64_t copies_within = 0, bytes_within = 0;  ///< on a GPU, or from one to another
    std::int64_t unpinned_copies = 0;  ///< of those up or down: with host memory that is not pinned
    std::int64_t waits = 0;            ///< the caller waited: for a stream, an event not reached, a copy
    std::int64_t queries = 0;          ///< the caller asked for an event
    std::int64_t allocations = 0;      ///< of memory, on a GPU or pinned
    std::int64_t releases = 0;
    std::int64_t released_in_use = 0;      ///< of those: while queued work still needed the memory
    std::int64_t streams = 0, events = 0;  ///< made

    friend Counts operator-(Counts a, const Counts& b) noexcept;
};

[[nodiscard]] Counts counts() noexcept;
/// Bytes that are allocated now.
[[nodiscard]] std::size_t memory_in_use(int gpu = 0) noexcept;
[[nodiscard]] std::size_t pinned_in_use() noexcept;
/// Streams and events that were made and not destroyed.
[[nodiscard]] int handles_in_use() noexcept;
[[nodiscard]] int programs_in_use() noexcept;
/// Kernels and copies that are queued and not done.
[[nodiscard]] int work_left() noexcept;

inline constexpr int kMostGpus = 8;
/// GPUs that there are, 0 to kMostGpus. It begins with the environment's VBG_SIMULATED_GPUS, else 1.
void set_gpus(int count) noexcept;
/// Bytes that each has; 1 GiB to begin with.
void set_memory(std::size_t bytes) noexcept;
/// The next allocation answers `status`, or the one after `good` that go well.
void fail_allocation(int status = kOutOfMemory, int good = 0) noexcept;
/// What the making of programs answers from now on.
void fail_programs(int status) noexcept;
/// From now on everything asked of that GPU answers `status`. What is queued there is never done.
void lose(int gpu = 0, int status = kLaunchFailure) noexcept;
/// The same as soon as `work` kernels and copies of any GPU were done: by the next one after them.
void lose_after(int work, int status = kLaunchFailure) noexcept;
/// The GPU answers again, as after a new start of the program, which a real one would need. Memory is kept.
void revive(int gpu = 0) noexcept;
/// What lost a GPU, in words; empty where nothing did.
[[nodiscard]] std::string fault();
/// Does all that is queued, everywhere.
void finish_all() noexcept;
/// One GPU, its memory, no failures to come, alive; the queues are finished first.
void start_again() noexcept;

}  // namespace vbg::cuda::simulated
