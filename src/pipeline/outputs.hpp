#pragma once
/// @file outputs.hpp  The sinks, each with the conversion it needs, and what is shown in them.

#include <array>
#include <atomic>
#include <memory>
#include <optional>
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
    /// GPU. None may be under way.
    void write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte,
               Meter* revive = nullptr);

    // On a GPU the frame before can be written while the next is made: send(), then write_next().

    /// Whether frames can be sent: on a GPU, where nothing but the composed frame is shown.
    [[nodiscard]] bool overlaps() const noexcept;
    /// Sends a composed frame on its way down. Its pixels must stay until it is written. `raw`, in host
    /// memory, is what it was made of, which must stay, too. `ticket` is the caller's. At most two are under
    /// way. Throws GpuFailed.
    void send(const ConstFrameView& composed, const ConstFrameView& raw, std::uint64_t ticket = 0);
    /// Frames that were sent and not written.
    [[nodiscard]] int under_way() const noexcept { return under_way_; }
    /// Waits for the oldest of them, and returns its ticket. Throws GpuFailed.
    std::uint64_t await_next();
    /// Waits for the oldest of them and writes it. Throws GpuFailed; it is then still under way.
    void write_next(Meter* revive = nullptr);
    /// The memory of their raw frames is about to go: takes copies.
    void keep_raw();
    /// Gives them up. Returns copies of their raw frames, the oldest first.
    [[nodiscard]] std::vector<Frame> give_up();
    /// Waits for what is on its way down. What fails there is told by write_next().
    void finish() const noexcept;

    /// Writes the last frame again, if there is one.
    void rewrite(Meter* revive = nullptr);
    /// Whether there is a last frame laid out: what the sinks got.
    [[nodiscard]] bool has_last() const noexcept { return last_.planes[0].data != nullptr; }
    /// A copy of it in host memory; empty where there is none.
    [[nodiscard]] Frame copy_last() const;
    /// Forgets it: its pixels are about to go.
    void forget_last() noexcept { last_ = {}; }
    /// The same of those under way.
    void forget_all() noexcept {
        last_ = {};
        under_way_ = 0;
    }
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
    /// One frame's way to the sinks.
    struct Way {
        ConstFrameView frame{};  // laid out, where the place is
        ConstFrameView raw{};
        Frame kept;            // raw's pixels where their owner has gone
        Frame down;            // frame in pinned memory, for ports that want it as it is
        bool is_down = false;  // or on its way
        std::uint64_t ticket = 0;
        std::optional<cuda::Event> made, arrived;
    };

    void lay_out();
    void make_room();
    /// `down` of the ways, where a port wants it.
    void make_down();
    /// Frames come from another place than before, or are shown in another way.
    void follow();
    /// input, matte and composed frame in a canvas, as shown_ says.
    void draw(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte);
    /// Where the way's frame lies on a GPU: sends down what the ports still want of it.
    void bring_down(std::size_t way);
    /// Waits until that is there.
    void arrive(std::size_t way) const;
    void write_to_ports(std::size_t way, Meter* revive);
    /// The way's frame as ports want it that do not convert it there.
    [[nodiscard]] ConstFrameView here(std::size_t way) const noexcept;
    [[nodiscard]] std::size_t oldest() const noexcept { return under_way_ == 2 ? 1 - newest_ : newest_; }
    void send_or_revive(Port& port, std::size_t way, Meter& meter);

    const Place& place_;
    std::vector<Port> ports_;
    FrameSpec frame_;                                        // of composed frames
    FrameSpec spec_;                                         // as the sinks were opened
    FrameSpec layout_;                                       // as laid out now
    Show show_ = Show::composite, shown_ = Show::composite;  // as wished, and as laid out
    Frame canvas_;                                           // for matte and side_by_side
    // From a GPU frames come down in a stream of their own, beside the work on the next.
    std::optional<cuda::Stream> stream_;
    std::array<Way, Port::kWays> ways_{};
    std::size_t newest_ = 0, written_ = 0;  // ways of the frame sent last, and of the one written last
    int under_way_ = 0;
    Frame down_, down_input_;  // for the canvas, pinned
    Mask down_matte_;
    ConstFrameView last_{};
    std::atomic<bool> interrupted_{false};
};

}  // namespace vbg
