#pragma once
/// @file camera.hpp  A camera that readers find in PipeWire, fed at the promised rate whatever the pipeline
/// and the daemon do.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <vbg/sink.hpp>

#include "io/pipewire/node.hpp"
#include "io/pipewire/relay.hpp"
#include "io/v4l2/pace.hpp"
#include "pipeline/backoff.hpp"

namespace vbg::pipewire {

/// Runs a loop in a thread of its own. Nothing is shown before the first write(). When the daemon goes away
/// the camera is offered again and again, with growing pauses; of the frames written meanwhile the newest is
/// kept.
///
/// write() and finish() belong to one thread; demand() and counters() are thread-safe.
class Camera final : private Node::Owner {
public:
    /// Connects and waits until the daemon lists the camera. `frames` is what write() will get. Throws
    /// Error{device} with what mends it.
    Camera(const Label& label, const Promise& promise, const FrameSpec& frames);
    ~Camera() override;
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;

    /// Copies the frame and returns; at most it waits until the one before had its turn, never longer than
    /// two frame times: what readers do does not hold it up.
    void write(const ConstFrameView& frame);
    /// Gives the frame that still waits its turn, and readers the time to take it.
    void finish();

    [[nodiscard]] Demand demand() const noexcept { return demand_.load(std::memory_order_relaxed); }
    [[nodiscard]] SinkCounters counters() const noexcept;

private:
    using Clock = FrameRelay::Clock;
    /// A source of the loop's events, taken out before the loop goes.
    struct Unplug {
        pw_loop* loop;
        void operator()(spa_source* source) const noexcept { pw_loop_destroy_source(loop, source); }
    };
    using Event = std::unique_ptr<spa_source, Unplug>;

    void wait_until_listed();
    void turn();
    void show(bool fresh);
    void set_alarm();
    void try_again();
    void relist_if_starved();
    void lose(const std::string& why);
    void node_changed() noexcept override;
    [[nodiscard]] bool fill(const FrameView& target) noexcept override;
    void handed_over(bool done) noexcept override;

    const Label label_;
    const Promise promise_;
    FrameRelay relay_;

    // Of the loop's thread, or with its lock held.
    v4l2::Pace pace_;
    Node::State state_ = Node::State::connecting;  ///< of node_ as last looked at
    bool due_fresh_ = false;                       ///< the picture on its way is a new one
    bool due_ = false;                             ///< a picture is on its way to the readers
    bool lost_ = false;                            ///< said so
    Backoff backoff_;
    Clock::time_point next_attempt_{};
    Clock::time_point last_given_{};  ///< when readers had a picture, or came
    Clock::duration starving_;        ///< how long they may keep every buffer

    Handle<pw_thread_loop> loop_;
    Handle<pw_context> context_;
    Event news_, alarm_;
    std::unique_ptr<Node> node_;

    std::atomic<Demand> demand_{Demand::none};
    std::atomic<std::uint64_t> shown_{0}, repeated_{0}, dropped_{0}, reopened_{0};
};

}  // namespace vbg::pipewire
