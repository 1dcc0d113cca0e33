// Whole pipelines: a camera's frame in host memory -> network, default preset -> a frame in host memory.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "bench_cuda/bench_cuda.hpp"
#include "core/device.hpp"

namespace bench_cuda {

namespace {

/// Gives the same yuyv frame whenever it is asked, or at a camera's pace from when it is first asked on.
class Camera final : public vbg::Source {
public:
    /// @param phase  part of a frame's time after which it begins.
    Camera(int width, int height, double fps, double phase)
        : frame_(picture(width, height, vbg::PixelFormat::yuyv)),
          period_(fps > 0 ? 1 / fps : 0),
          phase_(phase) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "camera"; }

private:
    vbg::FrameSpec do_open() override {
        return {.width = frame_.width(), .height = frame_.height(), .format = frame_.format(), .fps = 30};
    }
    vbg::ReadResult do_read(vbg::ConstFrameView& frame, std::chrono::milliseconds) override {
        if (next_ == 0) due_ = Clock::now();
        due_ += std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(period_ * (next_ == 0 ? phase_ : 1)));
        if (period_ > 0) std::this_thread::sleep_until(due_);
        frame_.stamp(period_ > 0 ? due_.time_since_epoch() : Clock::now().time_since_epoch(), next_++);
        frame = std::as_const(frame_).view();
        return vbg::ReadResult::frame;
    }
    void do_close() noexcept override {}
    vbg::Frame frame_;
    double period_, phase_;
    Clock::time_point due_{};
    std::uint64_t next_ = 0;
};

/// Keeps how long each frame took from its stamp to here, and the last one.
class Clocked final : public vbg::Sink {
public:
    Clocked(std::vector<double>& milliseconds, vbg::Frame& last) : milliseconds_(milliseconds), last_(last) {}
    ~Clocked() override { abandon(); }
    [[nodiscard]] std::string_view name() const noexcept override { return "clocked"; }

private:
    vbg::FrameSpec do_open(const vbg::FrameSpec& wanted) override {
        vbg::FrameSpec spec = wanted;
        spec.format = vbg::PixelFormat::yuyv;
        last_ = vbg::Frame(spec);
        return spec;
    }
    void do_write(const vbg::ConstFrameView& frame) override {
        milliseconds_.push_back(Milliseconds(Clock::now().time_since_epoch() - frame.timestamp).count());
        if (milliseconds_.size() == 1) vbg::copy_pixels(frame, last_.view());
    }
    void do_close() override {}
    void do_abandon() noexcept override {}
    std::vector<double>& milliseconds_;
    vbg::Frame& last_;
};

struct Run {
    std::vector<double> milliseconds;
    vbg::Frame first;
    vbg::Pipeline pipeline{1};

    Run(const Options& options, const std::string& device, int width, int height, double fps = 0,
        double phase = 0) {
        milliseconds.reserve(1 << 15);
        std::string segmenter = options.segmenter.empty() ? "constant:value=140" : options.segmenter;
        if (device == "cpu" && !options.segmenter.empty()) segmenter = with(segmenter, "device=cpu");
        pipeline.device(device)
            .source(std::make_unique<Camera>(width, height, fps, phase))
            .segmenter(segmenter)
            .sink(std::make_unique<Clocked>(milliseconds, first));
        pipeline.preset("default");
        pipeline.open();
    }
};

/// A wrong picture is not timed. 16-bit networks move a matte's edge, so that is left to compare_masks(): on
/// the whole the pictures must be alike.
void check_picture(const Options& options, int width, int height, const vbg::Frame& got) {
    Run reference(options, "cpu", width, height);
    (void)reference.pipeline.step();
    double sum = 0;
    const std::size_t bytes = vbg::row_bytes(got.format(), 0, width);
    for (int y = 0; y < height; ++y)
        for (std::size_t x = 0; x < bytes; ++x)
            sum += std::abs(std::to_integer<int>(got.view().row(y)[x]) -
                            std::to_integer<int>(reference.first.view().row(y)[x]));
    const double mean = sum / (static_cast<double>(bytes) * height);
    if (mean > 1.5)
        throw Wrong(fmt::format("{}x{}: the picture is {:.2f} levels off the CPU's on average: not timed",
                                width, height, mean));
}

