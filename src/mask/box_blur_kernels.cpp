// Sliding sums as differences of running totals: F. Crow, "Summed-area tables for texture mapping", 1984, a
// row at a time. The totals wrap around at 2^16, which does not matter: a window's sum is below it, and the
// difference is right modulo 2^16.
#include "mask/box_blur_kernels.hpp"

#include <cstddef>
#include <cstring>
#include <vbg/types.hpp>

#include "mask/border.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/box_blur_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// totals[i] = sum of the first i values, i = 0 .. count. Writes up to 8 totals more.
HWY_INLINE void running_totals(const std::uint8_t* values, std::uint16_t* totals, std::size_t count) {
    const hn::CappedTag<std::uint16_t, 8> d;
    const hn::Rebind<std::uint8_t, decltype(d)> d8;
    const std::size_t n = hn::Lanes(d);
    auto carry = hn::Zero(d);
    totals[0] = 0;
    for (std::size_t i = 0; i < count; i += n) {
        auto v = hn::PromoteTo(d, hn::LoadU(d8, values + i));
#if HWY_TARGET == HWY_SCALAR
        v = hn::Add(v, carry);
        hn::StoreU(v, d, totals + 1 + i);
        carry = v;
#else
        v = hn::Add(v, hn::ShiftLeftLanes<1>(d, v));
        v = hn::Add(v, hn::ShiftLeftLanes<2>(d, v));
        v = hn::Add(v, hn::ShiftLeftLanes<4>(d, v));
        hn::StoreU(hn::Add(v, carry), d, totals + 1 + i);
        carry = hn::Add(carry, hn::Broadcast<7>(v));
#endif
    }
}

void SlideSum(const std::uint8_t* in, std::uint16_t* out, int width, int size, int left) {
    alignas(64) std::uint8_t row[kMaxSide + 256 + 64];
    alignas(64) std::uint16_t totals[kMaxSide + 256 + 128];
    for (int i = 0; i < left; ++i) row[i] = in[reflect_101(i - left, width)];
    std::memcpy(row + left, in, static_cast<std::size_t>(width));
    for (int i = left + width; i < width + size - 1; ++i) row[i] = in[reflect_101(i - left, width)];
    const auto count = static_cast<std::size_t>(width + size - 1);
    std::memset(row + count, 0, 16);
    running_totals(row, totals, count);
    const hn::ScalableTag<std::uint16_t> d;
    const auto window = static_cast<std::size_t>(size);
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); x += hn::Lanes(d)) {
        hn::Store(hn::Sub(hn::LoadU(d, totals + x + window), hn::Load(d, totals + x)), d, out + x);
    }
}

void AddRow(std::uint32_t* sums, const std::uint16_t* row, int width) {
    const hn::ScalableTag<std::uint32_t> d;
    const hn::Rebind<std::uint16_t, decltype(d)> d16;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); x += hn::Lanes(d)) {
        hn::Store(hn::Add(hn::Load(d, sums + x), hn::PromoteTo(d, hn::Load(d16, row + x))), d, sums + x);
    }
}

template <bool kNarrow, class D>
HWY_INLINE hn::Vec<D> mean_at(D d, std::uint32_t* sums, const std::uint16_t* newest,
                              const std::uint16_t* oldest, hn::Vec<hn::RebindToFloat<D>> scale) {
    const hn::RebindToFloat<D> df;
    const hn::Rebind<std::uint16_t, D> d16;
    const hn::RebindToUnsigned<D> du;
    auto change = hn::Zero(d);
    if constexpr (kNarrow) {
        const hn::RebindToSigned<decltype(d16)> di16;
        change = hn::PromoteTo(d, hn::BitCast(di16, hn::Sub(hn::LoadU(d16, newest), hn::LoadU(d16, oldest))));
    } else {
        change = hn::Sub(hn::PromoteTo(d, hn::LoadU(d16, newest)), hn::PromoteTo(d, hn::LoadU(d16, oldest)));
    }
    const auto sum = hn::Add(hn::BitCast(d, hn::Load(du, sums)), change);
    hn::Store(hn::BitCast(du, sum), du, sums);
    // Sums are below 2^24, so they are exact as floats.
    return hn::ConvertTo(d, hn::Mul(hn::ConvertTo(df, sum), scale));
}

template <bool kNarrow>
void step(std::uint32_t* sums, const std::uint16_t* newest, const std::uint16_t* oldest, std::uint8_t* out,
          int width, float scale) {
    const hn::ScalableTag<std::int32_t> d;
    const hn::RebindToFloat<decltype(d)> df;
    const hn::Rebind<std::uint8_t, decltype(d)> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    const auto factor = hn::Set(df, scale);
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        const auto mean = mean_at<kNarrow>(d, sums + x, newest + x, oldest + x, factor);
        hn::StoreU(hn::DemoteTo(d8, mean), d8, out + x);
    }
    if (x < w) {
        alignas(64) std::uint8_t rest[HWY_MAX_BYTES];
        const auto mean = mean_at<kNarrow>(d, sums + x, newest + x, oldest + x, factor);
        hn::StoreU(hn::DemoteTo(d8, mean), d8, rest);
        std::memcpy(out + x, rest, w - x);
    }
}

void StepMean(std::uint32_t* sums, const std::uint16_t* newest, const std::uint16_t* oldest,
              std::uint8_t* out, int width, float scale, bool narrow) {
    if (narrow) return step<true>(sums, newest, oldest, out, width, scale);
    step<false>(sums, newest, oldest, out, width, scale);
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {

HWY_EXPORT(SlideSum);
HWY_EXPORT(AddRow);
HWY_EXPORT(StepMean);

void slide_sum(const std::uint8_t* in, std::uint16_t* out, int width, int size, int left) {
    HWY_DYNAMIC_DISPATCH(SlideSum)(in, out, width, size, left);
}
void add_row(std::uint32_t* sums, const std::uint16_t* row, int width) {
    HWY_DYNAMIC_DISPATCH(AddRow)(sums, row, width);
}
void step_mean(std::uint32_t* sums, const std::uint16_t* newest, const std::uint16_t* oldest,
               std::uint8_t* out, int width, float scale, bool narrow) {
    HWY_DYNAMIC_DISPATCH(StepMean)(sums, newest, oldest, out, width, scale, narrow);
}

}  // namespace vbg::mask
#endif
