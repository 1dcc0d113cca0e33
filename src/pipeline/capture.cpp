#include "pipeline/capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vbg/log.hpp>

#include "pipeline/error_text.hpp"

namespace vbg {

namespace {

/// How late an order may be obeyed while the source is silent.
constexpr std::chrono::milliseconds kReadPoll{100};

bool is_loss(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& e) {
        return e.code() == Errc::device || e.code() == Errc::io || e.code() == Errc::not_found;
    } catch (...) {
        return false;
    }
}

}  // namespace

Capture::Capture(std::unique_ptr<Source>& source, const FrameSpec& input, const FrameSpec& working,
                 const Place& place, std::chrono::milliseconds silence, bool reconnect, FrameSlots& slots,
                 Meter& meter, Bell& bell, Meter::Timer& read_timer, Meter::Timer& convert_timer)
    : source_(source),
      working_(working),
      place_(place),
      silence_(silence),
      reconnect_(reconnect),
      slots_(slots),
      meter_(meter),
      bell_(bell),
      read_timer_(read_timer),
      convert_timer_(convert_timer) {
    begin(input);
    thread_ = std::thread([this] { serve(); });
}

Capture::~Capture() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    orders_.notify_one();
    thread_.join();
    drop_newest();
    if (replacement_) source_ = std::move(replacement_);
}

FrameSlots::Ref Capture::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(newest_, {});
}

void Capture::drop_newest() {
    if (newest_) meter_.frames_dropped.fetch_add(1, std::memory_order_relaxed);
    newest_ = {};
}

void Capture::sleep() {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = false;
        drop_newest();
    }
    orders_.notify_one();
}

void Capture::wake() {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = true;
    }
    orders_.notify_one();
}

void Capture::replace(std::unique_ptr<Source> source, const FrameSpec& input) {
    {
        const std::lock_guard lock(mutex_);
        replacement_ = std::move(source);
        replacement_input_ = input;
        wanted_ = true;
    }
    orders_.notify_one();
}

Capture::State Capture::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::exception_ptr Capture::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

FrameSpec Capture::input() const {
    const std::lock_guard lock(mutex_);
    return input_;
}

std::uint64_t Capture::length() const {
    const std::lock_guard lock(mutex_);
    return length_;
}

bool Capture::has_orders() const {
    if (quit_ || replacement_) return true;
    return wanted_ == (state_ == State::closed);
}

void Capture::serve() {
    std::unique_lock lock(mutex_);
    while (!quit_) {
        if (replacement_ || !wanted_ || state_ == State::closed) {
            obey(lock);
        } else if (state_ == State::lost) {
            if (!orders_.wait_until(lock, retry_, [this] { return has_orders(); })) reopen(lock);
        } else if (state_ != State::open) {
            orders_.wait(lock, [this] { return has_orders(); });
        } else {
            wait_until_due(lock);
            if (has_orders()) continue;
            lock.unlock();
            read_one();
            lock.lock();
        }
    }
}

void Capture::obey(std::unique_lock<std::mutex>& lock) {
    if (replacement_) {
        std::unique_ptr<Source> old = std::exchange(source_, std::move(replacement_));
        const FrameSpec input = replacement_input_;
        drop_newest();
        lock.unlock();
        old.reset();
        lost_ = false;
        backoff_.reset();
        ++epoch_;
        damage_.begin(*source_);
        begin(input);
        lock.lock();
        error_ = nullptr;
        tell(State::open);
    } else if (!wanted_) {
        if (state_ != State::closed) {
            lock.unlock();
            source_->close();
            lock.lock();
            drop_newest();
            tell(State::closed);
        }
        orders_.wait(lock, [this] { return has_orders(); });
    } else {
        backoff_.reset();
        state_ = State::lost;  // until it is open
        retry_ = Clock::now();
        reopen(lock);
    }
}

void Capture::reopen(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    std::exception_ptr error;
    FrameSpec input;
    try {
        input = source_->open();
        ++epoch_;
        begin(input);
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        lose(error);
    } else if (std::exchange(lost_, false)) {
        meter_.source_reopened.fetch_add(1, std::memory_order_relaxed);
        log(LogLevel::warning, fmt::format("{} is back: {}x{} {}", source_->name(), input.width, input.height,
                                           to_string(input.format)));
    }
    lock.lock();
    if (error) return;
    error_ = nullptr;
    tell(State::open);
}

