#include "simulated_gpu/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace vbg::cuda::simulated {

namespace {

/// Below that nothing of the program's lies in memory, but numbers side by side look like addresses.
constexpr std::uintptr_t kLowestAddress = std::uintptr_t{1} << 46U;

/// Calls body(word) for what may be addresses in a kernel's arguments, until one answers true.
template <class Body>
bool any_word(const Work& work, Body body) {
    for (std::size_t i = 0; kSeesPointers && i + sizeof(std::uintptr_t) <= work.launch.bytes;
         i += sizeof(std::uintptr_t)) {
        std::uintptr_t word = 0;
        std::memcpy(&word, work.kernel.data() + i, sizeof word);
        if (word >= kLowestAddress && word < 2 * kLowestAddress && body(word)) return true;
    }
    return false;
}

template <class Body>
void for_each_work(const std::deque<Queue>& streams, Body body) {
    for (const Queue& stream : streams) {
        for (const Work* work = stream.first; work != nullptr; work = work->next) body(*work);
    }
}

}  // namespace

void Copy::perform() const noexcept {
    for (std::size_t y = 0; y < rows; ++y) std::memcpy(to + y * to_stride, from + y * from_stride, row);
}

Machine& Machine::get() {
    static Machine& machine = *new Machine;  // for ever: statics of the program may still release memory
    return machine;
}

Machine::Machine() {
    const char* const wanted = std::getenv("VBG_SIMULATED_GPUS");
    if (wanted != nullptr) gpu_count = std::clamp(std::atoi(wanted), 0, kMostGpus);
    for (int i = 0; i < kMostGpus; ++i) {
        Gpu& gpu = gpus[static_cast<std::size_t>(i)];
        gpu.standard = make_stream(i);
    }
    // Enough that a pipeline's frames never make it ask for more: tests count allocations.
    for (int i = 0; i < 256; ++i) {
        Work& work = works_.emplace_back();
        work.staged.resize(16384);
        work.next = std::exchange(unused_, &work);
    }
}

int Machine::answer_of(int gpu) const noexcept {
    if (gpu_count == 0) return kNoDevice;
    if (gpu < 0 || gpu >= gpu_count) return kBadDevice;
    return gpus[static_cast<std::size_t>(gpu)].lost;
}

bool Machine::takes_allocation(int& status) noexcept {
    ++counts.allocations;
    if (fail_after < 0 || fail_after-- > 0) return true;
    status = fail_status;
    return false;
}

Queue* Machine::make_stream(int gpu) {
    for (Queue& stream : streams_) {
        if (stream.alive || stream.first != nullptr || stream.gpu != gpu) continue;
        stream.alive = true;
        return &stream;
    }
    Queue& stream = streams_.emplace_back();
    stream.gpu = gpu;
    stream.alive = true;
    return &stream;
}

Marker* Machine::make_event(int gpu) {
    auto found = std::find_if(events_.begin(), events_.end(), [](const Marker& e) { return !e.alive; });
    Marker& event = found == events_.end() ? events_.emplace_back() : *found;
    event = {gpu, true, false, {}};
    return &event;
}

Queue* Machine::stream(int gpu, void* handle) noexcept {
    if (handle == nullptr) return gpus[static_cast<std::size_t>(gpu)].standard;
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [&](const Queue& s) { return &s == handle && s.alive && s.gpu == gpu; });
    return found == streams_.end() ? nullptr : &*found;
}

Marker* Machine::event(void* handle) noexcept {
    const auto found = std::find_if(events_.begin(), events_.end(),
                                    [&](const Marker& e) { return &e == handle && e.alive; });
    return found == events_.end() ? nullptr : &*found;
}

int Machine::handles() const noexcept {
    const auto alive = [](const auto& handle) { return handle.alive; };
    return static_cast<int>(std::count_if(streams_.begin(), streams_.end(), alive) - kMostGpus +
                            std::count_if(events_.begin(), events_.end(), alive));
}

Work& Machine::push(Queue& stream, Work::Kind kind) {
    Work* work = unused_;
    if (work == nullptr) {
        work = &works_.emplace_back();
    } else {
        unused_ = work->next;
    }
    work->kind = kind;
    work->next = nullptr;
    (stream.first == nullptr ? stream.first : stream.last->next) = work;
    stream.last = work;
    ++stream.queued;
    return *work;
}

int Machine::finish(const Point& point) noexcept {
    if (point.stream == nullptr) return kOk;
    run(*point.stream, point.position);
    close();
    return gpus[static_cast<std::size_t>(point.stream->gpu)].lost;
}

void Machine::finish_gpu(int gpu) noexcept {
    for (Queue& stream : streams_) {
        if (stream.gpu == gpu) run(stream, stream.queued);
    }
    close();
}

