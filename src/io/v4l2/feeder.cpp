#include "io/v4l2/feeder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <vbg/frame.hpp>
#include <vbg/log.hpp>

namespace vbg::v4l2 {

namespace {

using namespace std::chrono_literals;

/// How often the demand is looked at, at least.
constexpr auto kLook = 50ms;
/// How late a busy machine may let the thread run.
constexpr auto kLag = 100ms;
constexpr auto kFirstPause = 100ms, kLongestPause = 2000ms;

std::chrono::nanoseconds since_epoch(Feeder::Clock::time_point time) { return time.time_since_epoch(); }

/// A time of Pace as a point of the clock; its "never" and "at once" stay what they are.
Feeder::Clock::time_point point(Pace::Time time) {
    return Feeder::Clock::time_point(std::chrono::duration_cast<Feeder::Clock::duration>(time));
}

}  // namespace

Feeder::Feeder(std::unique_ptr<Outlet> outlet, Reopen reopen, std::chrono::duration<double> patience)
    : reopen_(std::move(reopen)),
      patience_(patience),
      picture_(outlet->picture()),
      path_(outlet->node().path()),
      outlet_(std::move(outlet)),
      pace_(outlet_->fps()),
      showing_(outlet_->frame_bytes()),
      filling_(outlet_->frame_bytes()),
      waiting_(outlet_->frame_bytes()) {
    watch();
    thread_ = std::thread([this] { run(); });
}

Feeder::~Feeder() { stop(false); }

void Feeder::finish() { stop(true); }

void Feeder::stop(bool finish) noexcept {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        finish_ = finish;
    }
    news_.notify_all();
    thread_.join();
}

SinkCounters Feeder::counters() const noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    return {shown_.load(relaxed), repeated_.load(relaxed), dropped_.load(relaxed), reopened_.load(relaxed)};
}

void Feeder::write(const ConstFrameView& frame) {
    const std::array<std::byte*, 1> memory{filling_.data()};
    FrameView target = view_of(picture_, memory);
    copy_pixels(frame, target);
    const auto arrived = Clock::now();
    {
        std::unique_lock lock(mutex_);
        taken_.wait_for(lock, 2 * pace_.period() + kLag, [this] { return !fresh_ || lost_; });
        if (lost_ && patience_.count() > 0 && Clock::now() - lost_at_ > patience_)
            throw Error(Errc::device, fmt::format("{} (for {} s)", why_lost_, patience_.count()));
        if (fresh_) dropped_.fetch_add(1, std::memory_order_relaxed);
        std::swap(filling_, waiting_);
        fresh_ = true;
        arrived_ = arrived;
    }
    news_.notify_one();
}

void Feeder::watch() {
    watch_ = std::make_unique<DemandWatch>(outlet_->node());
    demand_.store(watch_->poll(), std::memory_order_relaxed);
}

/// When the thread has something to do next; called with the lock held.
Feeder::Clock::time_point Feeder::next_wake() const {
    const auto look = Clock::now() + kLook;
    if (outlet_ == nullptr) return std::min(look, next_attempt_);
    if (!any_ && !fresh_) return look;
    const Pace::Time due = fresh_ ? pace_.earliest() : pace_.latest();
    return std::min(look, point(due));
}

void Feeder::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        // A frame that comes wakes the thread: it may be shown earlier than the last one again.
        const bool had_fresh = fresh_;
        news_.wait_until(lock, next_wake(), [&] { return stop_ || fresh_ != had_fresh; });
        if (!stop_) turn(lock);
    }
    const auto limit = Clock::now() + 2 * pace_.period();
    while (finish_ && fresh_ && outlet_ != nullptr && Clock::now() < limit) {
        news_.wait_until(lock, std::min(limit, point(pace_.earliest())), [] { return false; });
        turn(lock);
    }
    if (fresh_) dropped_.fetch_add(1, std::memory_order_relaxed);
    lock.unlock();
    watch_.reset();
    outlet_.reset();
    demand_.store(Demand::unknown, std::memory_order_relaxed);
}

/// One look at the clock: shows what is due.
void Feeder::turn(std::unique_lock<std::mutex>& lock) {
    if (outlet_ == nullptr) {
        if (Clock::now() >= next_attempt_) try_again(lock);
        return;
    }
    if (watch_) demand_.store(watch_->poll(), std::memory_order_relaxed);
    const auto now = since_epoch(Clock::now());
    if (fresh_ && now >= pace_.earliest()) return show(lock, true);
    if (any_ && now >= pace_.latest()) return show(lock, false);
}

void Feeder::show(std::unique_lock<std::mutex>& lock, bool fresh) {
    const auto arrived = since_epoch(arrived_);
    if (fresh) {
        std::swap(waiting_, showing_);
        fresh_ = false;
        any_ = true;
    }
    lock.unlock();
    if (fresh) taken_.notify_one();
    const auto now = since_epoch(Clock::now());
    std::string why;
    bool done = false;
    try {
        done = outlet_->show(showing_);
    } catch (const std::exception& e) {
        why = e.what();
    }
    if (fresh) {
        pace_.shown(now, arrived);
    } else {
        pace_.repeated(now);
    }
    if (fresh) (done ? shown_ : dropped_).fetch_add(1, std::memory_order_relaxed);
    if (!fresh && done) repeated_.fetch_add(1, std::memory_order_relaxed);
    if (!why.empty()) {
        watch_.reset();
        outlet_.reset();
    }
    lock.lock();
    if (!why.empty()) lose(why);
}

/// The node failed. Called with the lock held; whoever waits in write() is let go.
void Feeder::lose(const std::string& why) {
    lost_ = true;
    lost_at_ = Clock::now();
    why_lost_ = why;
    pause_ = kFirstPause;
    next_attempt_ = lost_at_ + pause_;
    demand_.store(Demand::unknown, std::memory_order_relaxed);
    log(LogLevel::warning, fmt::format("{}; trying again until it is back", why));
    taken_.notify_one();
}

void Feeder::try_again(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    std::unique_ptr<Outlet> outlet;
    std::string why;
    try {
        outlet = reopen_();
        const Picture& got = outlet->picture();
        if (got.fourcc != picture_.fourcc || got.width != picture_.width || got.height != picture_.height ||
            got.stride != picture_.stride) {
            why = fmt::format("{}: it is back, but holds {} where {} is fed; close the programs that use it",
                              path_, describe(got), describe(picture_));
            outlet.reset();
        }
    } catch (const std::exception& e) {
        why = e.what();
    }
    if (outlet) {
        outlet_ = std::move(outlet);
        watch();
        reopened_.fetch_add(1, std::memory_order_relaxed);
        log(LogLevel::info, fmt::format("{}: it is back", path_));
    } else {
        log(LogLevel::debug, why);
    }
    lock.lock();
    if (outlet_) {
        if (any_) pace_.restart(since_epoch(Clock::now()));
        lost_ = false;
        return;
    }
    why_lost_ = why;
    pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, kLongestPause);
    next_attempt_ = Clock::now() + pause_;
}

}  // namespace vbg::v4l2
