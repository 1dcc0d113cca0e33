// What src/cuda/driver.cu is to a real GPU.
#include "cuda/driver.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "cuda/runtime.hpp"
#include "simulated_gpu/machine.hpp"

namespace vbg::cuda {

bool built() noexcept { return true; }

namespace simulated {

namespace {

/// Calls body(machine) behind the lock, unless the GPU is not there or lost.
template <class Body>
int on(int gpu, Body body) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    const int status = machine.answer_of(gpu);
    return status != kOk ? status : body(machine);
}

/// Likewise, with the stream of that GPU.
template <class Body>
int in(int gpu, void* handle, Body body) noexcept {
    return on(gpu, [&](Machine& machine) -> int {
        Queue* const stream = machine.stream(gpu, handle);
        return stream == nullptr ? kInvalidHandle : body(machine, *stream);
    });
}

/// Likewise, with the event, whose GPU it is.
template <class Body>
int at(void* handle, Body body) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    Marker* const event = machine.event(handle);
    if (event == nullptr) return kInvalidHandle;
    const int status = machine.answer_of(event->gpu);
    return status != kOk ? status : body(machine, *event);
}

void count_copy(Counts& counts, bool from_device, bool to_device, std::size_t bytes) {
    const auto size = static_cast<std::int64_t>(bytes);
    if (from_device && to_device) ++counts.copies_within, counts.bytes_within += size;
    if (!from_device && to_device) ++counts.copies_up, counts.bytes_up += size;
    if (from_device && !to_device) ++counts.copies_down, counts.bytes_down += size;
}

/// Takes the host's bytes at once, as CUDA does with memory that is not pinned.
void stage(Work& work) {
    const Copy from = work.copy;
    if (work.staged.size() < from.row * from.rows) work.staged.resize(from.row * from.rows);
    const Copy taken{work.staged.data(), from.row, from.from, from.from_stride, from.row, from.rows};
    taken.perform();
    work.copy.from = work.staged.data();
    work.copy.from_stride = from.row;
}

int copy(Machine& machine, Queue& stream, const Copy& wanted) {
    using Place = Machine::Place;
    if (wanted.rows == 0 || wanted.row == 0) return kOk;
    if (wanted.to_stride < wanted.row || wanted.from_stride < wanted.row) return kInvalidPitch;
    const Place from = machine.place(wanted.from, wanted.reach(wanted.from_stride));
    const Place to = machine.place(wanted.to, wanted.reach(wanted.to_stride));
    if (from == Place::nowhere || to == Place::nowhere) return kInvalidValue;
    const bool from_device = from == Place::device, to_device = to == Place::device;
    count_copy(machine.counts, from_device, to_device, wanted.row * wanted.rows);
    if (from == Place::host || to == Place::host) ++machine.counts.unpinned_copies;
    Work& work = machine.push(stream, Work::Kind::copy);
    work.copy = wanted;
    if (from == Place::host && to_device) stage(work);
    if (to_device || (to == Place::pinned && from_device)) return kOk;
    ++machine.counts.waits;
    return machine.finish(stream);
}

}  // namespace

int queue_step(Machine& machine, Queue& stream, const Step& step) noexcept {
    if (step.kind == Step::Kind::copy) {
        const CopyStep& wanted = step.copy;
        ++machine.counts.singles;
        return copy(
            machine, stream,
            {static_cast<std::byte*>(wanted.to), wanted.to_stride, static_cast<const std::byte*>(wanted.from),
             wanted.from_stride, wanted.row, wanted.rows});
    }
    const KernelStep& kernel = step.kernel;
    if (static_cast<int>(kernel.across) < 1 || static_cast<int>(kernel.down) < 1)
        return kInvalidConfiguration;
    ++machine.counts.launches;
    ++machine.counts.singles;
    Work& work = machine.push(stream, Work::Kind::launch);
    work.launch = {reinterpret_cast<Run>(const_cast<void*>(kernel.function)), static_cast<int>(kernel.across),
                   static_cast<int>(kernel.down), kernel.bytes};
    std::memcpy(work.kernel.data(), kernel.argument, kernel.bytes);
    work.what.fill(0);
    step.what.copy(work.what.data(), work.what.size() - 1);
    return kOk;
}

}  // namespace simulated

namespace driver {

using namespace simulated;

std::string_view text(int status) noexcept {
    switch (status) {
        case kOutOfMemory: return "out of memory";
        case kInvalidValue: return "invalid argument";
        case kInvalidHandle: return "invalid resource handle";
        case kBadAddress: {
            // Which one it was, as no real GPU says. The text stays: what lost a GPU first is kept.
            const std::string& fault = Machine::get().fault;
            return fault.empty() ? "an illegal memory access was encountered" : std::string_view(fault);
        }
        case kLaunchFailure: return "unspecified launch failure";
        default: return "an error of the simulated GPU";
    }
}

int device_count(int& count) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    count = machine.gpu_count;
    return count == 0 ? kNoDevice : kOk;
}

int device_name(int gpu, char* name, std::size_t size) noexcept {
    return on(gpu, [&](Machine&) -> int {
        *fmt::format_to_n(name, static_cast<std::ptrdiff_t>(size) - 1, "simulated GPU {} (for tests)", gpu)
             .out = 0;
        return kOk;
    });
}

