// Times the pixel work of the `fakecam` preset, stage by stage, and prints one line of JSON.
// run.py beside this file gives it the same pictures as the Python script and compares the results first.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vbg/vbg.hpp>
#include <vector>

namespace {

struct Options {
    int frames = 100, width = 1280, height = 720, threads = 0;
    std::uint32_t seed = 12345;
    std::string frame, mask, background, dump;
};

/// Reads tightly packed rows. `rows` are `row_bytes` long, `stride` apart.
void read_raw(const std::string& path, std::byte* data, std::ptrdiff_t stride, std::size_t row_bytes,
              int rows) {
    std::ifstream file(path, std::ios::binary);
    for (int y = 0; y < rows; ++y) {
        file.read(reinterpret_cast<char*>(data + y * stride), static_cast<std::streamsize>(row_bytes));
    }
    if (!file) throw vbg::Error(vbg::Errc::io, path + ": missing, or shorter than the size asked for");
}

void write_raw(const std::string& path, const vbg::ConstFrameView& view) {
    std::ofstream file(path, std::ios::binary);
    const auto bytes = static_cast<std::streamsize>(vbg::row_bytes(view.format, 0, view.width));
    for (int y = 0; y < view.height; ++y) file.write(reinterpret_cast<const char*>(view.row(y)), bytes);
    if (!file.flush()) throw vbg::Error(vbg::Errc::io, path + ": cannot be written");
}

/// `from` moved `columns` to the right, around the border: another frame of the same film.
void roll(const vbg::ConstFrameView& from, const vbg::FrameView& to, int columns) {
    for (int y = 0; y < from.height; ++y) {
        const auto bytes = static_cast<std::ptrdiff_t>(vbg::row_bytes(from.format, 0, from.width));
        const auto cut = columns % from.width * bytes / from.width;
        std::copy(from.row(y), from.row(y) + bytes - cut, to.row(y) + cut);
        std::copy(from.row(y) + bytes - cut, from.row(y) + bytes, to.row(y));
    }
}

/// Stand-in picture and person (an ellipse) where no files are given.
void make_up(const vbg::FrameView& frame, const vbg::MaskView& mask) {
    for (int y = 0; y < frame.height; ++y) {
        for (int x = 0; x < frame.width; ++x) {
            for (int c = 0; c < 3; ++c) {
                frame.row(y)[3 * x + c] =
                    static_cast<std::byte>((x * (c + 1) + y * (3 - c) + x * y / 64) & 255);
            }
            const double u = (x - 0.5 * frame.width) / (0.3 * frame.width);
            const double v = (y - 0.8 * frame.height) / (0.7 * frame.height);
            mask.row(y)[x] = u * u + v * v < 1 ? std::byte{255} : std::byte{0};
        }
    }
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
}

/// The preset's stages, made from the same spec strings a user writes, and the pictures between them.
class Fakecam {
public:
    static constexpr std::array kStages = {"dilate", "box_blur", "hologram", "over", "bgr_to_rgb"};

    explicit Fakecam(const Options& options)
        : context_(options.threads),
          spec_{options.width, options.height, vbg::PixelFormat::bgr8, {}, {}, 30.0},
          dilate_(vbg::make_mask_filter("dilate:size=10")),
          box_blur_(vbg::make_mask_filter("box_blur:size=30")),
          hologram_(vbg::make_effect("hologram:seed=" + std::to_string(options.seed))),
          over_(vbg::make_compositor("over")),
          background_(spec_),
          ghost_(spec_),
          out_(spec_),
          rgb_(spec_.width, spec_.height, vbg::PixelFormat::rgb8),
          binary_(spec_.width, spec_.height),
          alpha_(spec_.width, spec_.height) {
        for (vbg::Stage* stage :
             std::array<vbg::Stage*, 4>{dilate_.get(), box_blur_.get(), hologram_.get(), over_.get()}) {
            stage->configure(spec_, context_);
        }
        vbg::Frame first(spec_);
        make_up(first.view(), binary_.view());
        if (!options.frame.empty()) read(options.frame, first.view());
        if (!options.mask.empty()) {
            const vbg::MaskView mask = binary_.view();
            read_raw(options.mask, mask.data, mask.stride, static_cast<std::size_t>(mask.width), mask.height);
        }
        for (int i = 0; i < kPictures; ++i) {
            frames_.emplace_back(spec_);
            roll(first.view(), frames_.back().view(), 16 * i);
        }
        // The background is a still: like the script, the library reads and fits it once, before the first
        // frame.
        if (options.background.empty()) {
            vbg::fill(background_.view(), 32, 64, 96);
        } else {
            read(options.background, background_.view());
        }
    }

