// What the machine around the network costs: from frame in to frame out at 1280x720 with a camera at 30
// frames a second, and the processor's load meanwhile. Checks first that what comes out is what composing by
// hand gives.
//
//   bench_pipeline [SECONDS]     default 5 a line
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vbg/vbg.hpp>
#include <vector>

#include "io/v4l2/mjpeg.hpp"

namespace {

using Clock = std::chrono::steady_clock;

/// A picture as a JPEG file in memory.
std::vector<std::byte> jpeg_of(const vbg::ConstFrameView& picture) {
    const auto path = std::filesystem::temp_directory_path() / fmt::format("bench_pipeline_{}.jpg", getpid());
    auto sink = vbg::make_sink("image:path=" + path.string());
    sink->open({.width = picture.width, .height = picture.height, .format = picture.format, .fps = 30});
    sink->write(picture);
    sink->close();
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::filesystem::remove(path);
    std::vector<std::byte> data(bytes.size());
    std::memcpy(data.data(), bytes.data(), bytes.size());
    return data;
}

/// A camera of a pattern in its own format, 30 frames a second. With `jpeg` each frame comes as Motion-JPEG
/// and is decoded, as the v4l2 source does.
class Camera final : public vbg::Source {
public:
    explicit Camera(vbg::PixelFormat format, bool jpeg = false) : frame_(1280, 720, format) {
        vbg::Frame picture(1280, 720, vbg::PixelFormat::bgr8);
        auto pattern = vbg::make_source("pattern:size=1280x720");
        pattern->open();
        vbg::ConstFrameView first;
        if (pattern->read(first, std::chrono::seconds(5)) != vbg::ReadResult::frame) std::abort();
        vbg::convert(first, frame_.view());
        if (!jpeg) return;
        vbg::Frame bgr(1280, 720, vbg::PixelFormat::bgr8);
        vbg::convert(first, bgr.view());
        jpeg_ = jpeg_of(std::as_const(bgr).view());
        decoder_.emplace(1280, 720);
        if (!decoder_->decode(jpeg_)) std::abort();
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "camera"; }
    [[nodiscard]] bool is_live() const noexcept override { return true; }
    [[nodiscard]] vbg::ConstFrameView picture() const { return decoder_ ? decoder_->frame() : frame_.view(); }

private:
    vbg::FrameSpec do_open() override {
        next_ = 0;
        due_ = Clock::now();
        const vbg::ConstFrameView view = picture();
        return {.width = 1280, .height = 720, .format = view.format, .color = view.color, .fps = 30};
    }
    vbg::ReadResult do_read(vbg::ConstFrameView& frame, std::chrono::milliseconds) override {
        due_ += std::chrono::nanoseconds(1000000000 / 30);
        std::this_thread::sleep_until(due_);
        const auto arrived = Clock::now().time_since_epoch();
        if (decoder_ && !decoder_->decode(jpeg_)) std::abort();
        frame = picture();
        frame.timestamp = arrived;
        frame.sequence = next_++;
        return vbg::ReadResult::frame;
    }
    void do_close() noexcept override {}
    vbg::Frame frame_;
    std::vector<std::byte> jpeg_;
    std::optional<vbg::v4l2::JpegDecoder> decoder_;
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
    bool jpeg = false;
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
    const Camera camera(one.format, one.jpeg);
    pipeline.source(std::make_unique<Camera>(one.format, one.jpeg))
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
        fmt::print("{:<50} WRONG: not the picture that went in\n", one.name);
        return false;
    }
    const vbg::Stats stats = pipeline.stats();
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto part = [&](double p) {
        return milliseconds[static_cast<std::size_t>(p * static_cast<double>(milliseconds.size() - 1))];
    };
    fmt::print("{:<50} {:7.2f} {:7.2f} {:7.2f}   {:5.1f} {:6.2f} {:6}\n", one.name, part(0.5), part(0.99),
               part(1), stats.fps, cpu, stats.frames_dropped);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    vbg::prepare_process(argc, argv);
    const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
    fmt::print("1280x720, 30 frames/s, no network, yuyv out. One frame lasts 33.3 ms.\n");
    fmt::print("{:<50} {:>7} {:>7} {:>7}   {:>5} {:>6} {:>6}\n", "in to out, ms:", "median", "99 %", "max",
               "fps", "cores", "lost");
    bool ok = true;
    const auto yuyv = vbg::PixelFormat::yuyv;
    for (const Case& one :
         {Case{"bgr8, plain background", vbg::PixelFormat::bgr8, "", "color"},
          Case{"yuyv, plain background", yuyv, "", "color"},
          Case{"i420, plain background", vbg::PixelFormat::i420, "", "color"},
          Case{"motion-jpeg, plain background", vbg::PixelFormat::i420, "", "color", true},
          Case{"yuyv, blurred background", yuyv, "", "blur"},
          Case{"yuyv, default filters, blurred background", yuyv,
               "guided_filter:radius=16,eps=1e-4,confidence=0.5 | temporal | levels:black=0.15,white=0.85",
               "blur"},
          Case{"motion-jpeg, default filters, blurred background", vbg::PixelFormat::i420,
               "guided_filter:radius=16,eps=1e-4,confidence=0.5 | temporal | levels:black=0.15,white=0.85",
               "blur", true}}) {
        if (one.jpeg && !vbg::v4l2::JpegDecoder::available()) {
            fmt::print("{:<50} SKIP: built without libjpeg\n", one.name);
            continue;
        }
        ok = run(one, seconds) && ok;
    }
    return ok ? 0 : 1;
}
