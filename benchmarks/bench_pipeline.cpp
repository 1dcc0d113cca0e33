// What the machine around the network costs: from frame in to frame out at 1280x720 with a camera at 30
// frames a second, and the processor's load meanwhile. Checks first that what comes out is what composing by
// hand gives.
//
//   bench_pipeline [SECONDS]     default 5 a line
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vbg/vbg.hpp>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// A camera of a pattern in its own format, 30 frames a second.
class Camera final : public vbg::Source {
public:
    explicit Camera(vbg::PixelFormat format) : frame_(1280, 720, format) {
        vbg::Frame picture(1280, 720, vbg::PixelFormat::bgr8);
        auto pattern = vbg::make_source("pattern:size=1280x720");
        pattern->open();
        vbg::ConstFrameView first;
        if (pattern->read(first, std::chrono::seconds(5)) != vbg::ReadResult::frame) std::abort();
        vbg::convert(first, frame_.view());
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "camera"; }
    [[nodiscard]] bool is_live() const noexcept override { return true; }
    [[nodiscard]] vbg::ConstFrameView picture() const { return frame_.view(); }

private:
    vbg::FrameSpec do_open() override {
        next_ = 0;
        due_ = Clock::now();
        return {.width = 1280, .height = 720, .format = frame_.format(), .fps = 30};
    }
    vbg::ReadResult do_read(vbg::ConstFrameView& frame, std::chrono::milliseconds) override {
        due_ += std::chrono::nanoseconds(1000000000 / 30);
        std::this_thread::sleep_until(due_);
        frame_.stamp(Clock::now().time_since_epoch(), next_++);
        frame = std::as_const(frame_).view();
        return vbg::ReadResult::frame;
    }
    void do_close() noexcept override {}
    vbg::Frame frame_;
    std::uint64_t next_ = 0;
    Clock::time_point due_{};
};

/// Keeps the time of each frame from its stamp to here, and the last frame.
class Clocked final : public vbg::Sink {
public:
    explicit Clocked(std::vector<double>& milliseconds) : milliseconds_(milliseconds) {}
    ~Clocked() override { abandon(); }
    [[nodiscard]] std::string_view name() const noexcept override { return "clocked"; }

private:
    vbg::FrameSpec do_open(const vbg::FrameSpec& wanted) override {
        vbg::FrameSpec spec = wanted;
        spec.format = vbg::PixelFormat::yuyv;  // as a virtual camera takes it
        return spec;
    }
    void do_write(const vbg::ConstFrameView& frame) override {
        if (frame.timestamp.count() == 0) return;
        const std::chrono::duration<double, std::milli> took =
            Clock::now().time_since_epoch() - frame.timestamp;
        milliseconds_.push_back(took.count());
    }
    void do_close() override {}
    void do_abandon() noexcept override {}
    std::vector<double>& milliseconds_;
};

struct Case {
    const char* name;
    vbg::PixelFormat format;
    const char *filters, *background;
};

constexpr const char* kMatte = "constant:value=255";

/// The chain by hand, for comparison with what the pipeline last wrote.
bool is_right(const Case& one, const vbg::Frame& written, const Camera& camera) {
    vbg::Frame frame(1280, 720, vbg::PixelFormat::bgr8);
    vbg::convert(camera.picture(), frame.view());
    // The matte is all person, so whatever filters and background do, the camera's picture comes out.
    (void)one;
    for (int y = 0; y < 720; ++y) {
        if (std::memcmp(frame.view().row(y), written.view().row(y), 3 * 1280) != 0) return false;
    }
    return true;
}

bool run(const Case& one, double seconds) {
    std::vector<double> milliseconds;
    milliseconds.reserve(100000);
    vbg::Pipeline pipeline(2);
    const Camera camera(one.format);
    pipeline.source(std::make_unique<Camera>(one.format))
        .segmenter(kMatte)
        .mask_sync(vbg::MaskSync::latest)
        .sink(std::make_unique<Clocked>(milliseconds));
    pipeline.filter(one.filters);
    pipeline.background(one.background);
    std::stop_source stop;
    double cpu = 0;
    std::thread timer([&] {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        cpu = pipeline.stats().cpu;
        stop.request_stop();
    });
    pipeline.run(stop.get_token());
    timer.join();
    if (!is_right(one, pipeline.last_frame(), camera)) {
        fmt::print("{:<44} WRONG: not the picture that went in\n", one.name);
        return false;
    }
    const vbg::Stats stats = pipeline.stats();
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto part = [&](double p) {
        return milliseconds[static_cast<std::size_t>(p * static_cast<double>(milliseconds.size() - 1))];
    };
    fmt::print("{:<44} {:7.2f} {:7.2f} {:7.2f}   {:5.1f} {:6.2f} {:6}\n", one.name, part(0.5), part(0.99),
               part(1), stats.fps, cpu, stats.frames_dropped);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    vbg::prepare_process(argc, argv);
    const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
    fmt::print("1280x720, 30 frames/s, no network, yuyv out. One frame lasts 33.3 ms.\n");
    fmt::print("{:<44} {:>7} {:>7} {:>7}   {:>5} {:>6} {:>6}\n", "in to out, ms:", "median", "99 %", "max",
               "fps", "cores", "lost");
    bool ok = true;
    const auto yuyv = vbg::PixelFormat::yuyv;
    for (const Case& one :
         {Case{"bgr8, plain background", vbg::PixelFormat::bgr8, "", "color"},
          Case{"yuyv, plain background", yuyv, "", "color"},
          Case{"i420, plain background", vbg::PixelFormat::i420, "", "color"},
          Case{"yuyv, blurred background", yuyv, "", "blur"},
          Case{"yuyv, default filters, blurred background", yuyv,
               "guided_filter:radius=16,eps=1e-4,confidence=0.5 | temporal | levels:black=0.15,white=0.85",
               "blur"}}) {
        ok = run(one, seconds) && ok;
    }
    return ok ? 0 : 1;
}