void Capture::wait_until_due(std::unique_lock<std::mutex>& lock) {
    // A camera sets the pace itself; a film or picture in its place is read at its own rate.
    if (source_->is_live()) return;
    const auto now = Clock::now();
    due_ = std::max(due_, now - std::chrono::seconds(1));
    orders_.wait_until(lock, due_, [this] { return has_orders(); });
    const double fps = input_.fps > 0 ? input_.fps : 30;
    if (Clock::now() >= due_) {
        due_ += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / fps));
    }
}

void Capture::read_one() {
    ConstFrameView frame;
    try {
        const auto start = Clock::now();
        const ReadResult result = source_->read(frame, kReadPoll);
        damage_.add(*source_, meter_);
        const auto now = Clock::now();
        if (result == ReadResult::end) {
            const std::lock_guard lock(mutex_);
            return tell(State::ended);
        }
        if (result == ReadResult::timed_out) {
            if (now - last_frame_ < silence_) return;
            throw Error(
                Errc::device,
                fmt::format(
                    "{}: no frame for {} ms", source_->name(),
                    std::chrono::duration_cast<std::chrono::milliseconds>(now - last_frame_).count()));
        }
        read_timer_.add(now - start);
        last_frame_ = now;
        backoff_.reset();
        publish(frame);
        source_->release();
    } catch (...) {
        lose(std::current_exception());
    }
}

void Capture::publish(const ConstFrameView& frame) {
    meter_.frames_in.fetch_add(1, std::memory_order_relaxed);
    // Numbers go on across openings, so that what comes out never counts backwards.
    if (!begun_) {
        begun_ = true;
        if (epoch_ == 1) next_sequence_ = frame.sequence;
        base_ = next_sequence_;
        first_in_epoch_ = frame.sequence;
    }
    const std::uint64_t sequence =
        std::max(next_sequence_, base_ + frame.sequence - std::min(first_in_epoch_, frame.sequence));
    meter_.frames_dropped.fetch_add(sequence - next_sequence_, std::memory_order_relaxed);
    next_sequence_ = sequence + 1;

    FrameSlots::Ref slot = slots_.acquire();
    if (!slot) {  // stalled threads keep them all
        meter_.frames_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    slot->arrived = last_frame_;
    slot->epoch = epoch_;
    {
        const Meter::Span span(convert_timer_);
        place_.watch([&] { intake_.bring(frame, slot->frame.view(), place_.stream()); });
    }
    slot->frame.stamp(frame.timestamp, sequence);
    {
        const std::lock_guard lock(mutex_);
        drop_newest();
        newest_ = std::move(slot);
        if (!wanted_ || replacement_) drop_newest();
    }
    bell_.ring();
}

void Capture::lose(const std::exception_ptr& error) {
    source_->close();
    const std::string text = text_of(error);
    bool again = false;
    {
        const std::lock_guard lock(mutex_);
        error_ = error;
        again = reconnect_ && !is_gpu_failure(error) && (state_ != State::open || is_loss(error));
        const auto wait = backoff_.next();
        retry_ = Clock::now() + wait;
        tell(again ? State::lost : State::failed);
    }
    if (!again) return;
    if (!std::exchange(lost_, true)) {
        log(LogLevel::error, fmt::format("the source is lost and will be opened again: {}", text));
        meter_.told(text);
    } else {
        log(LogLevel::debug, fmt::format("the source is not back yet: {}", text));
    }
}

void Capture::begin(const FrameSpec& input) {
    place_.watch([&] { intake_.configure(input, working_); });
    begun_ = false;
    last_frame_ = Clock::now();
    due_ = last_frame_;
    const std::uint64_t length = source_->length();
    const std::lock_guard lock(mutex_);
    input_ = input;
    length_ = length;
}

void Capture::tell(State state) {
    state_ = state;
    bell_.ring();
}

}  // namespace vbg
