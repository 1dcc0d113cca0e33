// Steps down soon, steps up late, and later each time that stepping up was a mistake: so a load that lies
// between two steps does not make the picture change all the time.
#include "pipeline/governor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vbg {

namespace {

using namespace std::chrono_literals;

// In this order: a matte that lags a frame or two hardly shows, a background that moves less smoothly shows
// little, a lower frame rate shows. Effects on the person are never given up: they may be there to hide the
// face.
constexpr std::array kSteps{
    Governor::Choice{1, 1, 1}, Governor::Choice{2, 1, 1}, Governor::Choice{3, 1, 1},
    Governor::Choice{4, 1, 1}, Governor::Choice{4, 2, 1}, Governor::Choice{4, 4, 1},
    Governor::Choice{4, 4, 2},
};
constexpr int kLastThatHoldsTheRate = 5;

// A measured load is over its limit, or has room for a step back, beyond these parts of it.
constexpr double kCpuOver = 1.03, kCpuRoom = 0.8;
constexpr double kBusyOver = 0.95, kBusyRoom = 0.65;
constexpr int kWindowsOver = 2;
constexpr auto kLongestPatience = 64s;

const char* ending(int n) { return n == 2 ? "nd" : n == 3 ? "rd" : "th"; }

}  // namespace

const Governor::Choice& Governor::choice() const noexcept { return kSteps[static_cast<std::size_t>(level_)]; }

int Governor::last_level() const noexcept {
    return limits_.max_cpu > 0 ? static_cast<int>(kSteps.size()) - 1 : kLastThatHoldsTheRate;
}

bool Governor::update(Time now, const Load& load) {
    const bool over = (limits_.max_cpu > 0 && load.cpu > limits_.max_cpu * kCpuOver) ||
                      (limits_.hold_rate && load.busy > kBusyOver);
    const bool room = (limits_.max_cpu <= 0 || load.cpu < limits_.max_cpu * kCpuRoom) &&
                      (!limits_.hold_rate || load.busy < kBusyRoom);
    if (!room) room_since_ = now;
    windows_over_ = over ? windows_over_ + 1 : 0;
    const int before = level_;
    if (windows_over_ >= kWindowsOver && level_ < last_level()) {
        give_up(now);
    } else if (level_ > 0 && now - std::max(room_since_, changed_) >= patience_) {
        take_back(now);
    } else if (level_ == 0 && now - changed_ > 2 * kLongestPatience) {
        patience_ = kPatience;
    }
    return level_ != before;
}

void Governor::give_up(Time now) {
    const bool was_a_mistake = taken_back_ != Time{} && now - taken_back_ < 2 * kPatience;
    if (was_a_mistake) patience_ = std::min<std::chrono::seconds>(2 * patience_, kLongestPatience);
    ++level_;
    windows_over_ = 0;
    changed_ = now;
    taken_back_ = {};
}

void Governor::take_back(Time now) {
    --level_;
    windows_over_ = 0;
    changed_ = taken_back_ = now;
}

std::string Governor::text() const {
    const Choice& now = choice();
    std::string text;
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
