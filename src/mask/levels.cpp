// Any curve of bytes as sixteen shuffles of sixteen table entries each: the high half of a byte picks the
// table, the low half the entry. Faster than 256-entry look-ups one by one wherever there are byte shuffles.
#include "mask/levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/runtime.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/levels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Whether a look-up goes by a byte's low half where its bit 7 is off, so that bits 4 to 6 need not be 0.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
constexpr bool kLowHalfOnly = true;
#else
constexpr bool kLowHalfOnly = false;
#endif

/// `table` has 256 entries at a multiple of 16 bytes.
void CurveRow(const std::uint8_t* in, std::uint8_t* out, std::size_t width, const std::uint8_t* table) {
    std::size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::ScalableTag<std::uint8_t> d;
    const std::size_t n = hn::Lanes(d);
    const auto past = hn::Set(d, std::uint8_t{0x70});
    for (; x + n <= width; x += n) {
        const auto v = hn::LoadU(d, in + x);
        auto result = hn::Zero(d);
        for (std::size_t part = 0; part < 16; ++part) {
            // The low half stays where the high half is `part`; elsewhere bit 7 comes on, which looks up 0.
            const auto other = hn::Xor(v, hn::Set(d, static_cast<std::uint8_t>(part << 4U)));
            auto entry = hn::SaturatedAdd(other, past);
            if constexpr (!kLowHalfOnly) entry = hn::And(entry, hn::Set(d, std::uint8_t{0x8F}));
            const auto entries = hn::LoadDup128(d, table + 16 * part);
            result = hn::Or(result, hn::TableLookupBytesOr0(entries, entry));
        }
        hn::StoreU(result, d, out + x);
    }
#endif
    for (; x < width; ++x) out[x] = table[in[x]];
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {
namespace {

HWY_EXPORT(CurveRow);

class LevelsFilter final : public MaskFilter {
public:
    explicit LevelsFilter(const Parameters& parameters) {
        const double black = parameters.number("black");
        const double white = parameters.number("white");
        if (black >= white) {
            throw Error(Errc::invalid_argument,
                        fmt::format("levels: black={} is not below white={}; raise white or lower black",
                                    black, white));
        }
        curve_ = levels_curve(black, white, parameters.number("gamma"));
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "levels"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        if (out.device.type == DeviceType::cuda) return cuda::look_up(curve_, in, out, context.stream());
        context.parallel_rows(in.height, 128, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                HWY_DYNAMIC_DISPATCH(CurveRow)
                (reinterpret_cast<const std::uint8_t*>(in.row(y)),
                 reinterpret_cast<std::uint8_t*>(out.row(y)), static_cast<std::size_t>(in.width), curve_.of);
            }
        });
    }

    alignas(64) cuda::Curve curve_;
};

constexpr std::array kLevelsParameters{
    Parameter{
        .name = "black",
        .type = ParameterType::number,
        .default_value = "0",
        .help = "Alpha that becomes 0, and all below it: raise it where the background shines through.",
        .min = 0,
        .max = 0.99,
    },
    Parameter{
        .name = "white",
        .type = ParameterType::number,
        .default_value = "1",
        .help = "Alpha that becomes 1, and all above it: lower it where the person is see-through.",
        .min = 0.01,
        .max = 1,
    },
    Parameter{
        .name = "gamma",
        .type = ParameterType::number,
        .default_value = "1",
        .help = "Bends what lies between: above 1 the person gains, below 1 the background.",
        .min = 0.1,
        .max = 10,
    },
};

}  // namespace

cuda::Curve levels_curve(double black, double white, double gamma) {
    cuda::Curve curve;
    for (int i = 0; i < 256; ++i) {
        const double t = std::clamp((i / 255.0 - black) / (white - black), 0.0, 1.0);
        curve.of[i] = static_cast<std::uint8_t>(std::lround(255 * std::pow(t, 1 / gamma)));
    }
    return curve;
}

}  // namespace vbg::mask

namespace vbg {

StageEntry levels_entry() {
    return {
        .name = "levels",
        .summary = "Stretches the matte between a black and a white point, with gamma; a soft threshold.",
        .parameters = mask::kLevelsParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::LevelsFilter>(parameters); }),
    };
}

}  // namespace vbg
#endif
