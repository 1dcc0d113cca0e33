#pragma once
/// @file late_answers.hpp  Answers of networks that stay on a GPU, and are found good or bad when the frame
/// made of them is done.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vbg/context.hpp>

#include "cuda/runtime.hpp"

namespace vbg {

/// Whoever makes frames in a GPU's stream, and looks at them only when they are done, offers this to the
/// stages through their Context; a stage may then go on without waiting for its network. After the
/// constructor nothing is allocated. One thread at a time. Let the stream finish before its end.
class LateAnswers {
public:
    static constexpr int kFrames = 4;  ///< that are made or under way at the same time, at most
    static constexpr int kMost = 4;    ///< answers a frame

    /// Throws Error{out_of_memory, device, not_built}.
    explicit LateAnswers(const Device& gpu);

    /// A new frame, which what is expected from now on belongs to; its ticket, from 1. The work of the frame
    /// kFrames before it must be done.
    std::uint64_t begin();
    /// The frame depends on an answer: `*bad`, which lies on the GPU, is 0 in the stream's turn where that is
    /// good. `who` begins the text of the error. `was_bad`, if any, becomes true in a check() that finds the
    /// answer bad. Throws Error{internal} where no frame has begun or it has kMost already, Error{device}.
    void expect(const int* bad, std::string_view who, StreamRef stream,
                std::shared_ptr<std::atomic<bool>> was_bad = {});
    /// Whether there is something to be checked before that frame is shown.
    [[nodiscard]] bool expects(std::uint64_t ticket) const noexcept;
    /// To be called when the frame's work is done, as often as one likes. Throws Error{model} where an answer
    /// is bad, or did not come; Error{internal} for a frame that is more than kFrames back, or none.
    void check(std::uint64_t ticket) const;
    /// Whether check() finds all answers good, for who makes the frame again otherwise.
    [[nodiscard]] bool is_good(std::uint64_t ticket) const;

private:
    struct Answer {
        std::string who;  ///< keeps its capacity
        std::shared_ptr<std::atomic<bool>> was_bad;
    };
    struct Frame {
        std::uint64_t ticket = 0;
        int count = 0;
        std::array<Answer, kMost> answers;
    };
    [[nodiscard]] static std::size_t place_of(std::uint64_t ticket) noexcept { return ticket % kFrames; }
    /// Where the GPU writes about the answers of the frame in that place.
    [[nodiscard]] int* slots(std::size_t place) const noexcept;

    Device gpu_;
    cuda::PinnedBuffer slots_;
    std::array<Frame, kFrames> frames_;
    std::uint64_t last_ = 0;  ///< ticket
};

/// Offers it for one frame, which begins. Reentrant.
class LateOffer {
public:
    LateOffer(Context& context, LateAnswers& answers);
    ~LateOffer();
    LateOffer(const LateOffer&) = delete;
    LateOffer& operator=(const LateOffer&) = delete;
    /// The frame's.
    [[nodiscard]] std::uint64_t ticket() const noexcept { return ticket_; }

private:
    Context& context_;
    std::uint64_t ticket_;
};

/// What is offered to the stages that work in this context; null: nobody would check, so they must wait.
[[nodiscard]] LateAnswers* late_answers(const Context& context) noexcept;
/// Offers it until the next offer or Context::use(), which takes it back; null takes it back, too.
void offer(Context& context, LateAnswers* answers) noexcept;

}  // namespace vbg
