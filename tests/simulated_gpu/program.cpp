// Programs of the simulated GPU: what src/cuda/program.cu has for a real one. A program's handle also serves
// as the graph that a ForeignGraph gives.
#include <cstring>
#include <vector>

#include "cuda/commands.hpp"
#include "cuda/driver.hpp"
#include "simulated_gpu/machine.hpp"

namespace vbg::cuda::driver {

using namespace simulated;

namespace {

struct Program {
    int gpu = 0;
    StepList list;
};

/// What a graph of CUDA's does not take, though a stream does.
int refusal(const Machine& machine, const Step& step) {
    using Place = Machine::Place;
    if (step.kind == Step::Kind::kernel) return kOk;
    if (step.kind == Step::Kind::graph) {
        if (step.graph->graph() == nullptr) return kInvalidValue;
        return kOk;
    }
    for (const Place place : {machine.place(step.copy.from, 1), machine.place(step.copy.to, 1)}) {
        // A real GPU would read it whenever it gets there.
        if (place == Place::host || place == Place::nowhere) return kInvalidValue;
    }
    return kOk;
}

int queue_all(Machine& machine, Queue& stream, const StepList& list) {
    for (const Step& step : list.steps()) {
        int status = kOk;
        if (step.kind == Step::Kind::graph) {
            status = queue_all(machine, stream, static_cast<const Program*>(step.graph->graph())->list);
        } else {
            status = queue_step(machine, stream, step);
        }
        if (status != kOk) return status;
    }
    return kOk;
}

}  // namespace

int make_program(int gpu, const Step* steps, std::size_t count, void*& program) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    int status = machine.answer_of(gpu);
    if (status == kOk) status = machine.program_status;
    for (std::size_t i = 0; i < count && status == kOk; ++i) status = refusal(machine, steps[i]);
    if (status != kOk) return status;
    auto* const made = new Program;
    made->gpu = gpu;
    for (std::size_t i = 0; i < count; ++i) made->list.add(steps[i]);
    ++machine.counts.programs;
    ++machine.programs_alive;
    program = made;
    return kOk;
}

int change_program(void* program, std::size_t at, const Step& step) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    auto& changed = *static_cast<Program*>(program);
    int status = machine.answer_of(changed.gpu);
    if (status == kOk && !changed.list.steps()[at].is_like(step)) status = kInvalidValue;
    if (status == kOk) status = refusal(machine, step);
    if (status != kOk) return status;
    changed.list.replace(at, step);
    ++machine.counts.changes;
    return kOk;
}

int launch_program(void* program, void* stream) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    const auto& launched = *static_cast<Program*>(program);
    const int status = machine.answer_of(launched.gpu);
    if (status != kOk) return status;
    Queue* const queue = machine.stream(launched.gpu, stream);
    if (queue == nullptr) return kInvalidHandle;
    ++machine.counts.program_launches;
    const Counts before = machine.counts;
    const int done = queue_all(machine, *queue, launched.list);
    machine.counts.singles = before.singles;  // they went together
    return done;
}

int destroy_program(void* program) noexcept {
    Machine& machine = Machine::get();
    const std::lock_guard guard(machine.lock);
    --machine.programs_alive;
    delete static_cast<Program*>(program);
    return kOk;
}

}  // namespace vbg::cuda::driver
