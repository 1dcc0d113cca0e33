#include "simulated_gpu/control.hpp"

#include <algorithm>

#include "simulated_gpu/machine.hpp"

namespace vbg::cuda::simulated {

namespace {

/// Calls body(machine) behind the lock.
template <class Body>
auto with_machine(Body body) {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    return body(machine);
}

Gpu& gpu_of(Machine& machine, int gpu) {
    return machine.gpus[static_cast<std::size_t>(std::clamp(gpu, 0, kMostGpus - 1))];
}

}  // namespace

Counts operator-(Counts a, const Counts& b) noexcept {
    for (auto member : {&Counts::launches, &Counts::copies_up, &Counts::bytes_up, &Counts::copies_down,
                        &Counts::bytes_down, &Counts::copies_within, &Counts::bytes_within,
                        &Counts::unpinned_copies, &Counts::waits, &Counts::queries, &Counts::allocations,
                        &Counts::releases, &Counts::released_in_use, &Counts::streams, &Counts::events,
                        &Counts::programs, &Counts::changes, &Counts::program_launches, &Counts::singles}) {
        a.*member -= b.*member;
    }
    return a;
}

Counts counts() noexcept {
    return with_machine([](Machine& machine) { return machine.counts; });
}
std::size_t memory_in_use(int gpu) noexcept {
    return with_machine([&](Machine& machine) { return gpu_of(machine, gpu).memory.bytes(); });
}
std::size_t pinned_in_use() noexcept {
    return with_machine([](Machine& machine) { return machine.pinned_bytes; });
}
int handles_in_use() noexcept {
    return with_machine([](Machine& machine) { return machine.handles(); });
}
int programs_in_use() noexcept {
    return with_machine([](Machine& machine) { return machine.programs_alive; });
}
int work_left() noexcept {
    return with_machine([](Machine& machine) { return machine.work_left(); });
}

void set_gpus(int count) noexcept {
    with_machine([&](Machine& machine) { machine.gpu_count = std::clamp(count, 0, kMostGpus); });
}
void set_memory(std::size_t bytes) noexcept {
    with_machine([&](Machine& machine) { machine.memory_limit = bytes; });
}
void fail_allocation(int status, int good) noexcept {
    with_machine([&](Machine& machine) {
        machine.fail_status = status;
        machine.fail_after = good;
    });
}

void fail_programs(int status) noexcept {
    with_machine([&](Machine& machine) { machine.program_status = status; });
}

void lose(int gpu, int status) noexcept {
    with_machine([&](Machine& machine) {
        machine.lose(gpu, status, "a test wanted it");
        machine.finish_gpu(gpu);  // which drops it
    });
}
void lose_after(int work, int status) noexcept {
    with_machine([&](Machine& machine) {
        machine.lose_status = status;
        machine.lose_after = work;
    });
}
void revive(int gpu) noexcept {
    with_machine([&](Machine& machine) {
        if (gpu_of(machine, gpu).lost != kOk) machine.finish_gpu(gpu);  // drops what was queued since
        gpu_of(machine, gpu).lost = kOk;
        machine.fault.clear();
    });
}
std::string fault() {
    return with_machine([](Machine& machine) { return machine.fault; });
}
void finish_all() noexcept {
    with_machine([](Machine& machine) {
        for (int gpu = 0; gpu < kMostGpus; ++gpu) machine.finish_gpu(gpu);
    });
}

void start_again() noexcept {
    finish_all();
    for (int gpu = 0; gpu < kMostGpus; ++gpu) revive(gpu);
    with_machine([](Machine& machine) {
        machine.gpu_count = 1;
        machine.memory_limit = Machine::kMemory;
        machine.fail_after = machine.lose_after = -1;
        machine.program_status = kOk;
    });
}

}  // namespace vbg::cuda::simulated
