#include "io/pattern_source.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace vbg {

namespace {

constexpr Parameter kPatternSourceParameters[] = {
    {"size", ParameterType::size, "1280x720", "size of the frames", "px"},
    kFpsParameter,
    {"frames", ParameterType::number, "endless", "how many frames", "frames", 1, 9e15, "endless"},
    kRealtimeParameter,
};

/// 75 % colour bars, b g r: white, yellow, cyan, green, magenta, red, blue, black.
constexpr std::uint8_t kBars[8][3] = {{191, 191, 191}, {0, 191, 191}, {191, 191, 0}, {0, 191, 0},
                                      {191, 0, 191},   {0, 0, 191},   {191, 0, 0},   {0, 0, 0}};

/// Digits 0 to 9, five columns by seven rows: one byte a row, the highest of five bits is the left column.
constexpr std::uint8_t kDigits[10][7] = {{14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},
                                         {14, 17, 1, 2, 4, 8, 31},     {31, 2, 4, 2, 1, 17, 14},
                                         {2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14},
                                         {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},
                                         {14, 17, 17, 14, 17, 17, 14}, {14, 17, 17, 15, 1, 2, 12}};

void paint(const FrameView& out, int x0, int y0, int width, int height, std::uint8_t value) {
    const int left = std::max(x0, 0), right = std::min(x0 + width, out.width);
    if (left >= right) return;
    for (int y = std::max(y0, 0); y < std::min(y0 + height, out.height); ++y) {
        std::memset(out.row(y) + 3 * left, value, static_cast<std::size_t>(3 * (right - left)));
    }
}

/// 0 -> 1 -> 0 in `period` seconds, at even speed.
double to_and_fro(double seconds, double period) {
    const double phase = seconds / period - std::floor(seconds / period);
    return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
}

/// A white disc with a soft rim one pixel wide: coverage = radius - distance + 1/2, clamped.
void draw_ball(const FrameView& out, double seconds) {
    const double radius = std::max(0.5, std::min(out.width, out.height) / 12.0);
    const double cx = radius + (out.width - 2 * radius) * to_and_fro(seconds, 4.0) - 0.5;
    const double cy = radius + (0.75 * out.height - 2 * radius) * to_and_fro(seconds, 3.0) - 0.5;
    const auto low = [&](double c) { return std::max(0, static_cast<int>(std::floor(c - radius - 1))); };
    const auto high = [&](double c, int size) {
        return std::min(size - 1, static_cast<int>(std::ceil(c + radius + 1)));
    };
    for (int y = low(cy); y <= high(cy, out.height); ++y) {
        auto* row = reinterpret_cast<std::uint8_t*>(out.row(y));
        for (int x = low(cx); x <= high(cx, out.width); ++x) {
            const double cover = std::clamp(radius - std::hypot(x - cx, y - cy) + 0.5, 0.0, 1.0);
            for (int c = 0; c < 3; ++c) {
                auto& value = row[3 * x + c];
                value = static_cast<std::uint8_t>(std::lround(value + (255 - value) * cover));
            }
        }
    }
}

/// The number in white on a black plate, right-aligned in six digits (more where it needs them), in the
/// middle of the lower quarter. Left out where the frame is too small for it.
void draw_number(const FrameView& out, std::uint64_t number) {
    std::array<int, 20> digits{};
    int count = 0;
    for (; number > 0 || count < 6; number /= 10)
        digits.at(static_cast<std::size_t>(count++)) = static_cast<int>(number % 10);
    const int scale = out.height / 4 / 11;
    const int width = (6 * count + 1) * scale, height = 9 * scale;
    if (scale < 1 || width > out.width) return;
    const int left = (out.width - width) / 2, top = out.height - out.height / 8 - height / 2;
    paint(out, left, top, width, height, 0);
    for (int i = 0; i < count; ++i) {
        const auto& rows = kDigits[digits.at(static_cast<std::size_t>(count - 1 - i))];
        for (int y = 0; y < 7; ++y) {
            for (int x = 0; x < 5; ++x) {
                if ((rows[y] >> (4 - x) & 1) == 0) continue;
                paint(out, left + (1 + 6 * i + x) * scale, top + (1 + y) * scale, scale, scale, 255);
            }
        }
    }
}

}  // namespace

void draw_pattern_background(const FrameView& out) {
    const int bars_end = std::max(1, out.height * 3 / 4);
    for (int y = 0; y < out.height; ++y) {
        auto* row = reinterpret_cast<std::uint8_t*>(out.row(y));
        for (int x = 0; x < out.width; ++x) {
            if (y < bars_end) {
                std::memcpy(row + 3 * x, kBars[x * 8 / out.width], 3);
            } else {
                std::memset(row + 3 * x, x * 255 / std::max(1, out.width - 1), 3);
            }
        }
    }
}

void draw_pattern(const ConstFrameView& background, std::uint64_t index, double seconds,
                  const FrameView& out) {
    copy_pixels(background, out);
    draw_ball(out, seconds);
    draw_number(out, index);
}

PatternSource::PatternSource(const Parameters& parameters)
    : size_(parameters.size("size")),
      fps_(parameters.number("fps")),
      frames_(whole_number(parameters, "frames", 0)),
      realtime_(parameters.boolean("realtime")) {
    if (size_.width == 0) size_ = {1280, 720};
}

PatternSource::~PatternSource() = default;

FrameSpec PatternSource::do_open() {
    background_ = Frame(size_.width, size_.height, PixelFormat::bgr8);
    frame_ = Frame(size_.width, size_.height, PixelFormat::bgr8);
    draw_pattern_background(background_.view());
    pacer_.start(fps_, realtime_);
    return {size_.width, size_.height, PixelFormat::bgr8, {}, {}, fps_};
}

ReadResult PatternSource::do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    std::uint64_t index = 0;
    const ReadResult result = pacer_.tick(timeout, index);
    if (result != ReadResult::frame) return result;
    if (frames_ != 0 && index >= frames_) return ReadResult::end;
    draw_pattern(background_.view(), index, static_cast<double>(index) / fps_, frame_.view());
    frame_.stamp(pacer_.time_of(index), index);
    frame = frame_.view();
    return ReadResult::frame;
}

void PatternSource::do_close() noexcept {
    frame_ = Frame();
    background_ = Frame();
}

StageEntry pattern_source_entry() {
    return {"pattern", "Moving test picture: colour bars, a ramp, a bouncing ball and the frame's number",
            kPatternSourceParameters,
            Maker<Source>([](const Parameters& p) { return std::make_unique<PatternSource>(p); })};
}

}  // namespace vbg