    /// One frame of the film. Returns the seconds each of kStages took.
    std::array<double, kStages.size()> step() {
        const vbg::ConstFrameView frame = std::as_const(frames_[next_++ % kPictures]).view();
        std::array<double, kStages.size()> seconds{};
        auto last = Clock::now();
        std::size_t stage = 0;
        const auto lap = [&] {
            const auto now = Clock::now();
            seconds[stage++] = std::chrono::duration<double>(now - last).count();
            last = now;
        };
        dilate_->apply(frame, binary_.view(), alpha_.view(), context_);
        lap();
        box_blur_->apply(frame, alpha_.view(), alpha_.view(), context_);
        lap();
        hologram_->apply(frame, alpha_.view(), ghost_.view(), context_);
        lap();
        over_->compose(ghost_.view(), alpha_.view(), background_.view(), out_.view(), context_);
        lap();
        vbg::convert(out_.view(), rgb_.view());
        lap();
        return seconds;
    }

    [[nodiscard]] vbg::ConstFrameView result() const { return out_.view(); }
    [[nodiscard]] int threads() const { return context_.threads(); }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr int kPictures = 8;  // more than fits into the caches

    static void read(const std::string& path, const vbg::FrameView& view) {
        read_raw(path, view.planes[0].data, view.planes[0].stride, vbg::row_bytes(view.format, 0, view.width),
                 view.height);
    }

    vbg::Context context_;
    vbg::FrameSpec spec_;
    std::unique_ptr<vbg::MaskFilter> dilate_, box_blur_;
    std::unique_ptr<vbg::Effect> hologram_;
    std::unique_ptr<vbg::Compositor> over_;
    vbg::Frame background_, ghost_, out_, rgb_;
    vbg::Mask binary_, alpha_;
    std::vector<vbg::Frame> frames_;
    std::size_t next_ = 0;
};

void run(const Options& options) {
    Fakecam fakecam(options);
    std::array<std::vector<double>, Fakecam::kStages.size()> stages;
    std::vector<double> totals;
    fakecam.step();
    if (!options.dump.empty()) write_raw(options.dump, fakecam.result());
    for (int i = 0; i < 5; ++i) fakecam.step();  // warm up
    for (int i = 0; i < options.frames; ++i) {
        const auto seconds = fakecam.step();
        double total = 0;
        for (std::size_t s = 0; s < seconds.size(); ++s) {
            stages[s].push_back(1e3 * seconds[s]);
            total += 1e3 * seconds[s];
        }
        totals.push_back(total);
    }
    std::printf("{\"ms_per_frame\": %.4f, \"frames\": %d, \"width\": %d, \"height\": %d, \"threads\": %d",
                median(totals), options.frames, options.width, options.height, fakecam.threads());
    std::printf(", \"stages\": {");
    for (std::size_t s = 0; s < stages.size(); ++s) {
        std::printf("%s\"%s\": %.4f", s == 0 ? "" : ", ", Fakecam::kStages[s], median(stages[s]));
    }
    std::printf("}}\n");
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app(
        "Times the pixel work of the fakecam preset; prints one line of JSON, times in milliseconds");
    app.add_option("--frames", options.frames, "frames to time")->check(CLI::Range(1, 1000000));
    app.add_option("--width", options.width, "pixels")->check(CLI::Range(1, 16384));
    app.add_option("--height", options.height, "pixels")->check(CLI::Range(1, 16384));
    app.add_option("--threads", options.threads, "threads for pixel work, 0 = all cores, at most 4");
    app.add_option("--seed", options.seed, "of the hologram's random row factors");
    app.add_option("--frame", options.frame, "file of blue, green, red bytes; default: a made-up picture");
    app.add_option("--mask", options.mask, "file of bytes, 0 or 255; default: an ellipse");
    app.add_option("--background", options.background, "file of blue, green, red bytes; default: one colour");
    app.add_option("--dump", options.dump, "write the first result there as blue, green, red bytes");
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_fakecam: %s\n", error.what());
        return 1;
    }
    return 0;
}
