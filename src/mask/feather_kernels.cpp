#include "mask/feather_kernels.hpp"

#include <cstring>
#include <vbg/types.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/feather_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Values = hn::ScalableTag<std::int16_t>;

void Widen(const std::uint8_t* in, std::int16_t* out, int width) {
    const Values d;
    const hn::Rebind<std::uint8_t, Values> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        hn::StoreU(hn::ShiftLeft<kGreyBits>(hn::PromoteTo(d, hn::LoadU(d8, in + x))), d, out + x);
    }
    for (; x < w; ++x) out[x] = static_cast<std::int16_t>(in[x] << kGreyBits);
}

/// One vector of the filter's result; `step` is the distance from one tap to the next.
HWY_INLINE hn::Vec<Values> tap(const std::int16_t* in, std::ptrdiff_t step, const Symmetric& filter) {
    const Values d;
    auto sum = hn::MulFixedPoint15(hn::LoadU(d, in), hn::Set(d, filter.weights[0]));
    for (int i = 1; i <= filter.reach; ++i) {
        // Two values are at most 32640, so their sum is still a 16-bit number.
        const auto pair = hn::Add(hn::LoadU(d, in - i * step), hn::LoadU(d, in + i * step));
        sum = hn::Add(sum, hn::MulFixedPoint15(pair, hn::Set(d, filter.weights[i])));
    }
    return sum;
}

void FilterRow(const std::int16_t* in, std::int16_t* out, int width, const Symmetric& filter) {
    const Values d;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); x += hn::Lanes(d)) {
        hn::StoreU(tap(in + x, 1, filter), d, out + x);
    }
}

void FilterColumns(const std::int16_t* in, std::ptrdiff_t in_stride, std::int16_t* out,
                   std::ptrdiff_t out_stride, int width, int rows, const Symmetric& filter) {
    const Values d;
    for (int y = 0; y < rows; ++y, in += in_stride, out += out_stride) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(width); x += hn::Lanes(d)) {
            hn::StoreU(tap(in + x, in_stride, filter), d, out + x);
        }
    }
}

HWY_INLINE hn::Vec<hn::Rebind<std::uint8_t, Values>> rounded(hn::Vec<Values> v) {
    const Values d;
    const hn::Rebind<std::uint8_t, Values> d8;
    const auto half = hn::Set(d, std::int16_t{1 << (kGreyBits - 1)});
    return hn::DemoteTo(d8, hn::ShiftRight<kGreyBits>(hn::Add(v, half)));
}

/// The same, narrowed to bytes on the way; writes exactly `width` of them.
void FilterColumnsToBytes(const std::int16_t* in, std::ptrdiff_t in_stride, std::uint8_t* out,
                          std::ptrdiff_t out_stride, int width, int rows, const Symmetric& filter) {
    const Values d;
    const hn::Rebind<std::uint8_t, Values> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    for (int y = 0; y < rows; ++y, in += in_stride, out += out_stride) {
        std::size_t x = 0;
        for (; x + n <= w; x += n) hn::StoreU(rounded(tap(in + x, in_stride, filter)), d8, out + x);
        if (x == w) continue;
        alignas(64) std::uint8_t rest[HWY_MAX_BYTES];
        hn::StoreU(rounded(tap(in + x, in_stride, filter)), d8, rest);
        std::memcpy(out + x, rest, w - x);
    }
}

void Narrow(const std::int16_t* in, std::uint8_t* out, int width) {
    const Values d;
    const hn::Rebind<std::uint8_t, Values> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    std::size_t x = 0;
    for (; x + n <= w; x += n) hn::StoreU(rounded(hn::LoadU(d, in + x)), d8, out + x);
    if (x == w) return;
    alignas(64) std::uint8_t rest[HWY_MAX_BYTES];
    hn::StoreU(rounded(hn::LoadU(d, in + x)), d8, rest);
    std::memcpy(out + x, rest, w - x);
}

void HalveBytes(const std::uint8_t* above, const std::uint8_t* below, std::int16_t* out, int width) {
    std::size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::ScalableTag<std::uint8_t> d8;
    const hn::Repartition<std::uint16_t, decltype(d8)> d;
    const std::size_t n = hn::Lanes(d);
    const auto pairs = static_cast<std::size_t>(width / 2);
    const auto low = hn::Set(d, std::uint16_t{0xFF});
    const auto sums = [&](const std::uint8_t* row) HWY_ATTR {
        const auto both = hn::BitCast(d, hn::LoadU(d8, row));
        return hn::Add(hn::And(both, low), hn::ShiftRight<8>(both));
    };
    for (; x + n <= pairs; x += n) {
        const auto sum = hn::Add(sums(above + 2 * x), sums(below + 2 * x));
        hn::StoreU(hn::ShiftLeft<kGreyBits - 2>(sum), d, reinterpret_cast<std::uint16_t*>(out) + x);
    }
#endif
    for (; x < static_cast<std::size_t>(width + 1) / 2; ++x) {
        const std::size_t a = 2 * x;
        const std::size_t b = a + 1 < static_cast<std::size_t>(width) ? a + 1 : a;
        out[x] = static_cast<std::int16_t>((above[a] + above[b] + below[a] + below[b]) << (kGreyBits - 2));
    }
}

