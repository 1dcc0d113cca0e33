#pragma once
/// @file node.hpp  One camera in PipeWire's graph, over one connection to the daemon. No pacing, no second
/// try: see camera.hpp.

#include <optional>
#include <string>

#include "io/pipewire/handles.hpp"
#include "io/pipewire/params.hpp"

struct spa_io_clock;

namespace vbg::pipewire {

/// How the camera is listed.
struct Label {
    std::string name;         ///< for machines: what a reader's target says
    std::string description;  ///< for people
};

/// Belongs to a loop: made, used and destroyed in its thread, or with its lock held. Not inside a call from
/// it.
class Node {
public:
    enum class State {
        connecting,  ///< the daemon does not list it yet
        idle,        ///< listed; nobody reads
        streaming,   ///< somebody reads
        failed,      ///< for good: the daemon is gone, or will not have it
    };

    /// Told by the loop's thread.
    class Owner {
    public:
        Owner() = default;
        virtual ~Owner() = default;
        Owner(const Owner&) = delete;
        Owner& operator=(const Owner&) = delete;
        /// state() is another one now.
        virtual void node_changed() noexcept = 0;
        /// Writes the picture that is due into a buffer of a reader. False where it cannot.
        [[nodiscard]] virtual bool fill(const FrameView& target) noexcept = 0;
        /// The picture due is with the readers, or (false) they have left no buffer free.
        virtual void handed_over(bool done) noexcept = 0;
    };

    /// Connects and asks to be listed. Throws Error{device} when no daemon answers, with what to start.
    Node(pw_context* context, const Label& label, const Promise& promise, Owner& owner);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    [[nodiscard]] State state() const noexcept { return state_; }
    /// Why it failed.
    [[nodiscard]] const std::string& why() const noexcept { return why_; }
    /// Readers keep every buffer: nothing was handed over since, and none comes free.
    [[nodiscard]] bool starved() const noexcept { return starved_; }
    /// A picture is due: fill() and handed_over() are called, at once where this camera sets the rhythm, else
    /// in the next turn of whoever does.
    void show();

private:
    static const pw_stream_events kStreamEvents;
    static const pw_core_events kCoreEvents;
    void connect_stream(const Label& label);
    void on_state(pw_stream_state state, const char* error);
    void on_format(const spa_pod* format);
    void on_process();
    void on_core_error(std::uint32_t id, int result, const char* message);
    void set_state(State state, const std::string& why);
    [[nodiscard]] pw_time stock() noexcept;
    [[nodiscard]] pw_buffer* free_buffer();
    void stamp(pw_buffer* buffer);
    void tell_time();

    Promise promise_;
    Owner& owner_;
    State state_ = State::connecting;
    std::string why_;
    std::optional<Layout> layout_;  ///< agreed with the readers
    bool due_ = false;              ///< show() was called and the picture is not handed over
    bool starved_ = false;
    std::uint64_t sequence_ = 0;
    spa_io_clock* clock_ = nullptr;  ///< shared with the graph; null while there is none

    // The stream goes before its connection; both hooks are taken out before, by the destructor.
    Handle<pw_core> core_;
    Handle<pw_stream> stream_;
    spa_hook core_hook_{}, stream_hook_{};
};

}  // namespace vbg::pipewire