void Machine::run(Queue& stream, std::uint64_t position) noexcept {
    while (stream.done < position) {
        Work& work = *stream.first;
        if (work.kind == Work::Kind::wait && !work.awaited.reached()) {
            run(*work.awaited.stream, work.awaited.position);
        }
        perform(stream, work);
        stream.first = work.next;
        ++stream.done;
        work.next = unused_;
        unused_ = &work;
    }
}

void Machine::perform(Queue& stream, Work& work) noexcept {
    Gpu& gpu = gpus[static_cast<std::size_t>(stream.gpu)];
    if (work.kind == Work::Kind::wait || gpu.lost != kOk) return;
    if (lose_after >= 0 && lose_after-- == 0) return lose(stream.gpu, lose_status, "a test wanted it");
    std::string wrong = wrong_with(stream, work);
    if (!wrong.empty()) return lose(stream.gpu, kBadAddress, std::move(wrong));
    if (work.kind == Work::Kind::launch) {
        gpu.memory.open();
        backwards_ = !backwards_;
        return work.launch.run(work.kernel.data(), work.launch.across, work.launch.down, backwards_);
    }
    for (const void* const end :
         {static_cast<const void*>(work.copy.to), static_cast<const void*>(work.copy.from)}) {
        int where = -1;
        if (place(end, 1, &where) == Place::device) gpus[static_cast<std::size_t>(where)].memory.open();
    }
    work.copy.perform();
}

/// What a GPU would stumble over: empty where all is well.
std::string Machine::wrong_with(const Queue& stream, const Work& work) const {
    std::string wrong;
    const auto look = [&](const void* data, std::size_t bytes) {
        if (place(data, bytes) == Place::nowhere)
            wrong = fmt::format("a copy goes over memory at {} that was released, or is too small", data);
    };
    if (work.kind == Work::Kind::copy) {
        look(work.copy.to, work.copy.reach(work.copy.to_stride));
        look(work.copy.from, work.copy.reach(work.copy.from_stride));
        return wrong;
    }
    any_word(work, [&](std::uintptr_t word) {
        const Gpu& gpu = gpus[static_cast<std::size_t>(stream.gpu)];
        if (gpu.memory.around(word) != nullptr) return false;
        const char* what = nullptr;
        if (gpu.memory.owns(word)) what = "memory that was released, or never allocated";
        for (const Gpu& other : gpus)
            if (&other != &gpu && other.memory.owns(word)) what = "memory of another GPU";
        // gcc does not clear all that lies between members: a round number beside an old half of an address
        // is none.
        const bool is_round = word % 65536 == 0;
        if (kSeesHostMemory && what == nullptr && !is_round &&
            place(reinterpret_cast<const void*>(word), 1) == Place::host && is_readable(word)) {
            what = "host memory that is not pinned";
        }
        if (what != nullptr)
            wrong = fmt::format("{}: its kernel was given {} ({:#x})", work.what.data(), what, word);
        return what != nullptr;
    });
    return wrong;
}

void Machine::close() noexcept {
    for (Gpu& gpu : gpus) gpu.memory.close();
}

int Machine::work_left() const noexcept {
    int left = 0;
    for_each_work(streams_, [&](const Work& work) { left += work.kind == Work::Kind::wait ? 0 : 1; });
    return left;
}

Machine::Place Machine::place(const void* data, std::size_t bytes, int* gpu) const noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    for (int i = 0; i < kMostGpus; ++i) {
        const Memory& memory = gpus[static_cast<std::size_t>(i)].memory;
        if (!memory.owns(begin)) continue;
        const Memory::Block* const block = memory.around(begin);
        if (block == nullptr || begin + bytes > block->end) return Place::nowhere;
        if (gpu != nullptr) *gpu = i;
        return Place::device;
    }
    auto found = pinned.upper_bound(begin);
    if (found == pinned.begin()) return Place::host;
    --found;
    return begin + bytes <= found->first + found->second ? Place::pinned : Place::host;
}

bool Machine::is_awaited(std::uintptr_t begin, std::uintptr_t end) const noexcept {
    bool found = false;
    const auto meets = [&](const void* data, std::size_t bytes) {
        const auto first = reinterpret_cast<std::uintptr_t>(data);
        return first < end && begin < first + bytes;
    };
    for_each_work(streams_, [&](const Work& work) {
        if (work.kind == Work::Kind::copy) {
            found = found || meets(work.copy.to, work.copy.reach(work.copy.to_stride)) ||
                    meets(work.copy.from, work.copy.reach(work.copy.from_stride));
        } else if (work.kind == Work::Kind::launch) {
            found = found || any_word(work, [&](std::uintptr_t w) { return w >= begin && w < end; });
        }
    });
    return found;
}

void Machine::lose(int gpu, int status, std::string why) noexcept {
    gpus[static_cast<std::size_t>(gpu)].lost = status;
    fault = std::move(why);
}

}  // namespace vbg::cuda::simulated