struct Paced {
    double p50 = 0, p99 = 0;
    std::uint64_t frames = 0, late = 0;
};

/// So many cameras at 30 frames a second at once, one beginning after the other within a frame's time.
Paced paced(const Options& options, int streams, double warm_up, double seconds) {
    std::vector<std::unique_ptr<Run>> runs;
    runs.reserve(static_cast<std::size_t>(streams));
    for (int i = 0; i < streams; ++i)
        runs.push_back(
            std::make_unique<Run>(options, options.device, 1280, 720, 30, static_cast<double>(i) / streams));
    std::vector<std::thread> threads;
    std::atomic<bool> counts{false}, stop{false};
    std::vector<std::string> failures(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        threads.emplace_back([&counts, &stop, &failure = failures[i], &run = *runs[i]] {
            try {
                while (!counts && !stop) (void)run.pipeline.step();
                run.milliseconds.clear();
                while (!stop) (void)run.pipeline.step();
            } catch (const std::exception& error) {
                failure = error.what();
                stop = true;
            }
        });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(warm_up));
    counts = true;
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
    for (auto& thread : threads) thread.join();
    for (const std::string& failure : failures) {
        if (!failure.empty()) throw Wrong(fmt::format("with {} pipelines: {}", streams, failure));
    }
    std::vector<double> all;
    for (auto& run : runs) all.insert(all.end(), run->milliseconds.begin(), run->milliseconds.end());
    Paced result{percentile(all, 0.5), percentile(all, 0.99), all.size(), 0};
    result.late = static_cast<std::uint64_t>(
        std::count_if(all.begin(), all.end(), [](double took) { return took > 1000. / 30; }));
    return result;
}

void measure_one(const Options& options, int width, int height, Report& report) {
    Run run(options, options.device, width, height);
    for (int i = 0; i < (options.quick ? 1 : 100); ++i) (void)run.pipeline.step();
    check_picture(options, width, height, run.first);
    run.milliseconds.clear();
    const int frames = options.quick ? 3 : 3000;
    for (int i = 0; i < frames; ++i) (void)run.pipeline.step();
    const double p50 = percentile(run.milliseconds, 0.5), p99 = percentile(run.milliseconds, 0.99);
    // A run works on a frame while the one before is brought down: that is its rate, not its latency.
    const auto start = Clock::now();
    run.pipeline.run({}, static_cast<std::uint64_t>(frames));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    fmt::print("{}x{} yuyv -> {} -> default -> yuyv: p50 {:.3f} ms, p99 {:.3f} ms, {:.0f} frames/s\n", width,
               height, options.segmenter.empty() ? "no network" : options.segmenter, p50, p99,
               frames / seconds);
    report.rows.push_back({{"width", width},
                           {"height", height},
                           {"p50_ms", p50},
                           {"p99_ms", p99},
                           {"frames_a_second", frames / seconds}});
}

}  // namespace

void measure_pipelines(const Options& options, Report& report) {
    const std::vector<std::pair<int, int>> sizes =
        options.quick ? std::vector<std::pair<int, int>>{{160, 90}}
                      : std::vector<std::pair<int, int>>{{1280, 720}, {1920, 1080}};
    for (const auto& [width, height] : sizes)
        report.attempt([&, w = width, h = height] { measure_one(options, w, h, report); });
}

void measure_streams(const Options& options, Report& report) {
    std::vector<int> counts{1, 16, 64, 150, 200, 256};
    if (options.quick) counts = {1, 2};
    if (options.streams > 0) counts = {options.streams};
    for (const int streams : counts) {
        const Paced result = paced(options, streams, options.quick ? 0.1 : 1.5, options.quick ? 0.3 : 4);
        fmt::print(
            "{} cameras of 1280x720 at 30 frames/s: p50 {:.2f} ms, p99 {:.2f} ms, {} of {} frames late\n",
            streams, result.p50, result.p99, result.late, result.frames);
        report.rows.push_back({{"streams", streams},
                               {"p50_ms", result.p50},
                               {"p99_ms", result.p99},
                               {"frames", result.frames},
                               {"late", result.late}});
        if (result.p99 > 1000. / 30 && !options.quick) break;
    }
}

}  // namespace bench_cuda
