#pragma once
/// @file machine.hpp  Simulated GPUs: their memory, their queues, and what was counted.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "simulated_gpu/control.hpp"
#include "simulated_gpu/launch.hpp"
#include "simulated_gpu/memory.hpp"

namespace vbg::cuda::simulated {

// CUDA's numbers for misuse, which libvbg does not tell apart.
enum Misuse : int { kInvalidValue = 1, kInvalidConfiguration = 9, kInvalidPitch = 12, kInvalidHandle = 400 };

struct Copy {
    std::byte* to = nullptr;
    std::size_t to_stride = 0;
    const std::byte* from = nullptr;
    std::size_t from_stride = 0, row = 0, rows = 0;

    void perform() const noexcept;
    [[nodiscard]] std::size_t reach(std::size_t stride) const noexcept { return stride * (rows - 1) + row; }
};

/// A kernel with its argument, which lies elsewhere.
struct Launch {
    Run run = nullptr;
    int across = 0, down = 0;
    std::size_t bytes = 0;
};

struct Queue;

/// A point in a stream: reached as soon as so many pieces of its work are done.
struct Point {
    Queue* stream = nullptr;
    std::uint64_t position = 0;
    [[nodiscard]] bool reached() const noexcept;
};

/// One piece of work. They are used again, so that a steady stream of frames allocates nothing.
struct Work {
    enum class Kind { launch, copy, wait };
    Kind kind = Kind::wait;
    Launch launch;
    alignas(64) std::array<std::byte, kMostKernelBytes> kernel;
    std::array<char, 64> what{};
    Copy copy;
    std::vector<std::byte> staged;  ///< host memory that was taken when the copy was queued
    Point awaited;
    Work* next = nullptr;
};

/// Streams are used again, too, and never go away: `done` only grows, so that old points stay right.
struct Queue {
    int gpu = 0;
    bool alive = false;
    Work *first = nullptr, *last = nullptr;
    std::uint64_t queued = 0, done = 0;
};
inline bool Point::reached() const noexcept { return stream == nullptr || stream->done >= position; }

struct Marker {
    int gpu = 0;
    bool alive = false, asked = false;
    Point point;
};

struct Gpu {
    Memory memory;
    Queue* standard = nullptr;  ///< its default stream
    int lost = kOk;
};

/// All of it, behind one lock: whoever waits for work does it while the others wait.
class Machine {
public:
    static constexpr std::size_t kMemory = std::size_t{1} << 30U;  ///< bytes of each GPU to begin with
    static Machine& get();

    std::mutex lock;
    Counts counts;
    std::array<Gpu, kMostGpus> gpus;
    int gpu_count = 1;
    std::size_t memory_limit = kMemory;
    std::map<std::uintptr_t, std::size_t> pinned;
    std::size_t pinned_bytes = 0;
    int fail_status = kOk, fail_after = -1;  ///< allocations; -1: none fails
    int lose_status = kOk, lose_after = -1;  ///< work; -1: none loses the GPU
    int program_status = kOk;                ///< what making a program answers
    int programs_alive = 0;
    std::string fault;

    /// What everything asked of a GPU answers before anything else.
    [[nodiscard]] int answer_of(int gpu) const noexcept;
    [[nodiscard]] bool takes_allocation(int& status) noexcept;

    /// The stream of that handle; null where it is none of that GPU's.
    [[nodiscard]] Queue* stream(int gpu, void* handle) noexcept;
    [[nodiscard]] Marker* event(void* handle) noexcept;
    [[nodiscard]] Queue* make_stream(int gpu);
    [[nodiscard]] Marker* make_event(int gpu);
    [[nodiscard]] int handles() const noexcept;

    /// An empty piece of work at the stream's end.
    Work& push(Queue& stream, Work::Kind kind);
    /// Does the stream's work up to the point, and what that has to wait for. Answers what lost the GPU.
    int finish(const Point& point) noexcept;
    int finish(Queue& stream) noexcept { return finish({&stream, stream.queued}); }
    void finish_gpu(int gpu) noexcept;
    [[nodiscard]] int work_left() const noexcept;

    enum class Place { device, pinned, host, nowhere };
    /// Where the bytes lie; nowhere: not all in one live block of a GPU. `gpu` is set for a GPU's.
    [[nodiscard]] Place place(const void* data, std::size_t bytes, int* gpu = nullptr) const noexcept;
    /// Whether queued work needs the bytes [begin, end).
    [[nodiscard]] bool is_awaited(std::uintptr_t begin, std::uintptr_t end) const noexcept;
    /// Everything asked of the GPU answers that from now on.
    void lose(int gpu, int status, std::string why) noexcept;

private:
    Machine();
    void run(Queue& stream, std::uint64_t position) noexcept;
    void perform(Queue& stream, Work& work) noexcept;
    [[nodiscard]] std::string wrong_with(const Queue& stream, const Work& work) const;
    void close() noexcept;

    std::deque<Queue> streams_;
    std::deque<Marker> events_;
    std::deque<Work> works_;
    Work* unused_ = nullptr;
    bool backwards_ = false;
};

/// Queues a kernel or a copy, behind the lock. Answers a Status.
[[nodiscard]] int queue_step(Machine& machine, Queue& stream, const Step& step) noexcept;

}  // namespace vbg::cuda::simulated
