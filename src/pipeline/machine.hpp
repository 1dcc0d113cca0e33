#pragma once
/// @file machine.hpp  The inside of vbg::Pipeline.

#include <memory>
#include <optional>
#include <vbg/pipeline.hpp>

#include "core/late_answers.hpp"
#include "cuda/commands.hpp"
#include "pipeline/bell.hpp"
#include "pipeline/composition.hpp"
#include "pipeline/frame_intake.hpp"
#include "pipeline/mailbox.hpp"
#include "pipeline/matte_maker.hpp"
#include "pipeline/matte_thread.hpp"
#include "pipeline/outputs.hpp"
#include "pipeline/place.hpp"

namespace vbg {

class Capture;

/// Parts and the state they share. Unless said otherwise everything here belongs to the thread that drives
/// (mailbox.hpp); others ask for it through the mailbox.
struct Machine {
    explicit Machine(int threads) : context(threads) {}
    ~Machine() { let_gpu_finish(); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    Bell bell;
    mutable Mailbox mailbox{bell};
    Context context;
    Place place;
    cuda::Commands commands;  // of frames on a GPU, as the next one
    std::optional<LateAnswers> late;
    std::unique_ptr<Source> source;  // Capture's while there is one
    std::shared_ptr<MatteMaker> maker = std::make_shared<MatteMaker>();
    Composition composition;
    Outputs outputs{place};
    MaskSync sync = MaskSync::exact;
    OnFailure policy = OnFailure::hold;
    Show show = Show::composite;
    LiveOptions live;

    enum class Wish : std::uint8_t { run, pause, freeze };
    std::atomic<Wish> wish{Wish::run};  // any thread's
    Meter meter;
    FrameSpec working;           // the stages': bgr8 or rgb8, at `place`
    bool opened = false;         // source and sinks
    bool source_closed = false;  // by a live run() that threw; the sinks are open
    bool configured = false;     // stages, for `working`

    /// What other threads may ask for at any time.
    struct Facts {
        FrameSpec input, output;
        std::uint64_t length = 0;
    };
    [[nodiscard]] Facts facts() const;
    void state_facts(const Facts& facts);

    // While run() has them.
    Capture* capture = nullptr;
    MatteThread* matte_thread = nullptr;
    int coarsest = 0;              // of the segmenter that makes the mattes, or is about to
    bool source_released = false;  // somebody wants to open the same camera anew

    Meter::TimerRef read_timer = std::make_shared<Meter::Timer>("read");
    Meter::TimerRef convert_timer = std::make_shared<Meter::Timer>("convert");
    Meter::TimerRef write_timer = std::make_shared<Meter::Timer>("write");
    std::vector<Meter::TimerRef> maker_timers;  // of the maker's parts, which may be another thread's
    void parts_changed();                       // which timers there are

    void need_parts(bool with_source) const;
    /// Waits for a GPU's work, so that what it uses may go. What fails there is told by the next frame.
    void let_gpu_finish() noexcept;
    /// Whether work may have to be given up while running.
    [[nodiscard]] bool governed() const noexcept { return live.max_cpu > 0 || live.hold_rate; }
    /// Gets every stage ready for frames like `spec` (bgr8 or rgb8), at the place that is chosen here.
    void configure(const FrameSpec& spec);
    /// A GPU has failed: gets everything ready on the CPU, or throws where that was not wanted.
    void leave_gpu(const GpuFailed& failure);
    void open();
    void close();
    void run(const std::stop_token& stop, std::uint64_t frames, const std::function<void()>& progress);
    void process(const ConstFrameView& frame, const FrameView& out, const MaskView& alpha);

    ReadResult step_exact(std::chrono::milliseconds timeout);
    /// Matte and composition of one frame, on this thread. Throws what a stage throws.
    void compose_exact(const ConstFrameView& frame);
    /// The same with the newest matte of a matte thread, fetched into `matte` and `own_foreground`. Returns
    /// whether it was composed, and why not where that is a failure: no matte yet is none.
    bool compose_latest(const ConstFrameView& frame, std::uint64_t epoch, const MatteThread::Latest& newest,
                        BackgroundUse background, std::exception_ptr& error);
    /// What goes out instead of a frame that could not be made; throws with OnFailure::stop. `frame` is shown
    /// with OnFailure::passthrough only.
    ConstFrameView instead(const ConstFrameView& frame, const std::exception_ptr& error);
    void write(const ConstFrameView& composed, const ConstFrameView* input_shown, bool with_matte,
               Meter* revive = nullptr);
    /// Writes what instead() says, stamped like `frame`.
    void write_instead(const ConstFrameView& frame, const std::exception_ptr& error, Meter* revive = nullptr);

    void set(std::string_view part, std::string_view spec);

    Mask matte;
    Frame own_foreground;  // where the segmenter gives one

private:
    void configure_here(FrameSpec spec);
    /// Gets ready to bring the source's frames to the stages.
    void follow(const FrameSpec& input);

    /// A stage or chain made by set(), and for what it was configured.
    struct Ready {
        bool configured = false;
        FrameSpec spec;
        int threads = 1;
        bool governed = false;
        StreamRef stream{};
    };
    [[nodiscard]] Ready ready() const;
    template <class Stages>
    void exchange(Stages stages, void (Machine::*put)(Stages&));
    template <class Stages>
    void configure_for(const Ready& ready, Stages& stages);
    void put_segmenter(TimedChain<Segmenter>& one);
    void put_filters(TimedChain<MaskFilter>& chain);
    void put_background(TimedChain<Effect>& chain);
    void put_foreground(TimedChain<Effect>& chain);
    void put_compositor(TimedChain<Compositor>& one);
    void put_card(TimedChain<Effect>& one);
    void set_source(std::string_view spec);

    void run_recorded(const std::stop_token& stop, std::uint64_t frames,
                      const std::function<void()>& progress);
    /// Waits while paused or frozen. Returns false when asked to stop.
    bool wait_for_wish(const std::stop_token& stop);
    void run_live(const std::stop_token& stop, std::uint64_t frames, const std::function<void()>& progress);
    /// The source's next frame; counts it and the gap before it.
    ReadResult read(ConstFrameView& frame, std::chrono::milliseconds timeout);
    /// It as bgr8, in the size the run began with, where the stages work.
    ConstFrameView bring(const ConstFrameView& frame);
    /// From a frame that was read to the sinks.
    void finish_exact(const ConstFrameView& read);
    /// The same from one that was brought.
    void finish_brought(const ConstFrameView& frame);
    /// Composes it, and hands over what was gathered for it.
    std::exception_ptr try_compose(const ConstFrameView& frame);
    /// Writes it, or what is shown instead.
    void conclude(const ConstFrameView& frame, const std::exception_ptr& error);

    // On a GPU a frame is under way until it is written: in run_recorded() the next one is handed over
    // before.

    /// finish_exact(), but that the frame may still be under way then, and that a GPU may be left for it.
    void finish_overlapped(const ConstFrameView& read);
    /// Its first half: from a frame that was read to one that is under way, where that can be, in one launch.
    /// Returns what that throws, but for GpuFailed.
    std::exception_ptr make_overlapped(const ConstFrameView& read, ConstFrameView& frame);
    /// Writes what is under way, but for the newest `keep` frames. Those that a failing GPU keeps are made
    /// again on the CPU.
    void write_under_way(int keep = 0);
    /// leave_gpu(), and makes again what was under way.
    void recover(const GpuFailed& failure);
    /// The oldest frame under way was made of an answer that is none: makes all of them again, waiting for
    /// the answers.
    void make_again();
    /// Frames that are to be made again, the oldest first, to the sinks. What throws costs its own frame
    /// only.
    void finish_again();
    /// From host memory to the sinks, in the source's format or the stages'.
    void finish_raw(const ConstFrameView& raw);
    /// read(); where it throws, what is under way is written before.
    ReadResult read_next(ConstFrameView& frame);
    void finish_latest(const ConstFrameView& read, FrameSlots& slots, MatteThread& thread,
                       MatteThread::Latest& newest);
    void blacken(const FrameView& out) noexcept;
    /// Returns false where the frame was made of an answer that is none: it must be made again, waiting for
    /// the answer.
    [[nodiscard]] bool process_here(const ConstFrameView& frame, const FrameView& out, const MaskView& alpha,
                                    bool waits = false);
    /// After a live run() that threw.
    void reopen_source();

    FrameIntake intake;
    Frame brought;             // the source's frame as the stages want it, where it is not so by itself
    std::vector<Frame> again;  // what make_again() and recover() have left to do
    Frame handed;              // process()'s, on a GPU; made when it is wanted first
    std::optional<std::uint64_t> last_sequence;
    DamageCount damage;  // while Capture does not have the source
    std::string logged;  // the failure said last, and when
    Clock::time_point logged_at{};
    Clock::time_point tried_at{},
        flowing_since{};  // compose_latest()'s last call; since when they follow each other
    mutable std::mutex facts_mutex;
    Facts facts_;
};

/// An effect for Pipeline::card(). Throws Error{invalid_argument} where it shows the camera.
[[nodiscard]] std::unique_ptr<Effect> make_card(std::string_view spec);

}  // namespace vbg
