#include "io/pipewire/camera.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <vbg/log.hpp>

namespace vbg::pipewire {

namespace {

using namespace std::chrono_literals;

/// How long the daemon may take to list a camera.
constexpr auto kPatience = 5s;
/// How long readers may keep every buffer before the camera is listed anew; each time twice as long, at most
/// the second one.
constexpr auto kStarving = 3s, kMostStarving = 60s;

/// libpipewire's own state is set up once for the process and kept: other parts of it may use it, too.
void set_up() {
    static std::once_flag once;
    std::call_once(once, [] { pw_init(nullptr, nullptr); });
}

template <class T>
T* made(T* handle, const char* what) {
    if (handle != nullptr) return handle;
    const int error = errno;
    throw Error(Errc::device,
                fmt::format("pipewire: {} cannot be made: {}; is libspa-0.2-modules installed?", what,
                            std::strerror(error)),
                error);
}

std::chrono::nanoseconds since_epoch(FrameRelay::Clock::time_point time) { return time.time_since_epoch(); }

}  // namespace

Camera::Camera(const Label& label, const Promise& promise, const FrameSpec& frames)
    : label_(label), promise_(promise), relay_(frames), pace_(promise.fps()), starving_(kStarving) {
    set_up();
    loop_.reset(made(pw_thread_loop_new("vbg-pipewire", nullptr), "a thread"));
    pw_loop* loop = pw_thread_loop_get_loop(loop_.get());
    context_.reset(made(pw_context_new(loop, nullptr, 0), "a context"));
    const auto woken = [](void* self, std::uint64_t) { static_cast<Camera*>(self)->turn(); };
    news_ = Event(made(pw_loop_add_event(loop, woken, this), "an event"), Unplug{loop});
    alarm_ = Event(made(pw_loop_add_timer(loop, woken, this), "a timer"), Unplug{loop});
    node_ = std::make_unique<Node>(context_.get(), label_, promise_, static_cast<Node::Owner&>(*this));
    const int result = pw_thread_loop_start(loop_.get());
    if (result < 0)
        throw Error(Errc::device, fmt::format("pipewire: no thread: {}", std::strerror(-result)), -result);
    wait_until_listed();
}

void Camera::wait_until_listed() {
    std::string why;
    {
        const LoopLock lock(loop_.get());
        timespec limit{};
        pw_thread_loop_get_time(loop_.get(), &limit, std::chrono::nanoseconds(kPatience).count());
        while (node_->state() == Node::State::connecting)
            if (pw_thread_loop_timed_wait_full(loop_.get(), &limit) < 0) break;
        if (node_->state() == Node::State::failed) why = node_->why();
        if (node_->state() == Node::State::connecting)
            why = fmt::format("pipewire: the daemon did not list the camera '{}' within {} s", label_.name,
                              kPatience.count());
    }
    if (why.empty()) return;
    pw_thread_loop_stop(loop_.get());
    throw Error(Errc::device, why + "; look into it with `systemctl --user status pipewire wireplumber`");
}

Camera::~Camera() { pw_thread_loop_stop(loop_.get()); }

SinkCounters Camera::counters() const noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    return {shown_.load(relaxed), repeated_.load(relaxed), dropped_.load(relaxed), reopened_.load(relaxed)};
}

void Camera::write(const ConstFrameView& frame) {
    if (!relay_.put(frame, 2 * pace_.period())) dropped_.fetch_add(1, std::memory_order_relaxed);
    pw_loop_signal_event(pw_thread_loop_get_loop(loop_.get()), news_.get());
}

void Camera::finish() {
    if (!relay_.drain(2 * pace_.period())) dropped_.fetch_add(1, std::memory_order_relaxed);
    if (demand() == Demand::wanted) std::this_thread::sleep_for(pace_.period());
}

/// One look at the clock: does what is due, and says when to look again.
void Camera::turn() {
    const auto now = since_epoch(Clock::now());
    if (state_ == Node::State::failed && Clock::now() >= next_attempt_) try_again();
    relist_if_starved();
    if (relay_.waits() && now >= pace_.earliest()) {
        show(true);
    } else if (relay_.any() && state_ == Node::State::streaming && now >= pace_.latest()) {
        show(false);
    }
    set_alarm();
}

void Camera::set_alarm() {
    constexpr auto never = std::chrono::nanoseconds::max();
    auto next = never;
    if (state_ == Node::State::failed) next = since_epoch(next_attempt_);
    if (relay_.waits()) {
        next = std::min(next, pace_.earliest());
    } else if (relay_.any() && state_ == Node::State::streaming) {
        next = std::min(next, pace_.latest());
    }
    // Zero would switch the timer off; a nanosecond after the beginning of time is at once.
    timespec at{};
    if (next != never) {
        next = std::max(next, std::chrono::nanoseconds(1));
        at.tv_sec = next / 1s;
        at.tv_nsec = (next % 1s).count();
    }
    pw_loop_update_timer(pw_thread_loop_get_loop(loop_.get()), alarm_.get(), &at, nullptr, true);
}

