#include "cuda/step.hpp"

#include <algorithm>
#include <cstring>

#include "cuda/commands.hpp"

namespace vbg::cuda {

namespace {
constexpr std::size_t blocks_of(std::size_t bytes, std::size_t block) { return (bytes + block - 1) / block; }

bool same_ends(const CopyStep& a, const CopyStep& b) {
    return a.to == b.to && a.from == b.from && a.to_stride == b.to_stride && a.from_stride == b.from_stride;
}

}  // namespace

Step::Step(ForeignGraph& foreign)
    : kind(Kind::graph), what("a recorded network"), graph(&foreign), number(foreign.number()) {}

bool Step::is_like(const Step& other) const noexcept {
    if (kind != other.kind) return false;
    switch (kind) {
        case Kind::kernel:
            return kernel.function == other.kernel.function && kernel.bytes == other.kernel.bytes &&
                   kernel.threads_across == other.kernel.threads_across &&
                   kernel.threads_down == other.kernel.threads_down;
        case Kind::copy:
            return copy.row == other.copy.row && copy.rows == other.copy.rows &&
                   (copy.rows == 1 || same_ends(copy, other.copy));
        case Kind::graph: return number == other.number;
    }
    return false;
}

bool Step::is(const Step& other) const noexcept {
    if (!is_like(other)) return false;
    switch (kind) {
        case Kind::kernel:
            return kernel.across == other.kernel.across && kernel.down == other.kernel.down &&
                   std::memcmp(kernel.argument, other.kernel.argument, kernel.bytes) == 0;
        case Kind::copy: return same_ends(copy, other.copy);
        case Kind::graph: return true;
    }
    return false;
}

void StepList::add(const Step& step) {
    steps_.push_back(step);
    if (step.kind != Step::Kind::kernel) return;
    const std::size_t at = arguments_.size();
    const Block* const before = arguments_.data();
    arguments_.resize(at + blocks_of(step.kernel.bytes, sizeof(Block)));
    std::memcpy(arguments_.data() + at, step.kernel.argument, step.kernel.bytes);
    steps_.back().kernel.argument = arguments_.data() + at;
    if (arguments_.data() != before) point();
}

void StepList::clear() noexcept {
    steps_.clear();
    arguments_.clear();
}

void StepList::replace(std::size_t at, const Step& step) noexcept {
    const void* const argument = steps_[at].kernel.argument;
    steps_[at] = step;
    if (step.kind != Step::Kind::kernel) return;
    // It lies in arguments_.
    std::memcpy(const_cast<void*>(argument), step.kernel.argument, step.kernel.bytes);
    steps_[at].kernel.argument = argument;
}

bool StepList::is_like(const StepList& other) const noexcept {
    return std::equal(steps_.begin(), steps_.end(), other.steps_.begin(), other.steps_.end(),
                      [](const Step& a, const Step& b) { return a.is_like(b); });
}

std::size_t StepList::count_different(const StepList& other) const noexcept {
    std::size_t count = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) count += steps_[i].is(other.steps_[i]) ? 0 : 1;
    return count;
}

void StepList::point() noexcept {
    std::size_t at = 0;
    for (Step& step : steps_) {
        if (step.kind != Step::Kind::kernel) continue;
        step.kernel.argument = arguments_.data() + at;
        at += blocks_of(step.kernel.bytes, sizeof(Block));
    }
}

}  // namespace vbg::cuda