void HalveValues(const std::int16_t* above, const std::int16_t* below, std::int16_t* out, int width) {
    const hn::ScalableTag<std::uint16_t> d;
    const std::size_t n = hn::Lanes(d);
    const auto pairs = static_cast<std::size_t>(width / 2);
    const auto* const upper = reinterpret_cast<const std::uint16_t*>(above);
    const auto* const lower = reinterpret_cast<const std::uint16_t*>(below);
    std::size_t x = 0;
    for (; x + n <= pairs; x += n) {
        auto a = hn::Zero(d), b = a, c = a, e = a;
        hn::LoadInterleaved2(d, upper + 2 * x, a, b);
        hn::LoadInterleaved2(d, lower + 2 * x, c, e);
        // Four values are at most 65280: unsigned 16 bits hold them and the rounding.
        const auto sum = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Set(d, std::uint16_t{2}));
        hn::StoreU(hn::ShiftRight<2>(sum), d, reinterpret_cast<std::uint16_t*>(out) + x);
    }
    for (; x < static_cast<std::size_t>(width + 1) / 2; ++x) {
        const std::size_t i = 2 * x;
        const std::size_t j = i + 1 < static_cast<std::size_t>(width) ? i + 1 : i;
        out[x] = static_cast<std::int16_t>((above[i] + above[j] + below[i] + below[j] + 2) >> 2);
    }
}

/// (3 * near + far + 2) / 4.
template <class D, class V>
HWY_INLINE V three_quarters(D d, V near, V far) {
    const V sum = hn::Add(hn::Add(hn::Add(near, near), hn::Add(near, far)), hn::Set(d, std::uint16_t{2}));
    return hn::ShiftRight<2>(sum);
}

void DoubleRow(const std::int16_t* nearest, const std::int16_t* next, std::int16_t* out, int width) {
    alignas(64) std::uint16_t mixed[kMaxSide / 2 + 2 + HWY_MAX_BYTES];
    const hn::ScalableTag<std::uint16_t> d;
    const std::size_t n = hn::Lanes(d);
    const auto half = static_cast<std::size_t>(width + 1) / 2;
    const auto* const a = reinterpret_cast<const std::uint16_t*>(nearest);
    const auto* const b = reinterpret_cast<const std::uint16_t*>(next);
    for (std::size_t x = 0; x < half; x += n) {
        hn::StoreU(three_quarters(d, hn::LoadU(d, a + x), hn::LoadU(d, b + x)), d, mixed + 1 + x);
    }
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): width is at least 1, so mixed[1] was written
    mixed[0] = mixed[1];  // the ends repeat
    mixed[half + 1] = mixed[half];
    auto* const to = reinterpret_cast<std::uint16_t*>(out);
    const std::size_t whole = static_cast<std::size_t>(width) / 2 / n * n;
    std::size_t x = 0;
    for (; x < whole; x += n) {
        const auto here = hn::LoadU(d, mixed + 1 + x);
        hn::StoreInterleaved2(three_quarters(d, here, hn::LoadU(d, mixed + x)),
                              three_quarters(d, here, hn::LoadU(d, mixed + 2 + x)), d, to + 2 * x);
    }
    for (std::size_t i = 2 * x; i < static_cast<std::size_t>(width); ++i) {
        const std::size_t c = i / 2 + 1;
        to[i] = static_cast<std::uint16_t>((3 * mixed[c] + mixed[i % 2 == 0 ? c - 1 : c + 1] + 2) >> 2);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {

HWY_EXPORT(Widen);
HWY_EXPORT(Narrow);
HWY_EXPORT(FilterRow);
HWY_EXPORT(FilterColumns);
HWY_EXPORT(FilterColumnsToBytes);
HWY_EXPORT(HalveBytes);
HWY_EXPORT(HalveValues);
HWY_EXPORT(DoubleRow);

void widen(const std::uint8_t* in, std::int16_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(Widen)(in, out, width);
}
void narrow(const std::int16_t* in, std::uint8_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(Narrow)(in, out, width);
}
void filter_row(const std::int16_t* in, std::int16_t* out, int width, const Symmetric& filter) {
    HWY_DYNAMIC_DISPATCH(FilterRow)(in, out, width, filter);
}
void filter_columns(const std::int16_t* in, std::ptrdiff_t in_stride, std::int16_t* out,
                    std::ptrdiff_t out_stride, int width, int rows, const Symmetric& filter) {
    HWY_DYNAMIC_DISPATCH(FilterColumns)(in, in_stride, out, out_stride, width, rows, filter);
}
void filter_columns(const std::int16_t* in, std::ptrdiff_t in_stride, std::uint8_t* out,
                    std::ptrdiff_t out_stride, int width, int rows, const Symmetric& filter) {
    HWY_DYNAMIC_DISPATCH(FilterColumnsToBytes)(in, in_stride, out, out_stride, width, rows, filter);
}
void halve(const std::uint8_t* above, const std::uint8_t* below, std::int16_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(HalveBytes)(above, below, out, width);
}
void halve(const std::int16_t* above, const std::int16_t* below, std::int16_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(HalveValues)(above, below, out, width);
}
void double_row(const std::int16_t* nearest, const std::int16_t* next, std::int16_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(DoubleRow)(nearest, next, out, width);
}

}  // namespace vbg::mask
#endif