void Camera::show(bool fresh) {
    const auto arrived = since_epoch(relay_.arrived());
    const auto now = since_epoch(Clock::now());
    if (fresh) {
        relay_.take();
        pace_.shown(now, arrived);
    } else {
        pace_.repeated(now);
    }
    // One that is still on its way (another node sets the rhythm and is slower) is overtaken by this one.
    if (due_ && due_fresh_ && fresh) dropped_.fetch_add(1, std::memory_order_relaxed);
    due_fresh_ = fresh || (due_ && due_fresh_);
    due_ = true;
    if (state_ == Node::State::streaming) {
        node_->show();
    } else {
        handed_over(false);  // nobody reads
    }
}

bool Camera::fill(const FrameView& target) noexcept {
    try {
        convert(relay_.shown(), target);
        return true;
    } catch (const std::exception& e) {
        log(LogLevel::error, fmt::format("pipewire: {}", e.what()));
    }
    return false;
}

void Camera::handed_over(bool done) noexcept {
    if (!due_) return;
    due_ = false;
    if (done) last_given_ = Clock::now();
    if (due_fresh_) {
        (done ? shown_ : dropped_).fetch_add(1, std::memory_order_relaxed);
    } else if (done) {
        repeated_.fetch_add(1, std::memory_order_relaxed);
    }
}

void Camera::node_changed() noexcept {
    if (!node_) return;  // still being made; whoever makes it looks
    const Node::State before = state_;
    state_ = node_->state();
    demand_.store(state_ == Node::State::streaming ? Demand::wanted : Demand::none,
                  std::memory_order_relaxed);
    if (state_ != Node::State::streaming) handed_over(false);
    if (state_ == Node::State::streaming) {
        log(LogLevel::info, fmt::format("pipewire: somebody reads the camera '{}'", label_.name));
        last_given_ = Clock::now();
        if (relay_.any()) pace_.restart(since_epoch(last_given_));
    } else if (before == Node::State::streaming && state_ == Node::State::idle) {
        log(LogLevel::info, fmt::format("pipewire: nobody reads the camera '{}'", label_.name));
    } else if (state_ == Node::State::failed) {
        lose(node_->why());
    } else if (lost_ && state_ == Node::State::idle) {
        lost_ = false;
        backoff_.reset();
        reopened_.fetch_add(1, std::memory_order_relaxed);
        log(LogLevel::info, fmt::format("pipewire: the camera '{}' is listed again", label_.name));
    }
    pw_thread_loop_signal(loop_.get(), false);
    // Not at once: this is a call from the node, which must not be taken down inside of it.
    pw_loop_signal_event(pw_thread_loop_get_loop(loop_.get()), news_.get());
}

void Camera::lose(const std::string& why) {
    next_attempt_ = Clock::now() + backoff_.next();
    log(lost_ ? LogLevel::debug : LogLevel::warning,
        fmt::format("{}; the camera '{}' is offered again until it is back", why, label_.name));
    lost_ = true;
}

void Camera::try_again() {
    node_.reset();
    state_ = Node::State::failed;  // until there is another one
    demand_.store(Demand::none, std::memory_order_relaxed);
    try {
        node_ = std::make_unique<Node>(context_.get(), label_, promise_, static_cast<Node::Owner&>(*this));
        state_ = node_->state();
        if (state_ == Node::State::failed) lose(node_->why());
    } catch (const std::exception& e) {
        lose(e.what());
    }
}

/// Buffers that a reader had when it crashed or hung never come back, and those that come after it are given
/// the same ones. A new listing has new buffers. (While a reader hangs, the daemon waits for it and starts
/// nobody; the others go on as soon as it has ended.)
void Camera::relist_if_starved() {
    const bool streaming = state_ == Node::State::streaming;
    if (!node_ || !node_->starved() || state_ == Node::State::failed) return;
    if (streaming && Clock::now() - last_given_ < starving_) return;
    starving_ = streaming ? std::min<Clock::duration>(2 * starving_, kMostStarving) : kStarving;
    log(LogLevel::warning,
        fmt::format("pipewire: a reader of the camera '{}' gives no buffer back; the camera is listed anew",
                    label_.name));
    lost_ = true;
    handed_over(false);
    try_again();
}

}  // namespace vbg::pipewire
