// Separable: sums along rows in 16 bits, then one running sum a column in 32 bits: five operations a pixel
// whatever the size, and exact. The division is one multiplication by a reciprocal that is rounded up by one
// unit in the last place, so that exact halves go up; the mean is right to within 1/2 + 5e-5 grey levels.
#include "mask/box_blur.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "mask/border.hpp"
#include "mask/box_blur_kernels.hpp"

namespace vbg::mask {

void BoxBlur::configure(int width, int height, const Device& device) {
    if (device.type != DeviceType::cuda) return sums_.resize(width, height);
    plan_ = cuda::BoxBlurPlan(width, height, size_);
    device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), device);
}

void BoxBlur::run(const ConstMaskView& in, const MaskView& out, Context& context) {
    if (out.device.type == DeviceType::cuda) {
        return cuda::box_blur(plan_, device_scratch_.data(), in, out, context.stream());
    }
    const bool alone = context.threads() == 1;
    if (!alone) {
        context.parallel_rows(in.height, 32, [&](int first, int last) {
            for (int y = first; y < last; ++y)
                slide_sum(bytes(in, y), sums_.row(y), in.width, size_, anchor_);
        });
    }
    const int piece = one_piece_a_thread(in.height, context, size_);
    context.parallel_rows(in.height, piece,
                          [&](int first, int last) { mean_rows(alone ? &in : nullptr, out, first, last); });
}

/// Output rows first .. last - 1. With `in`, rows are summed as they come to be needed, into a ring that
/// stays in the cache; without, all have been before. Output row y is written after all input rows up to y
/// have been read, so the matte may be worked on in place.
void BoxBlur::mean_rows(const ConstMaskView* in, const MaskView& out, int first, int last) {
    const int width = out.width, height = out.height;
    const int ring = in != nullptr ? std::min(height, size_ + 2) : height;
    int ready = in != nullptr ? 0 : height;
    const auto row = [&](int y) { return sums_.row(reflect_101(y, height) % ring); };
    const auto sum_until = [&](int y) {
        for (; ready <= std::min(y, height - 1); ++ready) {
            slide_sum(bytes(*in, ready), sums_.row(ready % ring), width, size_, anchor_);
        }
    };
    const int area = size_ * size_;
    const float scale = std::nextafter(1.0F / static_cast<float>(area), 1.0F + 1.0F);
    const bool narrow = size_ * 255 <= 32767;
    alignas(64) std::uint32_t column[kMaxSide + kRowSlack / sizeof(std::uint32_t)];
    std::fill_n(column, static_cast<std::size_t>(width) + kRowSlack / sizeof(column[0]),
                static_cast<std::uint32_t>(area / 2));
    const int above = first - 1 - anchor_;  // the window of the row before the first
    sum_until(std::max(above + size_ - 1, -above));
    for (int y = above; y < above + size_; ++y) add_row(column, row(y), width);
    for (int y = first; y < last; ++y) {
        sum_until(y - anchor_ + size_ - 1);
        step_mean(column, row(y - anchor_ + size_ - 1), row(y - anchor_ - 1), bytes(out, y), width, scale,
                  narrow);
    }
}

namespace {

class BoxBlurFilter final : public MaskFilter {
public:
    explicit BoxBlurFilter(const Parameters& parameters) : blur_(parameters.integer("size")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "box_blur"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        blur_.configure(spec.width, spec.height, spec.device);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        blur_.run(in, out, context);
    }

    BoxBlur blur_;
};

constexpr std::array kBoxBlurParameters{Parameter{
    .name = "size",
    .type = ParameterType::integer,
    .default_value = "15",
    .help = "Width and height of the window. Even sizes reach one pixel further left and up, as OpenCV's do.",
    .unit = "px",
    .min = 1,
    .max = kMaxBox,
}};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry box_blur_entry() {
    return {
        .name = "box_blur",
        .summary = "Softens the edge: each pixel becomes the mean of a square around it.",
        .parameters = mask::kBoxBlurParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::BoxBlurFilter>(parameters); }),
    };
}

}  // namespace vbg
