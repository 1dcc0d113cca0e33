// Rectangles: rows first (see morphology_kernels.cpp), then columns with three comparisons a pixel whatever
// the size: M. van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal
// kernels", 1992; J. Gil, M. Werman, "Computing 2-D min, median, and max filters", 1993. Windows are cut at
// every size-th row; a window is the rest of one block (maxima from its end backward) and the beginning of
// the next (maxima from its start forward). Ellipses: each row of the matte is slid once for each length of
// chord and merged into `size` results.
#include "mask/morphology.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace vbg::mask {

namespace {

/// The ellipse inscribed in size x size, with the rounding OpenCV's getStructuringElement has: half the width
/// at dy rows from the centre is radius * sqrt(1 - (dy / radius)^2), rounded to even at halves.
std::vector<Chord> ellipse_chords(int size) {
    std::vector<Chord> chords;
    const int radius = size / 2;
    const double inverse = radius > 0 ? 1.0 / (static_cast<double>(radius) * radius) : 0.0;
    for (int y = 0; y < size; ++y) {
        const int dy = y - radius;
        const double half = radius * std::sqrt(static_cast<double>(radius * radius - dy * dy) * inverse);
        const int dx = static_cast<int>(std::lrint(half));
        const int first = std::max(radius - dx, 0);
        const int last = std::min(radius + dx + 1, size);
        chords.push_back({first, last - first, y});
    }
    std::stable_sort(chords.begin(), chords.end(),
                     [](const Chord& a, const Chord& b) { return a.length < b.length; });
    return chords;
}

}  // namespace

Morphology::Morphology(int size, Shape shape) : size_(size), anchor_(size / 2), shape_(shape) {
    if (shape_ == Shape::ellipse) chords_ = ellipse_chords(size_);
}

cuda::MorphologyPlan Morphology::plan(int width, int height) const {
    cuda::MorphologyPlan plan(width, height, size_, shape_ == Shape::ellipse);
    for (const Chord& chord : chords_) {
        plan.chords.start[chord.row] = static_cast<std::uint8_t>(chord.start);
        plan.chords.length[chord.row] = static_cast<std::uint8_t>(chord.length);
    }
    return plan;
}

void Morphology::configure(int width, int height, const Device& device) {
    if (device.type == DeviceType::cuda) {
        plan_ = plan(width, height);
        device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), device);
        return;
    }
    height_ = height;
    rows_.resize(width, height);
    scratch_.resize(width, height + size_ + 1);
    nothing_.resize(width, 2);
    for (const Extremum what : {Extremum::max, Extremum::min}) {
        std::memset(nothing_.row(static_cast<int>(what)), neutral(what),
                    static_cast<std::size_t>(width) + kRowSlack);
    }
}

const std::uint8_t* Morphology::row_or_nothing(Extremum what, int y) const noexcept {
    return y >= 0 && y < height_ ? rows_.row(y % ring_) : nothing_.row(static_cast<int>(what));
}

void Morphology::run(Extremum what, const ConstMaskView& in, const MaskView& out, Context& context) {
    if (out.device.type == DeviceType::cuda) {
        return cuda::morphology(plan_, device_scratch_.data(), what == Extremum::max, in, out,
                                context.stream());
    }
    if (context.threads() == 1 && shape_ == Shape::rect) return run_in_bands(what, in, out);
    ring_ = height_;
    context.parallel_rows(height_, 32, [&](int first, int last) { take_rows(what, in, first, last); });
    // Pieces longer than the element, so that their scratch rows do not overlap.
    const int piece = one_piece_a_thread(height_, context, size_ + 1);
    context.parallel_rows(height_, piece, [&](int first, int last) {
        if (shape_ == Shape::rect) {
            columns(what, out, first, last);
        } else {
            ellipse(what, out, first, last);
        }
    });
}

/// With one thread nobody else needs the rows: they go round in a ring that stays in the cache. Output row y
/// is written after all input rows up to y have been taken, so the matte may be worked on in place.
void Morphology::run_in_bands(Extremum what, const ConstMaskView& in, const MaskView& out) {
    const int band = (32 + size_ - 1) / size_ * size_;  // whole blocks, see columns()
    ring_ = std::min(height_, band + 2 * size_);
    int taken = 0;
    for (int first = 0; first < height_; first += band) {
        const int last = std::min(first + band, height_);
        const int need = std::min(last + size_, height_);
        take_rows(what, in, taken, need);
        taken = need;
        columns(what, out, first, last);
    }
}

void Morphology::take_rows(Extremum what, const ConstMaskView& in, int first, int last) {
    for (int y = first; y < last; ++y) {
        if (shape_ == Shape::rect) {
            slide_extremum(what, bytes(in, y), rows_.row(y % ring_), in.width, size_, anchor_);
        } else {
            std::memcpy(rows_.row(y % ring_), bytes(in, y), static_cast<std::size_t>(in.width));
        }
    }
}

