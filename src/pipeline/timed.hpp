#pragma once
/// @file timed.hpp  A stage and the timer that says how long it takes.

#include <memory>
#include <string>

#include "pipeline/meter.hpp"

namespace vbg {

template <class T>
struct Timed {
    std::unique_ptr<T> stage;
    Meter::TimerRef timer;

    Timed() = default;
    /// The timer is named "`role` name-of-stage".
    Timed(std::string_view role, std::unique_ptr<T> made)
        : stage(std::move(made)),
          timer(std::make_shared<Meter::Timer>(std::string(role) + ' ' + std::string(stage->name()))) {}
    [[nodiscard]] T* operator->() const noexcept { return stage.get(); }
    [[nodiscard]] explicit operator bool() const noexcept { return stage != nullptr; }
};

template <class T>
using TimedChain = std::vector<Timed<T>>;

template <class T>
void append_timers(std::vector<Meter::TimerRef>& to, const TimedChain<T>& chain) {
    for (const auto& stage : chain) to.push_back(stage.timer);
}

}  // namespace vbg
