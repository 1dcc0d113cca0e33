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
    blank = 3,        ///< a black card
    passthrough = 4,  ///< the raw camera: only for those who want that
};

/// What to put into the output.
enum class Show : std::int32_t {
    composite = 0,
    matte = 1,         ///< the refined matte as a grey picture
    side_by_side = 2,  ///< input, matte, composite in a row; three times as wide
};

/// How long one stage took, seconds. The mean and the largest are over all frames so far.
struct StageTime {
    std::string name;  ///< "segmenter bodypix", "filter dilate", "compose", ...
    double last = 0, mean = 0, max = 0;
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
};

/// Stages put together. Set the parts, then step() or run().
///
/// Background effects start from the camera's picture, in order; with none set the background is black. So
/// the room is never shown unless an effect that shows it (e.g. blur) was asked for. Foreground effects start
/// from the camera's picture too, or from the colours that the segmenter gives.
///
/// Reentrant; stats() is thread-safe.
class VBG_API Pipeline {
public:
    /// @param threads  for pixel work (see Context); 0 = all cores, at most 4.
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

    Pipeline& mask_sync(MaskSync sync) noexcept;      ///< default: exact
    Pipeline& on_failure(OnFailure policy) noexcept;  ///< default: hold
    Pipeline& show(Show what) noexcept;               ///< default: composite

    /// Opens source and sinks and configures every stage now, rather than in the first step(): models are
    /// loaded and warmed up here. Throws what they throw, or Error{wrong_state} when source or segmenter is
    /// missing.
    void open();
    /// One frame from source to sinks on the calling thread; no hidden thread but Context's workers.
    /// Throws Error as OnFailure says, and always when source or sink fail.
    [[nodiscard]] ReadResult step(std::chrono::milliseconds timeout = std::chrono::milliseconds(1000));
    /// Until the source ends, `stop` is requested or `frames` were written (0 = no limit). Then closes.
    /// With MaskSync::latest the segmenter has a thread of its own. Always joins; rethrows the first error.
    /// `progress`, if not null, is called on the calling thread after each frame.
    void run(std::stop_token stop = {}, std::uint64_t frames = 0,
             const std::function<void(const Pipeline&)>& progress = nullptr);
    /// Finishes the sinks (files get their final names) and closes the source. Throws Error{io}.
    void close();

    /// One picture by hand, without source and sink: configures as needed, then fills `matte` (u8, same size,
    /// may be a default-constructed view: not wanted) and `out`. frame and out: bgr8 or rgb8, same size and
    /// format. Failures always throw here; `out` is then a black card.
    void process(const ConstFrameView& frame, const FrameView& out, const MaskView& matte = {});

    /// What the sinks get. Valid after open().
    [[nodiscard]] FrameSpec output_spec() const;
    /// The source's own answer to open(), and its length in frames (0 = unknown).
    [[nodiscard]] FrameSpec input_spec() const;
    [[nodiscard]] std::uint64_t source_length() const;
    /// Forgets temporal state in every stage.
    void reset() noexcept;
    [[nodiscard]] Stats stats() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace vbg::inline v0
