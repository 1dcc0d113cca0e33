// Steps down soon, steps up late, and later each time that stepping up was a mistake: so a load that lies
// between two steps does not make the picture change all the time.
#include "pipeline/governor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vbg {

namespace {

using namespace std::chrono_literals;

// What is given up when the segmenter is as coarse as it can be (a network at a smaller size halves the
// greatest cost there is, and every frame still has a matte of its own). In this order: a matte that lags a
// frame or two hardly shows, a background that moves less smoothly shows little, a lower frame rate shows.
// Effects on the person are never given up: they may be there to hide the face.
struct Step {
    int matte_every, background_every, frame_every;
};
constexpr std::array kSteps{
    Step{1, 1, 1}, Step{2, 1, 1}, Step{3, 1, 1}, Step{4, 1, 1}, Step{4, 2, 1}, Step{4, 4, 1}, Step{4, 4, 2},
};
constexpr int kLastThatHoldsTheRate = 5;

// A measured load is over its limit, or has room for a step back, beyond these parts of it.
constexpr double kCpuOver = 1.03, kCpuRoom = 0.8;
constexpr double kBusyOver = 0.95, kBusyRoom = 0.65;
constexpr int kWindowsOver = 2;
constexpr auto kLongestPatience = 64s;

const char* ending(int n) { return n == 2 ? "nd" : n == 3 ? "rd" : "th"; }

}  // namespace

void Governor::coarsest(int steps) noexcept {
    coarsest_ = steps;
    coarseness_ = std::min(coarseness_, steps);
}

Governor::Choice Governor::choice() const noexcept {
    const Step& step = kSteps[static_cast<std::size_t>(step_)];
    return {coarseness_, step.matte_every, step.background_every, step.frame_every};
}

int Governor::last_step() const noexcept {
    return limits_.max_cpu > 0 ? static_cast<int>(kSteps.size()) - 1 : kLastThatHoldsTheRate;
}

bool Governor::update(Time now, const Load& load) {
    const bool over = (limits_.max_cpu > 0 && load.cpu > limits_.max_cpu * kCpuOver) ||
                      (limits_.hold_rate && load.busy > kBusyOver);
    const bool room = (limits_.max_cpu <= 0 || load.cpu < limits_.max_cpu * kCpuRoom) &&
                      (!limits_.hold_rate || load.busy < kBusyRoom);
    if (!room) room_since_ = now;
    windows_over_ = over ? windows_over_ + 1 : 0;
    const int before = level();
    if (windows_over_ >= kWindowsOver && !at_last()) {
        give_up(now);
    } else if (before > 0 && now - std::max(room_since_, changed_) >= patience_) {
        take_back(now);
    } else if (before == 0 && now - changed_ > 2 * kLongestPatience) {
        patience_ = kPatience;
    }
    return level() != before;
}

void Governor::give_up(Time now) {
    const bool was_a_mistake = taken_back_ != Time{} && now - taken_back_ < 2 * kPatience;
    if (was_a_mistake) patience_ = std::min<std::chrono::seconds>(2 * patience_, kLongestPatience);
    ++(coarseness_ < coarsest_ ? coarseness_ : step_);
    windows_over_ = 0;
    changed_ = now;
    taken_back_ = {};
}

void Governor::take_back(Time now) {
    --(step_ > 0 ? step_ : coarseness_);
    windows_over_ = 0;
    changed_ = taken_back_ = now;
}

std::string Governor::text() const {
    const Choice now = choice();
    std::string text;
    if (now.coarseness > 0) text = fmt::format("a coarser matte ({} of {})", now.coarseness, coarsest_);
    const auto add = [&text](std::string_view what, int every) {
        if (every == 1) return;
        if (!text.empty()) text += ", ";
        text += fmt::format("{} every {}{} frame", what, every, ending(every));
    };
    add("a matte for", now.matte_every);
    add("background effects for", now.background_every);
    add("shown is only", now.frame_every);
    return text;
}

}  // namespace vbg
