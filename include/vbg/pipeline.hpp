#pragma once
/// @file pipeline.hpp  The machine: source, segmenter, filters, effects, compositor, sink.

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

namespace vbg::inline v0 {

/// Which matte goes on a frame.
enum class MaskSync : std::int32_t {
    exact = 0,   ///< the frame's own: each frame waits for the network
    latest = 1,  ///< the newest there is: frames never wait, the matte may lag; Stats says by how much. run()
                 ///< only.
};

/// What comes out while no valid matte can be made (model broken, NaN, a stage threw).
/// None of them but `passthrough` ever shows a pixel of the camera that was not composed.
enum class OnFailure : std::int32_t {
    stop = 0,         ///< step() and run() throw; nothing is written for that frame
    hold = 1,         ///< the last composed frame again, or the background alone where there is none yet
    background = 2,   ///< the background alone
    blank = 3,        ///< the card: black, or what Pipeline::card() says
    passthrough = 4,  ///< the raw camera: only for those who want that
};

/// What to put into the output.
enum class Show : std::int32_t {
    composite = 0,
    matte = 1,         ///< the refined matte as a grey picture
    side_by_side = 2,  ///< input, matte, composite in a row; three times as wide
};

/// How long one stage took, seconds. The mean and the largest are over all frames so far. On a GPU it is how
/// long it took to hand the work over, which is done later; and where the last effect of a layer composes the
/// frame in its last pass, which saves the compositor's, "compose" counts the frame with no time.
struct StageTime {
    std::string name;  ///< "segmenter bodypix", "filter dilate", "compose", ...
    double last = 0, mean = 0, max = 0;
};

/// What a pipeline is doing. Values are fixed; new ones are appended.
enum class RunState : std::int32_t {
    stopped = 0,   ///< not in run()
    starting = 1,  ///< in run(), nothing composed yet (again) since the source was opened
    running = 2,
    paused = 3,   ///< pause(): the source is closed, the card is shown
    frozen = 4,   ///< freeze(): the last composed frame stays
    asleep = 5,   ///< LiveOptions::on_demand and nobody looks: the source is closed, the card is shown
    waiting = 6,  ///< the source gives nothing or is gone: see LiveOptions::reconnect
};
/// "stopped", "starting", ... Thread-safe.
[[nodiscard]] VBG_API std::string_view to_string(RunState state) noexcept;

/// How run() treats a live source (Source::is_live()). Recorded sources heed none of it.
struct LiveOptions {
    /// Frames a second promised to the sinks; 0 = the source's own rate. Frames beyond it are left out; while
    /// the source gives none, the last frame written is written again at this rate.
    double fps = 0;
    /// Sleep while every sink that can tell (Sink::demand()) says that nobody looks: source closed, network
    /// idle, card shown.
    bool on_demand = false;
    /// How long nobody must have looked before that.
    std::chrono::milliseconds idle_after{5000};
    /// Processor time that the whole process may use, in cores (1.5 = one and a half); 0 = no limit. What is
    /// given up to keep it, in this order: the resolution the network works at (Segmenter::coarseness()),
    /// mattes for some frames, background effects for some frames (the one of the frame before stays), every
    /// other frame. All of it is taken back in the reverse order when there is room again, and is told in
    /// Stats::level, Stats::given_up, Stats::coarseness and the log. Effects on the person are never given
    /// up. Every resolution is made ready beforehand, so a change makes no frame late.
    double max_cpu = 0;
    /// Gives up resolution, mattes and background effects in the same way where composing a frame takes
    /// longer than a frame lasts.
    bool hold_rate = false;
    /// A segmenter that has not answered for that long has stalled, and a matte that old is none: no valid
    /// matte then, see OnFailure. A source silent for three times as long is opened anew.
    std::chrono::milliseconds stall{1000};
    /// A source that fails or falls silent is closed and opened again until it is back (after 0.1 s, then
    /// less and less often, at least every 2 s), and so is a sink that fails with Errc::device. Without it
    /// run() throws, as it does with OnFailure::stop.
    bool reconnect = true;
};

/// A copy of the counters at one moment.
struct Stats {
    std::uint64_t frames_in = 0;       ///< read from the source
    std::uint64_t frames_out = 0;      ///< written to the sink
    std::uint64_t frames_failed = 0;   ///< for which no valid matte could be made; see OnFailure
    std::uint64_t frames_dropped = 0;  ///< read but not written, and gaps in the source's numbering
    std::uint64_t mattes = 0;          ///< made by the segmenter
    std::uint64_t mask_lag = 0;        ///< frames the matte of the last frame written was behind it
    std::uint64_t mask_lag_max = 0;
    double fps = 0;            ///< frames written a second, over the last second or so
    std::string last_failure;  ///< text of the newest failure, empty where there was none
    std::vector<StageTime> stages;

