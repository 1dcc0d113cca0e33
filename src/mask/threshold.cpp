#include "mask/threshold.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/runtime.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/threshold.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void ThresholdRow(const std::uint8_t* in, std::uint8_t* out, std::size_t width, std::uint8_t level) {
    const hn::ScalableTag<std::uint8_t> d;
    const std::size_t n = hn::Lanes(d);
    const auto least = hn::Set(d, level);
    std::size_t x = 0;
    for (; x + n <= width; x += n) {
        const auto v = hn::LoadU(d, in + x);
        const auto person = hn::Eq(hn::Max(v, least), v);
        hn::StoreU(hn::IfThenElseZero(person, hn::Set(d, std::uint8_t{255})), d, out + x);
    }
    for (; x < width; ++x) out[x] = in[x] >= level ? std::uint8_t{255} : std::uint8_t{0};
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {
namespace {

HWY_EXPORT(ThresholdRow);

/// The first byte that counts as the person.
std::uint8_t least_byte(double level) { return static_cast<std::uint8_t>(std::ceil(level * 255 - 1e-9)); }

class ThresholdFilter final : public MaskFilter {
public:
    explicit ThresholdFilter(const Parameters& parameters)
        : level_(least_byte(parameters.number("level"))),
          curve_(threshold_curve(parameters.number("level"))) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "threshold"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        if (out.device.type == DeviceType::cuda) return cuda::look_up(curve_, in, out, context.stream());
        context.parallel_rows(in.height, 128, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                HWY_DYNAMIC_DISPATCH(ThresholdRow)
                (reinterpret_cast<const std::uint8_t*>(in.row(y)),
                 reinterpret_cast<std::uint8_t*>(out.row(y)), static_cast<std::size_t>(in.width), level_);
            }
        });
    }

    std::uint8_t level_;
    cuda::Curve curve_;  // the same, for GPUs
};

constexpr std::array kThresholdParameters{Parameter{
    .name = "level",
    .type = ParameterType::number,
    .default_value = "0.5",
    .help = "Alpha from which on a pixel counts as the person, wholly; below it, not at all.",
    .min = 0.002,
    .max = 1,
}};

}  // namespace

cuda::Curve threshold_curve(double level) {
    cuda::Curve curve;
    for (int i = least_byte(level); i < 256; ++i) curve.of[i] = 255;
    return curve;
}

}  // namespace vbg::mask

namespace vbg {

StageEntry threshold_entry() {
    return {
        .name = "threshold",
        .summary = "Makes the matte hard: all or nothing.",
        .parameters = mask::kThresholdParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::ThresholdFilter>(parameters); }),
    };
}

}  // namespace vbg
#endif
