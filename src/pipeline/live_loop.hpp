#pragma once
/// @file live_loop.hpp  run() with a live source: composes the newest frame, and keeps the output going while
/// there is none.

#include <functional>
#include <list>
#include <stop_token>

#include "pipeline/capture.hpp"
#include "pipeline/governor.hpp"
#include "pipeline/machine.hpp"

namespace vbg {

class LiveLoop {
public:
    LiveLoop(Machine& machine, const std::stop_token& stop, std::uint64_t frames,
             const std::function<void()>& progress);
    ~LiveLoop();
    LiveLoop(const LiveLoop&) = delete;
    LiveLoop& operator=(const LiveLoop&) = delete;
    void run();
    /// Frames so far.
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

private:
    enum class Mode : std::uint8_t { awake, frozen, paused, asleep };

    /// Returns false when the source has ended.
    bool turn();
    [[nodiscard]] Mode wished(Clock::time_point now);
    void enter(Mode mode, Clock::time_point now);
    [[nodiscard]] bool closed() const noexcept { return mode_ == Mode::paused || mode_ == Mode::asleep; }
    void take_frame(FrameSlots::Ref slot, Clock::time_point now);
    void compose();
    /// Waits for the answer to the frame just offered. Returns false when it did not come.
    bool wait_for_answer(std::uint64_t ticket);
    /// A segmenter that does not return is replaced where set() has brought another.
    void replace_stalled();
    /// Writes again what is shown where that is due, and sleeps until something happens or is due.
    void idle(Clock::time_point now);
    void repeat();
    void show_state(Clock::time_point now);
    /// At the end of each window: what is given up now?
    void govern(Clock::time_point now);
    void tell_given_up();
    [[nodiscard]] Clock::duration period() const;
    [[nodiscard]] Meter* revive() const {
        return machine_.live.reconnect && machine_.policy != OnFailure::stop ? &machine_.meter : nullptr;
    }

    Machine& machine_;
    std::stop_token stop_;
    std::uint64_t frames_;
    const std::function<void()>& progress_;

    FrameSlots slots_;
    FrameSlots::Ref current_;  // what is shown may be made of it
    std::list<std::unique_ptr<MatteThread>> stalled_;
    std::unique_ptr<MatteThread> mattes_;
    MatteThread::Latest newest_;

    Governor governor_;
    struct Window {
        Clock::time_point start;
        std::chrono::nanoseconds cpu;
        Clock::duration worked{};
    } window_;
    int since_matte_ = 0, since_background_ = 0, since_frame_ = 0;

    Mode mode_ = Mode::awake;
    Capture::State source_ = Capture::State::open;
    bool covered_ = false;   // the card is shown until the next composed frame
    bool composed_ = false;  // in this epoch
    std::uint64_t epoch_ = 0, written_ = 0;
    Clock::time_point watched_, due_, last_frame_, last_write_;
    std::unique_ptr<Capture> capture_;
};

}  // namespace vbg