void Morphology::columns(Extremum what, const MaskView& out, int first, int last) {
    const int width = out.width;
    const int piece = ring_ < height_ ? 0 : first;  // where its scratch rows begin
    // The window of output row y is rows y - anchor .. y - anchor + size - 1.
    for (int block = first - anchor_; block + anchor_ < last; block += size_) {
        const auto suffix = [&](int i) { return scratch_.row(piece + i); };
        std::memcpy(suffix(size_ - 1), row_or_nothing(what, block + size_ - 1),
                    static_cast<std::size_t>(width));
        for (int i = size_ - 2; i >= 0; --i) {
            merge_extremum(what, row_or_nothing(what, block + i), suffix(i + 1), suffix(i), width);
        }
        std::memcpy(bytes(out, block + anchor_), suffix(0), static_cast<std::size_t>(width));
        std::uint8_t* const prefix = scratch_.row(piece + size_);
        std::memset(prefix, neutral(what), static_cast<std::size_t>(width) + kRowSlack);
        for (int i = 1; i < size_ && block + i + anchor_ < last; ++i) {
            step_extremum(what, prefix, row_or_nothing(what, block + size_ + i - 1), suffix(i),
                          bytes(out, block + i + anchor_), width);
        }
    }
}

void Morphology::ellipse(Extremum what, const MaskView& out, int first, int last) {
    const auto width = static_cast<std::size_t>(out.width);
    const auto result = [&](int y) { return scratch_.row(first + (y - first) % size_); };
    std::array<std::uint8_t*, kMaxElement> results{};
    // Row r takes part in output rows r + anchor - j for the element's rows j.
    for (int r = first - anchor_; r - (size_ - 1 - anchor_) < last; ++r) {
        if (const int begins = r + anchor_; begins < last) {
            std::memset(result(begins), neutral(what), width + kRowSlack);
        }
        if (r >= 0 && r < height_) {
            for (int j = 0; j < size_; ++j) {
                const int y = r + anchor_ - j;
                results[static_cast<std::size_t>(j)] = y >= first && y < last ? result(y) : nullptr;
            }
            spread_chords(what, rows_.row(r), out.width, size_, anchor_, chords_.data(), size_,
                          results.data());
        }
        if (const int ends = r + anchor_ - (size_ - 1); ends >= first && ends < last) {
            std::memcpy(bytes(out, ends), result(ends), width);
        }
    }
}

namespace {

Shape shape_of(const Parameters& parameters) {
    return parameters.text("shape") == "ellipse" ? Shape::ellipse : Shape::rect;
}

/// One or two morphological steps in a row; `steps` is what each takes.
class MorphologyFilter final : public MaskFilter {
public:
    MorphologyFilter(std::string_view name, const Parameters& parameters, std::vector<Extremum> steps)
        : name_(name),
          morphology_(parameters.integer("size"), shape_of(parameters)),
          steps_(std::move(steps)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        morphology_.configure(spec.width, spec.height, spec.device);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        ConstMaskView from = in;
        for (const Extremum step : steps_) {
            morphology_.run(step, from, out, context);
            from = out;
        }
    }

    std::string_view name_;
    Morphology morphology_;
    std::vector<Extremum> steps_;
};

constexpr Parameter kSize{
    .name = "size",
    .type = ParameterType::integer,
    .default_value = "5",
    .help =
        "Width and height of the structuring element. Even sizes reach one pixel further left and up, as "
        "OpenCV's do.",
    .unit = "px",
    .min = 1,
    .max = kMaxElement,
};
constexpr Parameter kShape{
    .name = "shape",
    .type = ParameterType::choice,
    .default_value = "rect",
    .help = "Form of the structuring element; the ellipse rounds corners, the rectangle is faster.",
    .choices = "rect|ellipse",
};
constexpr std::array kMorphologyParameters{kSize, kShape};

StageEntry entry(std::string_view name, std::string_view summary, const std::vector<Extremum>& steps) {
    return {
        .name = name,
        .summary = summary,
        .parameters = kMorphologyParameters,
        .make = Maker<MaskFilter>([name, steps](const Parameters& parameters) {
            return std::make_unique<MorphologyFilter>(name, parameters, steps);
        }),
    };
}

}  // namespace
}  // namespace vbg::mask

namespace vbg {

using mask::Extremum;

StageEntry dilate_entry() {
    return mask::entry("dilate", "Grows the person: each pixel takes the largest value around it.",
                       {Extremum::max});
}
StageEntry erode_entry() {
    return mask::entry("erode", "Shrinks the person: each pixel takes the smallest value around it.",
                       {Extremum::min});
}
StageEntry open_entry() {
    return mask::entry("open", "Erodes, then dilates: removes specks and thin threads.",
                       {Extremum::min, Extremum::max});
}
StageEntry close_entry() {
    return mask::entry("close", "Dilates, then erodes: closes cracks and small holes.",
                       {Extremum::max, Extremum::min});
}

}  // namespace vbg
