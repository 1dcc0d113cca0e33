#pragma once
/// @file capture.hpp  Reads a live source on a thread of its own and keeps its newest frame; closes it, opens
/// it, and brings it back when it is lost.

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "pipeline/backoff.hpp"
#include "pipeline/bell.hpp"
#include "pipeline/frame_intake.hpp"
#include "pipeline/frame_slots.hpp"
#include "pipeline/place.hpp"

namespace vbg {

/// Thread-safe, but for take(): that is for one thread.
class Capture {
public:
    enum class State : std::uint8_t {
        open,    ///< frames come, or should
        closed,  ///< as sleep() wanted
        lost,    ///< tried again and again
        ended,   ///< the source has no more
        failed,  ///< error() says why
    };
    /// Borrows `source`, which is open and gives `input`, until destroyed. Frames come as `working`, which
    /// lies at `place`; a GPU that fails there is a failure.
    /// `silence`: without a frame for that long a source is lost. Without `reconnect` a lost source is a
    /// failure.
    Capture(std::unique_ptr<Source>& source, const FrameSpec& input, const FrameSpec& working,
            const Place& place, std::chrono::milliseconds silence, bool reconnect, FrameSlots& slots,
            Meter& meter, Bell& bell, Meter::Timer& read_timer, Meter::Timer& convert_timer);
    /// Joins. The source, or the one that was to replace it, stays as it is.
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    /// The newest frame, if there is one that has not been taken.
    [[nodiscard]] FrameSlots::Ref take();
    void sleep();
    void wake();
    /// Goes on with another source, which is open and gives `input`; the old one is closed and destroyed.
    void replace(std::unique_ptr<Source> source, const FrameSpec& input);
    [[nodiscard]] State state() const;
    [[nodiscard]] std::exception_ptr error() const;
    /// What the source says its frames are.
    [[nodiscard]] FrameSpec input() const;
    [[nodiscard]] std::uint64_t length() const;

private:
    void serve();
    /// Whether something is to be done before the next frame. With the lock.
    [[nodiscard]] bool has_orders() const;
    void obey(std::unique_lock<std::mutex>& lock);
    void reopen(std::unique_lock<std::mutex>& lock);
    void wait_until_due(std::unique_lock<std::mutex>& lock);
    void read_one();
    void publish(const ConstFrameView& frame);
    void lose(const std::exception_ptr& error);
    void begin(const FrameSpec& input);
    void tell(State state);  // with the lock
    void drop_newest();      // with the lock

    std::unique_ptr<Source>& source_;
    FrameSpec working_;
    const Place& place_;
    std::chrono::milliseconds silence_;
    bool reconnect_;
    FrameSlots& slots_;
    Meter& meter_;
    Bell& bell_;
    Meter::Timer& read_timer_;
    Meter::Timer& convert_timer_;

    mutable std::mutex mutex_;
    std::condition_variable orders_;
    bool quit_ = false, wanted_ = true;
    State state_ = State::open;
    std::exception_ptr error_;
    std::unique_ptr<Source> replacement_;
    FrameSpec replacement_input_, input_;
    std::uint64_t length_ = 0;
    FrameSlots::Ref newest_;

    // The thread's own.
    FrameIntake intake_;
    DamageCount damage_;
    Backoff backoff_;
    Clock::time_point retry_{}, last_frame_{}, due_{};
    std::uint64_t epoch_ = 1, next_sequence_ = 0, first_in_epoch_ = 0, base_ = 0;
    bool begun_ = false;  // a frame has come in this epoch
    bool lost_ = false;   // and not back yet
    std::thread thread_;
};

}  // namespace vbg
