#pragma once
/// @file outputs.hpp  The sinks, each with the conversion it needs, and what is shown in them.

#include <atomic>
#include <memory>
#include <vbg/frame.hpp>
#include <vbg/pipeline.hpp>
#include <vector>

#include "pipeline/place.hpp"
#include "pipeline/port.hpp"

namespace vbg {

class Outputs {
public:
    /// `place` is where composed frames, mattes and the input come from.
    explicit Outputs(const Place& place) : place_(place) {}
    void add(std::unique_ptr<Sink> sink);

    /// Opens every sink for frames like `spec` as `show` lays them out.
    void open(const FrameSpec& spec, Show show);
    /// From now on frames are laid out like that. The sinks keep their size: the picture is fitted into it.
    void show(Show what);
    /// Writes a composed frame. `input` and `matte` are shown where asked for; null shows black in their
    /// place. With `revive` a sink that throws Error{device} does not stop the others: it is opened again
    /// until that works, and is without frames until then. Throws GpuFailed where they cannot be had from a
    /// GPU.
    void write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte,
               Meter* revive = nullptr);
    /// Writes the last frame again, if there is one.
    void rewrite(Meter* revive = nullptr);
    /// Whether there is a last frame laid out: what the sinks got.
    [[nodiscard]] bool has_last() const noexcept { return last_.planes[0].data != nullptr; }
    /// A copy of it in host memory; empty where there is none.
    [[nodiscard]] Frame copy_last() const;
    /// Forgets it: its pixels are about to go.
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
    void lay_out();
    /// Frames come from another place than before.
    void follow_place();
    /// input, matte and composed frame in a canvas, as show_ says.
    void draw(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte);
    /// Where the last frame lies on a GPU: brings down what the ports still want of it. Returns it as the
    /// ports want it.
    ConstFrameView bring_down();
    void send_or_revive(Port& port, const ConstFrameView& frame, Meter& meter);
    const Place& place_;
    std::vector<Port> ports_;
    FrameSpec frame_;   // of composed frames
    FrameSpec spec_;    // as the sinks were opened
    FrameSpec layout_;  // as laid out now
    Show show_ = Show::composite;
    Frame canvas_;  // for matte and side_by_side
    // What came down from a GPU, pinned; empty on the CPU.
    Frame down_, down_input_;
    Mask down_matte_;
    bool is_down_ = false;  // down_ is the last frame
    ConstFrameView last_{};
    std::atomic<bool> interrupted_{false};
};

}  // namespace vbg
