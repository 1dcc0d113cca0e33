#pragma once
/// @file matte_thread.hpp  The segmenter and the mask filters on a thread of their own, so that frames need
/// not wait for them and a segmenter that stalls stops nothing else.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vbg/frame.hpp>

#include "core/late_answers.hpp"
#include "cuda/commands.hpp"
#include "pipeline/bell.hpp"
#include "pipeline/frame_slots.hpp"
#include "pipeline/matte_maker.hpp"
#include "pipeline/place.hpp"

namespace vbg {

/// Takes a frame whenever it is idle; the newest finished matte can be fetched at any time. All buffers are
/// made in the constructor. The destructor waits for the frame in work. What is not said otherwise is for
/// the composing thread.
class MatteThread {
public:
    /// Until retired or destroyed nobody else may use the parts of `maker`. Rings `bell` at every answer.
    /// `spec` lies at `place`.
    MatteThread(std::shared_ptr<MatteMaker> maker, Meter& meter, Bell& bell, const FrameSpec& spec,
                const Place& place, int threads);
    ~MatteThread();
    MatteThread(const MatteThread&) = delete;
    MatteThread& operator=(const MatteThread&) = delete;

    /// Hands `frame` over if the thread is idle. Returns what answers() will be when it is answered, or
    /// nothing where the thread is busy. The first frame of another epoch resets the stages. The matte is
    /// made with that coarseness, or the segmenter's coarsest; the destructor sets it back to 0.
    std::optional<std::uint64_t> offer(const FrameSlots::Ref& frame, int coarseness = 0);

    struct Latest {
        bool valid = false;          ///< a matte has been made, and the newest attempt did not fail
        bool has_own = false;        ///< the segmenter gave the person's colours too
        std::uint64_t answers = 0;   ///< attempts ended so far, well or badly
        std::uint64_t sequence = 0;  ///< of the frame it was made for
        std::uint64_t epoch = 0;
        Clock::time_point made{};  ///< when that frame was offered
        std::string failure;       ///< text of a failure not reported yet; empty = none
        bool gpu_failed = false;   ///< the newest failure was the GPU's: nothing more comes of it
    };
    /// Swaps the newest matte into `matte` (same size) where there is a newer one than fetched before; so
    /// with `own`, which is empty or of the frame's size.
    void fetch(Mask& matte, Frame& own, Latest& latest);
    /// Attempts ended so far.
    [[nodiscard]] std::uint64_t answers() const;
    /// How long the frame in work has been there; none when idle.
    [[nodiscard]] std::optional<Clock::duration> busy_for() const;

    /// Replaces stages between two mattes: at once where the thread is idle (the old ones come back in the
    /// argument), else after the frame in work (the old ones go then).
    void replace(Timed<Segmenter>& segmenter);
    void replace(TimedChain<MaskFilter>& filters);
    void reset();

    /// For a thread whose segmenter has stalled: gives it up if another one waits to replace it. Returns a
    /// maker with that one and the filters; the thread then ends when the segmenter returns. Else null.
    [[nodiscard]] std::shared_ptr<MatteMaker> retire();
    /// Whether a retired thread has ended. Thread-safe.
    [[nodiscard]] bool ended() const;

private:
    void make_room();
    void serve();
    void work(const FrameSlots::Ref& input, int coarseness);
    /// On a GPU: waits for the matte, and throws where it was made of an answer that is none.
    void finish_late(std::uint64_t ticket);
    /// Waits for a GPU's work, so that what it uses may go.
    void let_gpu_finish() const noexcept;
    void take_replacements(std::unique_lock<std::mutex>& lock);

    std::shared_ptr<MatteMaker> maker_;
    Meter& meter_;
    Bell& bell_;
    const Place& place_;
    cuda::Commands commands_;
    std::optional<LateAnswers> late_;  // on a GPU
    std::optional<cuda::Event> made_;
    Context context_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool quit_ = false, has_work_ = false, fresh_ = false, in_segmenter_ = false, retired_ = false;
    bool ended_ = false, reset_wanted_ = false;
    FrameSlots::Ref input_;
    int coarseness_ = 0;
    std::uint64_t last_epoch_ = 0;
    Mask working_, finished_;
    Frame working_own_, finished_own_;
    Clock::time_point offered_{};
    Latest latest_;
    std::optional<Timed<Segmenter>> next_segmenter_;
    std::optional<TimedChain<MaskFilter>> next_filters_;
    FrameSpec spec_;
    std::thread thread_;
};

}  // namespace vbg
