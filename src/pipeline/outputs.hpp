#pragma once
/// @file outputs.hpp  The sinks, each with the conversion it needs, and what is shown in them.

#include <atomic>
#include <memory>
#include <vbg/frame.hpp>
#include <vbg/pipeline.hpp>
#include <vector>

#include "pipeline/backoff.hpp"
#include "pipeline/meter.hpp"

namespace vbg {

class Outputs {
public:
    void add(std::unique_ptr<Sink> sink);
    [[nodiscard]] bool empty() const noexcept { return ports_.empty(); }

    /// Opens every sink for frames like `spec` as `show` lays them out.
    void open(const FrameSpec& spec, Show show);
    /// From now on frames are laid out like that. The sinks keep their size: the picture is fitted into it.
    void show(Show what);
    /// Writes a composed frame. `input` and `matte` are shown where asked for; null shows black in their
    /// place. With `revive` a sink that throws Error{device} does not stop the others: it is opened again
    /// until that works, and is without frames until then.
    void write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte,
               Meter* revive = nullptr);
    /// Writes last() again, if there is one.
    void rewrite(Meter* revive = nullptr);
    /// The last frame laid out: what the sinks got. Valid until the next write(). Empty planes: none yet.
    [[nodiscard]] ConstFrameView last() const noexcept { return last_; }
    /// Forgets last(): its pixels are about to go.
    void forget_last() noexcept { last_ = {}; }
    /// Ends waiting for readers (Sink::interrupt()). From then on a sink that would have to wait is left out;
    /// the others get their frames. Thread-safe once opened, but for the time of rearm().
    void interrupt() noexcept;
    void rearm() noexcept;
    /// Whether all say that nobody looks; one that is lost has nobody.
    [[nodiscard]] bool unwatched() const noexcept;
    /// How often sinks came back by themselves. Thread-safe once opened.
    [[nodiscard]] std::uint64_t reopened() const noexcept;
    void close();
    void abandon() noexcept;
    /// What write() lays out when opened.
    [[nodiscard]] const FrameSpec& spec() const noexcept { return spec_; }

private:
    struct Port {
        std::unique_ptr<Sink> sink;
        FrameSpec accepted;
        Frame scaled, converted;  // empty where not needed
        bool lost = false;
        bool cut = false;  // interrupted while it waited: gets no more
        Backoff backoff;
        Clock::time_point retry{};
    };
    void lay_out();
    void make_room(Port& port) const;
    void send(Port& port, ConstFrameView frame) const;
    void send_or_revive(Port& port, const ConstFrameView& frame, Meter& meter);
    std::vector<Port> ports_;
    FrameSpec frame_;   // of composed frames
    FrameSpec spec_;    // as the sinks were opened
    FrameSpec layout_;  // as laid out now
    Show show_ = Show::composite;
    Frame canvas_;  // for matte and side_by_side
    ConstFrameView last_{};
    std::atomic<bool> interrupted_{false};
};

}  // namespace vbg