    RunState state = RunState::stopped;
    std::uint64_t frames_repeated = 0;  ///< written once more for want of a new one; not in frames_out
    std::uint64_t source_reopened = 0;  ///< times the source was lost and came back
    std::uint64_t sinks_reopened = 0;   ///< the same of sinks
    /// From a frame's arrival (read() returned it) until every sink had it. run() with live sources only.
    StageTime latency;
    /// Processor cores that the whole process used over the last second or so.
    double cpu = 0;
    /// How many steps of work are given up to keep LiveOptions::max_cpu or hold_rate; 0 = none.
    int level = 0;
    /// The same in words, e.g. "a coarser matte (2 of 2), a matte for every 2nd frame"; empty at level 0.
    std::string given_up;
    int coarseness = 0;  ///< steps of the network's resolution given up; counted in level
    int coarsest = 0;    ///< how many there are to give up: see Segmenter::coarsest()
    /// Frames that the source left out because they came damaged (Source::damaged()); where it numbers its
    /// frames they are gaps and so among frames_dropped, too.
    std::uint64_t frames_damaged = 0;
};

/// Stages put together. Set the parts, then step() or run().
///
/// Background effects start from the camera's picture, in order; with none set the background is black. So
/// the room is never shown unless an effect that shows it (e.g. blur) was asked for. Foreground effects start
/// from the camera's picture too, or from the colours that the segmenter gives.
///
/// Reentrant; what stands under "While running" is thread-safe.
class VBG_API Pipeline {
public:
    /// @param threads  for pixel work (see Context); 0 = all cores, at most 4.
    /// Throws Error{invalid_argument} where VBG_GRAPHS in the environment is neither auto nor off.
    explicit Pipeline(int threads = 0);
    ~Pipeline();
    Pipeline(Pipeline&&) noexcept;
    Pipeline& operator=(Pipeline&&) noexcept;

    // Parts. Null is refused with Error{invalid_argument}. Setting one after the first frame configures anew.
    Pipeline& source(std::unique_ptr<Source> source);
    Pipeline& segmenter(std::unique_ptr<Segmenter> segmenter);
    Pipeline& filter(std::unique_ptr<MaskFilter> filter);          ///< appended
    Pipeline& background(std::unique_ptr<Effect> effect);          ///< appended
    Pipeline& foreground(std::unique_ptr<Effect> effect);          ///< appended
    Pipeline& compositor(std::unique_ptr<Compositor> compositor);  ///< default: over
    Pipeline& sink(std::unique_ptr<Sink> sink);                    ///< appended; every sink gets every frame

    // The same from spec strings; filter, background and foreground take chains ("a | b").
    Pipeline& source(std::string_view spec);
    Pipeline& segmenter(std::string_view spec);
    Pipeline& filter(std::string_view chain);
    Pipeline& background(std::string_view chain);
    Pipeline& foreground(std::string_view chain);
    Pipeline& compositor(std::string_view spec);
    Pipeline& sink(std::string_view spec);
    /// Fills in from a preset (preset.hpp) what is not set yet: segmenter, filters, foreground, background,
    /// each part as a whole. So what you name before replaces that part of the preset.
    Pipeline& preset(std::string_view name);

    /// Where the stages work: cpu, cuda (the first GPU), cuda:N, or auto, the default: the first GPU where
    /// the segmenter has code for it, else the CPU. VBG_DEVICE in the environment stands in for auto.
    ///
    /// On a GPU a frame goes up once, every stage works there, and the composed frame comes down once, in the
    /// sink's format. A stage without code for it (Stage::runs_on()) works on the CPU; its pictures are
    /// carried there and back, which the log says. All that is to be done for a frame is handed over at once
    /// where that can be (a CUDA graph; VBG_GRAPHS=off in the environment does without). Times in Stats are
    /// then those of getting the work ready.
    /// `stream`: one of yours on that GPU, in whose turn everything is done; it must outlive the pipeline, or
    /// its next device(), which waits for it. Default: one of the pipeline's own. Frames go up and come down
    /// beside it, in streams that keep to its turn.
    ///
    /// A GPU that cannot be used, or fails while running, is a typed error (Errc::device, not_built) where it
    /// was named. With auto the pipeline goes on on the CPU, and the log says so; no frame of a recorded
    /// source is lost, and none is shown raw.
    /// Throws Error{invalid_argument} for another word, and for a stream without a GPU.
    Pipeline& device(std::string_view device, StreamRef stream = {});
    Pipeline& mask_sync(MaskSync sync) noexcept;      ///< default: exact
    Pipeline& on_failure(OnFailure policy) noexcept;  ///< default: hold
    Pipeline& show(Show what) noexcept;               ///< default: composite
    /// The placeholder for pause(), LiveOptions::on_demand and OnFailure::blank: an effect that makes a
    /// picture of its own, e.g. "image:path=away.png". Default: black. Throws what making it throws, and
    /// Error{invalid_argument} for an effect that shows the camera (Effect::replaces_layer() is false).
    Pipeline& card(std::string_view effect_spec);
    /// Throws Error{invalid_argument} for negative numbers.
    Pipeline& live(const LiveOptions& options);

