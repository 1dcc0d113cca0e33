// Whole pipelines: a camera's frame in host memory -> network, default preset -> a frame in host memory.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "bench_cuda/bench_cuda.hpp"
#include "core/device.hpp"

namespace bench_cuda {

namespace {

/// Gives the same yuyv frame whenever it is asked, or at a camera's pace.
class Camera final : public vbg::Source {
public:
    Camera(int width, int height, double fps)
        : frame_(picture(width, height, vbg::PixelFormat::yuyv)), period_(fps > 0 ? 1 / fps : 0) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "camera"; }

private:
    vbg::FrameSpec do_open() override {
        due_ = Clock::now();
        return {.width = frame_.width(), .height = frame_.height(), .format = frame_.format(), .fps = 30};
    }
    vbg::ReadResult do_read(vbg::ConstFrameView& frame, std::chrono::milliseconds) override {
        due_ += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(period_));
        if (period_ > 0) std::this_thread::sleep_until(due_);
        frame_.stamp(period_ > 0 ? due_.time_since_epoch() : Clock::now().time_since_epoch(), next_++);
        frame = std::as_const(frame_).view();
        return vbg::ReadResult::frame;
    }
    void do_close() noexcept override {}
    vbg::Frame frame_;
    double period_;
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

    Run(const Options& options, const std::string& device, int width, int height, double fps) {
        milliseconds.reserve(1 << 20);
        pipeline.device(device)
            .source(std::make_unique<Camera>(width, height, fps))
            .segmenter(options.segmenter.empty() ? "constant:value=140" : options.segmenter)
            .sink(std::make_unique<Clocked>(milliseconds, first));
        pipeline.preset("default");
        pipeline.open();
    }
};

/// A wrong picture is not timed. 16-bit networks move a matte's edge, so that is left to compare_masks(): on
/// the whole the pictures must be alike.
void check_picture(const Options& options, int width, int height, const vbg::Frame& got) {
    Run reference(options, "cpu", width, height, 0);
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

/// So many cameras at 30 frames a second at once.
Paced paced(const Options& options, int streams, double seconds) {
    std::vector<std::unique_ptr<Run>> runs;
    runs.reserve(static_cast<std::size_t>(streams));
    for (int i = 0; i < streams; ++i)
        runs.push_back(std::make_unique<Run>(options, options.device, 1280, 720, 30));
    std::vector<std::thread> threads;
    std::atomic<bool> stop{false};
    std::vector<std::string> failures(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        threads.emplace_back([&stop, &failure = failures[i], &run = *runs[i]] {
            try {
                while (!stop) (void)run.pipeline.step();
            } catch (const std::exception& error) {
                failure = error.what();
                stop = true;
            }
        });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
    for (auto& thread : threads) thread.join();
    for (const std::string& failure : failures) {
        if (!failure.empty()) throw Wrong(fmt::format("with {} pipelines: {}", streams, failure));
    }
    std::vector<double> all;
    for (auto& run : runs)
        all.insert(all.end(),
                   run->milliseconds.begin() + static_cast<std::ptrdiff_t>(run->milliseconds.size() / 4),
                   run->milliseconds.end());
    Paced result{percentile(all, 0.5), percentile(all, 0.99), all.size(), 0};
    result.late = static_cast<std::uint64_t>(
        std::count_if(all.begin(), all.end(), [](double took) { return took > 1000. / 30; }));
    return result;
}

}  // namespace

nlohmann::json measure_pipelines(const Options& options) {
    nlohmann::json table = nlohmann::json::array();
    const std::vector<std::pair<int, int>> sizes =
        options.quick ? std::vector<std::pair<int, int>>{{160, 90}}
                      : std::vector<std::pair<int, int>>{{1280, 720}, {1920, 1080}};
    for (const auto& [width, height] : sizes) {
        Run run(options, options.device, width, height, 0);
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
        fmt::print("{}x{} yuyv -> {} -> default -> yuyv: p50 {:.3f} ms, p99 {:.3f} ms, {:.0f} frames/s\n",
                   width, height, options.segmenter.empty() ? "no network" : options.segmenter, p50, p99,
                   frames / seconds);
        table.push_back({{"width", width},
                         {"height", height},
                         {"p50_ms", p50},
                         {"p99_ms", p99},
                         {"frames_a_second", frames / seconds}});
    }
    return table;
}

nlohmann::json measure_streams(const Options& options) {
    nlohmann::json table = nlohmann::json::array();
    std::vector<int> counts{1, 2, 4, 8, 16, 32, 64, 100, 150, 200, 256};
    if (options.quick) counts.resize(2);
    if (options.streams > 0) counts = {options.streams};
    const double seconds = options.quick ? 0.3 : 6;
    for (const int streams : counts) {
        const Paced result = paced(options, streams, seconds);
        fmt::print(
            "{} cameras of 1280x720 at 30 frames/s: p50 {:.2f} ms, p99 {:.2f} ms, {} of {} frames late\n",
            streams, result.p50, result.p99, result.late, result.frames);
        table.push_back({{"streams", streams},
                         {"p50_ms", result.p50},
                         {"p99_ms", result.p99},
                         {"frames", result.frames},
                         {"late", result.late}});
        if (result.p99 > 1000. / 30 && !options.quick) break;
    }
    return table;
}

}  // namespace bench_cuda
