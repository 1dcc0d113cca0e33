#include "mask/temporal_kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <vbg/types.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/temporal_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void CellBrightness(const std::uint8_t* row, const std::uint8_t* other_row, std::uint16_t* brightness,
                    int width) {
    alignas(64) std::uint16_t sums[kMaxSide + kCell];
    const hn::ScalableTag<std::uint16_t> d;
    const hn::Rebind<std::uint8_t, decltype(d)> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    const auto weighted = [&](const std::uint8_t* pixels) HWY_ATTR {
        auto c0 = hn::Zero(d8), c1 = c0, c2 = c0;
        hn::LoadInterleaved3(d8, pixels, c0, c1, c2);
        const auto green = hn::PromoteTo(d, c1);
        return hn::Add(hn::Add(hn::PromoteTo(d, c0), hn::PromoteTo(d, c2)), hn::Add(green, green));
    };
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        hn::StoreU(hn::Add(weighted(row + 3 * x), weighted(other_row + 3 * x)), d, sums + x);
    }
    for (; x < w; ++x) {
        const auto one = [x](const std::uint8_t* p) { return p[3 * x] + 2 * p[3 * x + 1] + p[3 * x + 2]; };
        sums[x] = static_cast<std::uint16_t>(one(row) + one(other_row));
    }
    for (; x % kCell != 0; ++x) sums[x] = sums[w - 1];
    for (std::size_t i = 0; i < x / kCell; ++i) {
        const std::uint16_t* const s = sums + i * kCell;
        brightness[i] = static_cast<std::uint16_t>(s[0] + s[1] + s[2] + s[3]);
    }
}

void Follow(const std::uint8_t* alpha, std::int16_t* state, const std::int16_t* gain, std::uint8_t* out,
            int width) {
    const hn::ScalableTag<std::int16_t> d;
    const hn::Rebind<std::uint8_t, decltype(d)> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    const auto half = hn::Set(d, std::int16_t{64});
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        const auto target = hn::ShiftLeft<7>(hn::PromoteTo(d, hn::LoadU(d8, alpha + x)));
        auto now = hn::LoadU(d, state + x);
        now = hn::Add(now, hn::MulFixedPoint15(hn::Sub(target, now), hn::LoadU(d, gain + x)));
        hn::StoreU(now, d, state + x);
        hn::StoreU(hn::DemoteTo(d8, hn::ShiftRight<7>(hn::Add(now, half))), d8, out + x);
    }
    for (; x < w; ++x) {
        const int move = ((alpha[x] << 7) - state[x]) * gain[x];
        state[x] = static_cast<std::int16_t>(state[x] + ((move + (1 << 14)) >> 15));
        out[x] = static_cast<std::uint8_t>(std::clamp((state[x] + 64) >> 7, 0, 255));
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {

HWY_EXPORT(CellBrightness);
HWY_EXPORT(Follow);

void cell_brightness(const std::uint8_t* row, const std::uint8_t* other_row, std::uint16_t* brightness,
                     int width) {
    HWY_DYNAMIC_DISPATCH(CellBrightness)(row, other_row, brightness, width);
}
void follow(const std::uint8_t* alpha, std::int16_t* state, const std::int16_t* gain, std::uint8_t* out,
            int width) {
    HWY_DYNAMIC_DISPATCH(Follow)(alpha, state, gain, out, width);
}

}  // namespace vbg::mask
#endif