int probe(int gpu) noexcept {
    return on(gpu, [](Machine&) -> int { return kOk; });
}

int allocate(int gpu, std::size_t bytes, void*& memory) noexcept {
    return on(gpu, [&](Machine& machine) -> int {
        int status = kOutOfMemory;
        if (!machine.takes_allocation(status)) return status;
        Memory& all = machine.gpus[static_cast<std::size_t>(gpu)].memory;
        if (bytes > machine.memory_limit || all.bytes() > machine.memory_limit - bytes) return kOutOfMemory;
        void* const made = bytes == 0 ? nullptr : all.allocate(bytes);
        if (made == nullptr && bytes > 0) return kOutOfMemory;
        memory = made;
        return kOk;
    });
}

int release(int gpu, void* memory) noexcept {
    if (memory == nullptr) return kOk;
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    if (gpu < 0 || gpu >= kMostGpus) return kBadDevice;
    Gpu& owner = machine.gpus[static_cast<std::size_t>(gpu)];
    const Memory::Block* const block = owner.memory.at(memory);
    if (block == nullptr) return owner.lost != kOk ? owner.lost : kInvalidValue;
    ++machine.counts.releases;
    if (machine.is_awaited(block->begin, block->end)) ++machine.counts.released_in_use;
    machine.finish_gpu(gpu);
    const bool untouched = owner.memory.release(*block);
    if (!untouched && owner.lost == kOk)
        machine.lose(gpu, kBadAddress, fmt::format("memory beside the block at {} was written", memory));
    return owner.lost;
}

int allocate_pinned(int gpu, std::size_t bytes, void*& memory) noexcept {
    return on(gpu, [&](Machine& machine) -> int {
        int status = kOutOfMemory;
        if (!machine.takes_allocation(status)) return status;
        void* const made = std::malloc(bytes + (bytes == 0 ? 1 : 0));
        if (made == nullptr) return kOutOfMemory;
        std::memset(made, 0xC3, bytes);
        machine.pinned[reinterpret_cast<std::uintptr_t>(made)] = bytes;
        machine.pinned_bytes += bytes;
        memory = made;
        return kOk;
    });
}

int release_pinned(void* memory) noexcept {
    if (memory == nullptr) return kOk;
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    const auto found = machine.pinned.find(reinterpret_cast<std::uintptr_t>(memory));
    if (found == machine.pinned.end()) return kInvalidValue;
    ++machine.counts.releases;
    if (machine.is_awaited(found->first, found->first + found->second)) {
        ++machine.counts.released_in_use;
        for (int gpu = 0; gpu < kMostGpus; ++gpu) machine.finish_gpu(gpu);
    }
    machine.pinned_bytes -= found->second;
    machine.pinned.erase(found);
    std::free(memory);
    return kOk;
}

int make_stream(int gpu, void*& stream) noexcept {
    return on(gpu, [&](Machine& machine) -> int {
        ++machine.counts.streams;
        stream = machine.make_stream(gpu);
        return kOk;
    });
}

int destroy_stream(int gpu, void* stream) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    Queue* const found = stream == nullptr ? nullptr : machine.stream(gpu, stream);
    if (found == nullptr) return kInvalidHandle;
    found->alive = false;  // what is queued stays
    return machine.answer_of(gpu);
}

int make_event(int gpu, void*& event) noexcept {
    return on(gpu, [&](Machine& machine) -> int {
        ++machine.counts.events;
        event = machine.make_event(gpu);
        return kOk;
    });
}

int destroy_event(int gpu, void* event) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    Marker* const found = machine.event(event);
    if (found == nullptr) return kInvalidHandle;
    found->alive = false;
    return machine.answer_of(gpu);
}

int record(int gpu, void* event, void* stream) noexcept {
    return in(gpu, stream, [&](Machine& machine, Queue& found) -> int {
        Marker* const marked = machine.event(event);
        if (marked == nullptr || marked->gpu != gpu) return kInvalidHandle;
        marked->point = {&found, found.queued};
        marked->asked = false;
        return kOk;
    });
}

int wait_event(int gpu, void* stream, void* event) noexcept {
    return in(gpu, stream, [&](Machine& machine, Queue& found) -> int {
        const Marker* const marked = machine.event(event);
        if (marked == nullptr) return kInvalidHandle;
        if (!marked->point.reached()) machine.push(found, Work::Kind::wait).awaited = marked->point;
        return kOk;
    });
}

int event_ready(void* event) noexcept {
    return at(event, [](Machine& machine, Marker& found) -> int {
        ++machine.counts.queries;
        if (found.point.reached()) return kOk;
        if (!std::exchange(found.asked, true)) return kNotReady;
        return machine.finish(found.point);
    });
}

int synchronize_event(void* event) noexcept {
    return at(event, [](Machine& machine, Marker& found) -> int {
        if (!found.point.reached()) ++machine.counts.waits;
        return machine.finish(found.point);
    });
}

int synchronize_stream(int gpu, void* stream) noexcept {
    return in(gpu, stream, [](Machine& machine, Queue& found) -> int {
        ++machine.counts.waits;
        return machine.finish(found);
    });
}

int perform(int gpu, const Step& step, void* stream) noexcept {
    return in(gpu, stream,
              [&](Machine& machine, Queue& found) -> int { return queue_step(machine, found, step); });
}

}  // namespace driver

}  // namespace vbg::cuda