    // These six are called from outside: within a run(), from `progress`, a stage, a source or a sink, they
    // throw Error{wrong_state}.

    /// Opens source and sinks and configures every stage now, rather than in the first step(): models are
    /// loaded and warmed up here. Throws what they throw, or Error{wrong_state} when source or segmenter is
    /// missing. `stop` ends waiting for the reader of a named pipe with Error{io}, ECANCELED.
    void open(std::stop_token stop = {});
    /// One frame from source to sinks on the calling thread; no hidden thread but Context's workers.
    /// Throws Error as OnFailure says, and always when source or sink fail.
    [[nodiscard]] ReadResult step(std::chrono::milliseconds timeout = std::chrono::milliseconds(1000));
    /// Until the source ends, `stop` is requested or `frames` were written (0 = no limit). Then closes.
    /// `progress`, if not null, is called on the calling thread after each frame. Composition and sinks are
    /// on the calling thread.
    ///
    /// A recorded source loses no frame. With MaskSync::latest the segmenter has a thread of its own. With
    /// MaskSync::exact, on a GPU and with Show::composite, a frame is read and handed to the GPU before the
    /// one before it is waited for and written. So one frame may be under way when the run is asked to stop,
    /// to pause, or for another part by `progress`: it is written as it is. Steps and live sources do not
    /// work ahead.
    ///
    /// A live source (Source::is_live()) has a thread of its own that keeps the newest frame; older ones are
    /// dropped and counted. So has the segmenter: one that stalls never stops the output. LiveOptions says
    /// what happens when the source goes away and when nobody looks. The output keeps the size it began with,
    /// whatever size a source has that comes back or replaces another: it is scaled to fill, what hangs over
    /// is cut.
    ///
    /// Always joins its threads, so it returns only when a stalled segmenter has; rethrows the first error.
    /// `stop` also ends waiting for whoever reads what a sink writes (Sink::interrupt()): that sink's last
    /// frame is cut off then, the other sinks are finished as ever.
    void run(std::stop_token stop = {}, std::uint64_t frames = 0,
             const std::function<void(const Pipeline&)>& progress = nullptr);
    /// Finishes the sinks (files get their final names) and closes the source. Throws Error{io}.
    void close();

    /// One picture by hand, without source and sink: configures as needed, then fills `matte` (u8, same size,
    /// may be a default-constructed view: not wanted) and `out`. frame and out: bgr8 or rgb8, same size and
    /// format. Each may lie in host memory or on the GPU that device() chose; what lies there must be ready
    /// in the turn of the stream that device() was given, or, where it was given none, of the GPU's default
    /// stream. Where all lie there, what is done is only queued when this returns, in the same turn; else it
    /// is done. Failures always throw here; `out` is then a black card.
    void process(const ConstFrameView& frame, const FrameView& out, const MaskView& matte = {});

    // While running: thread-safe, also from `progress`. With run() or step() in another thread they wait for
    // the frame in work.

    /// Replaces a part: `part` is source, segmenter, filters, background, foreground, compositor, show (with
    /// composite, matte, side_by_side), sync (exact, latest), on_failure (the names of OnFailure) or card;
    /// `spec` is what the function of that name takes; a chain replaces the whole chain, an empty one clears
    /// it. The new stages are made, configured and warmed up on the calling thread while frames go on, then
    /// put in between two frames; no frame is lost. (A camera that cannot be opened twice is closed first.)
    /// Throws what making and configuring throw, and Error{invalid_argument} for a part or word there is not:
    /// everything is then as before.
    void set(std::string_view part, std::string_view spec);
    /// Forgets temporal state in every stage.
    void reset() noexcept;
    /// Closes the camera and shows the card until resume(). Also takes effect at the start of a later run().
    /// A recorded source just waits, as it does with freeze().
    void pause() noexcept;
    /// The last composed frame stays until resume(); the camera goes on, unseen.
    void freeze() noexcept;
    void resume() noexcept;
    /// A copy of the picture last written to the sinks, before their own scaling and conversion. Empty when
    /// there was none.
    [[nodiscard]] Frame last_frame() const;
    [[nodiscard]] Stats stats() const;
    /// What the sinks get. Valid after open().
    [[nodiscard]] FrameSpec output_spec() const;
    /// The source's own answer to open(), and its length in frames (0 = unknown).
    [[nodiscard]] FrameSpec input_spec() const;
    [[nodiscard]] std::uint64_t source_length() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace vbg::inline v0
