#pragma once
/// @file frame_intake.hpp  A source's frame as the stages want it: bgr8, of the size the run began with,
/// where the pipeline works.

#include <array>
#include <optional>
#include <vbg/frame.hpp>

#include "cuda/staging.hpp"

namespace vbg {

class FrameIntake {
public:
    FrameIntake() = default;
    ~FrameIntake() { finish(); }
    FrameIntake(const FrameIntake&) = delete;
    FrameIntake& operator=(const FrameIntake&) = delete;

    /// For frames like `from` (host memory), brought to frames like `to` (bgr8; host memory or a GPU).
    /// Allocates what that needs.
    void configure(const FrameSpec& from, const FrameSpec& to);
    /// Whether frames are already as wanted.
    [[nodiscard]] bool is_idle() const noexcept { return !resizes_ && !converts_ && !uploads_; }
    /// Converts and scales (fills, cutting what hangs over). On a GPU `to` is written in the stream's turn;
    /// `from` may go at once. Frames go up beside what the stream still does. Throws
    /// Error{unsupported_format, device}.
    void bring(const ConstFrameView& from, const FrameView& to, StreamRef stream);
    /// On its way to a GPU: the frame brought last, in host memory, of the right size, in the source's format
    /// or `to`'s. It stays until bring() was called twice more, or configure().
    [[nodiscard]] const ConstFrameView& sent() const noexcept { return sent_; }

private:
    /// Waits until what is on its way up has been taken.
    void finish() const noexcept;
    void bring_on_host(const ConstFrameView& from, const FrameView& to);

    /// A frame on the GPU as it came up; the stream converts one while the next is on its way.
    struct Arrival {
        explicit Arrival(const FrameSpec& spec) : frame(spec), taken(spec.device) {}
        Frame frame;
        cuda::Event taken;  ///< it may be overwritten
    };
    /// What brings frames up to a GPU.
    struct Way {
        Way(const FrameSpec& pinned, const FrameSpec& there)
            : arrivals{Arrival(there), Arrival(there)},
              stream(there.device),
              arrived(there.device),
              staging(2, there.device, [&] { return Frame(pinned); }) {}
        std::array<Arrival, 2> arrivals;
        std::size_t turn = 0;
        cuda::Stream stream;
        cuda::Event arrived;
        cuda::Staging<Frame> staging;  // declared last: before the others go it waits
    };

    bool resizes_ = false, converts_ = false, uploads_ = false;
    Frame converted_;  // the source's size, where it has another
    // To a GPU a frame goes as it is, and is converted there; only scaling is done before.
    std::optional<Way> way_;
    ConstFrameView sent_{};
};

}  // namespace vbg
