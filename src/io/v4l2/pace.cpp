#include "io/v4l2/pace.hpp"

#include <algorithm>
#include <cmath>

namespace vbg::v4l2 {

namespace {
/// So many frames in a row must have waited, all about as long, before the grid jumps; and how slowly it
/// follows frames that come in their windows (a phase-locked loop of the first order; it holds on to clocks
/// that differ by up to a quarter of its inverse).
constexpr int kSure = 16;
}  // namespace

Pace::Pace(double fps) noexcept : period_(std::llround(1e9 / fps)) {}

void Pace::advance(Time now) noexcept {
    if (!started_ || now > due_ + 2 * period_) {
        // The first frame, or the machine slept: begin anew rather than make up for what was missed.
        started_ = true;
        due_ = now + period_;
        return;
    }
    due_ += period_;
    // After a frame that came late the next one may not be due at once.
    due_ = std::max(due_, now + period_ / 2);
}

void Pace::shown(Time now, Time arrived) noexcept {
    const Time since = arrived - last_arrived_;
    last_arrived_ = arrived;
    // Only a source of about the promised rate may move the grid; one that is too fast must not pull it.
    const bool same_rate = started_ && since > period_ * 9 / 10 && since < period_ * 11 / 10;
    const Time wait = started_ ? earliest() - arrived : Time(0);
    if (same_rate && wait <= Time(0)) due_ += std::clamp(arrived - due_, -period_ / 4, period_ / 4) / kSure;
    const bool steady =
        waited_ == 0 || (wait > first_wait_ - period_ / 16 && wait < first_wait_ + period_ / 16);
    const bool counts = same_rate && wait > Time(0) && wait < period_ / 2;
    waited_ = !counts ? 0 : steady ? waited_ + 1 : 1;
    if (waited_ == 1) first_wait_ = wait;
    advance(now);
    if (waited_ < kSure) return;
    due_ -= wait + period_ / 4;  // the next one, coming as those did, arrives in the middle of its window
    waited_ = 0;
}

void Pace::repeated(Time now) noexcept {
    waited_ = 0;
    advance(now);
}

void Pace::restart(Time now) noexcept {
    waited_ = 0;
    started_ = true;
    due_ = now - period_ / 4;
}

}  // namespace vbg::v4l2
