// Bytes are worked on inside 16-bit lanes where they lie: a lane holds two, the even one is got by a mask,
// the odd one by a shift, and the results are put back the same way. So no lane ever moves.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "effect/rows.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/highway.h>

#include <cmath>
#include <utility>

#include "effect/rows.hpp"

HWY_BEFORE_NAMESPACE();
namespace vbg::rows::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using std::size_t;
using std::uint16_t;
using std::uint32_t;
using std::uint8_t;

// OpenCV's weights of blue, green and red (sum 2^15), each split into 128 * high + low. With them every sum
// stays within 16 bits: (128 H + L) >> 15 = (H + (L >> 7)) >> 8, and H <= 255 * 255.
constexpr uint16_t kHigh[3] = {3735 / 128, 19235 / 128, 9798 / 128};
constexpr uint16_t kLow[3] = {3735 % 128, 19235 % 128, 9798 % 128};
static_assert(kHigh[0] + kHigh[1] + kHigh[2] == 255);
static_assert((kLow[0] + kLow[1] + kLow[2]) * 255 + 16384 < 65536);

/// Fifths of 16-bit n <= 1277: 13108 / 65536 is above 1/5 by so little that the floor is exact.
constexpr uint16_t kFifth = 13108;

inline uint8_t grey_of(unsigned b, unsigned g, unsigned r) {
    return static_cast<uint8_t>((3735 * b + 19235 * g + 9798 * r + 16384) >> 15);
}

// COLORMAP_WINTER falls from 255 to 128 along 255 - i/2. Where that ends in a half, OpenCV's table, made in
// single precision, has the even neighbour, but the upper one from 66 to 96. In doubled numbers: 510 - i plus
// 0 or 1, halved.
inline uint8_t winter_of(unsigned i) {
    const unsigned x = 510U - i;
    const unsigned up = ((x >> 1) & 1U) | (i - 66U <= 30U ? 1U : 0U);
    return static_cast<uint8_t>((x + up) >> 1);
}

inline uint8_t ghost_of(unsigned here, unsigned one, unsigned two) {
    const unsigned first = (here + 4 * one + 2) / 5;
    return static_cast<uint8_t>((2 * first + 3 * two + 2) / 5);
}

inline uint8_t light_of(unsigned picture, unsigned light) {
    // nearbyint rounds halves to even in the default rounding mode
    const float sum = static_cast<float>(picture) * 0.5F + static_cast<float>(light) * 0.6F;
    return static_cast<uint8_t>(sum >= 255.0F ? 255.0F : std::nearbyint(sum));
}

#if HWY_TARGET != HWY_SCALAR

constexpr hn::ScalableTag<uint8_t> kBytes;
constexpr hn::Repartition<uint16_t, decltype(kBytes)> kWords;
using Bytes = hn::Vec<decltype(kBytes)>;
using Words = hn::Vec<decltype(kWords)>;

HWY_INLINE Words even(Bytes v) { return hn::And(hn::BitCast(kWords, v), hn::Set(kWords, 0x00FF)); }
HWY_INLINE Words odd(Bytes v) { return hn::ShiftRight<8>(hn::BitCast(kWords, v)); }
HWY_INLINE Bytes together(Words evens, Words odds) {
    return hn::BitCast(kBytes, hn::Or(evens, hn::ShiftLeft<8>(odds)));
}

HWY_INLINE Words grey_of(Words b, Words g, Words r) {
    const auto weigh = [](Words v, uint16_t weight) HWY_ATTR { return hn::Mul(v, hn::Set(kWords, weight)); };
    const auto high = hn::Add(hn::Add(weigh(b, kHigh[0]), weigh(g, kHigh[1])), weigh(r, kHigh[2]));
    const auto low = hn::Add(hn::Add(weigh(b, kLow[0]), weigh(g, kLow[1])),
                             hn::Add(weigh(r, kLow[2]), hn::Set(kWords, 16384)));
    return hn::ShiftRight<8>(hn::Add(high, hn::ShiftRight<7>(low)));
}

HWY_INLINE Words winter_of(Words i) {
    const auto one = hn::Set(kWords, 1);
    const auto x = hn::Sub(hn::Set(kWords, 510), i);
    const auto lifted =
        hn::And(hn::VecFromMask(kWords, hn::Lt(hn::Sub(i, hn::Set(kWords, 66)), hn::Set(kWords, 31))), one);
    const auto up = hn::Or(hn::And(hn::ShiftRight<1>(x), one), lifted);
    return hn::ShiftRight<1>(hn::Add(x, up));
}

/// floor(v * scaled / 2^32): the upper 16 bits of `scaled` give the whole part but for a carry from the
/// lower.
HWY_INLINE Words dim_of(Words v, Words upper, Words lower) {
    const auto low = hn::Mul(v, upper);
    const auto sum = hn::Add(low, hn::MulHigh(v, lower));
    const auto carry = hn::VecFromMask(kWords, hn::Lt(sum, low));  // all ones, that is -1
    return hn::Sub(hn::MulHigh(v, upper), carry);
}

HWY_INLINE Words ghost_of(Words here, Words one, Words two) {
    const auto fifth = hn::Set(kWords, kFifth);
    const auto half = hn::Set(kWords, 2);
    const auto first = hn::MulHigh(hn::Add(hn::Add(here, half), hn::ShiftLeft<2>(one)), fifth);
    const auto sum = hn::Add(hn::Add(hn::Add(first, first), half), hn::Add(two, hn::Add(two, two)));
    return hn::MulHigh(sum, fifth);
}

/// 0.5 p + 0.6 l is n / 10 with n = 5 p + 6 l. Whole numbers and not floats, since a vector holds twice as
/// many; only ties ask for care. OpenCV adds in single precision, and 0.6F is a little above 0.6: a tie goes
/// up where that surplus outlives both roundings, of the product and of the sum, and else to even. It does so
/// where l is in 45..53, 85..106 or 165..213 and the sum below 32, 64 or 128; elsewhere it is lost, or up is
/// even anyway. All 65536 pairs are compared with OpenCV in the tests.
HWY_INLINE Words light_of(Words p, Words l) {
    constexpr hn::RebindToSigned<decltype(kWords)> ints;  // all values here are below 2^15
    const auto tenth = hn::Set(kWords, 6554);             // exact floors for n <= 2805
    const auto one = hn::Set(kWords, 1);
    const auto n = hn::Add(hn::Mul(p, hn::Set(kWords, 5)), hn::Mul(l, hn::Set(kWords, 6)));
    const auto is_odd = hn::And(hn::MulHigh(n, tenth), one);
    const auto nn = hn::BitCast(ints, n);
    const auto ll = hn::BitCast(ints, l);
    const auto kept = [&](std::int16_t least, std::int16_t below) HWY_ATTR {
        return hn::And(hn::Gt(ll, hn::Set(ints, static_cast<std::int16_t>(least - 1))),
                       hn::Lt(nn, hn::Set(ints, below)));
    };
    const auto lifted = hn::Or(hn::Or(kept(45, 320), kept(85, 640)), kept(165, 1280));
    const auto up = hn::Or(is_odd, hn::BitCast(kWords, hn::IfThenElseZero(lifted, hn::Set(ints, 1))));
    const auto sum = hn::MulHigh(hn::Add(hn::Add(n, hn::Set(kWords, 4)), up), tenth);
    return hn::Min(sum, hn::Set(kWords, 255));
}

#endif  // HWY_TARGET != HWY_SCALAR

void grey(const uint8_t* pixels, Order order, uint8_t* out, size_t count) {
    const size_t blue = order == Order::blue_first ? 0 : 2;
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; x + hn::Lanes(kBytes) <= count; x += hn::Lanes(kBytes)) {
        Bytes b, g, r;
        hn::LoadInterleaved3(kBytes, pixels + 3 * x, b, g, r);
        if (blue == 2) std::swap(b, r);
        hn::StoreU(together(grey_of(even(b), even(g), even(r)), grey_of(odd(b), odd(g), odd(r))), kBytes,
                   out + x);
    }
#endif
    for (; x < count; ++x) {
        out[x] = grey_of(pixels[3 * x + blue], pixels[3 * x + 1], pixels[3 * x + 2 - blue]);
    }
}

void spread(const uint8_t* values, uint8_t* pixels, size_t count) {
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; x + hn::Lanes(kBytes) <= count; x += hn::Lanes(kBytes)) {
        const auto v = hn::LoadU(kBytes, values + x);
        hn::StoreInterleaved3(v, v, v, kBytes, pixels + 3 * x);
    }
#endif
    for (; x < count; ++x) pixels[3 * x] = pixels[3 * x + 1] = pixels[3 * x + 2] = values[x];
}

void winter_blue(const uint8_t* values, uint8_t* blue, size_t count) {
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; x + hn::Lanes(kBytes) <= count; x += hn::Lanes(kBytes)) {
        const auto v = hn::LoadU(kBytes, values + x);
        hn::StoreU(together(winter_of(even(v)), winter_of(odd(v))), kBytes, blue + x);
    }
#endif
    for (; x < count; ++x) blue[x] = winter_of(values[x]);
}

void interleave(const uint8_t* blue, const uint8_t* green, Order order, uint8_t* pixels, size_t count) {
    const bool swap = order == Order::red_first;
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; x + hn::Lanes(kBytes) <= count; x += hn::Lanes(kBytes)) {
        const auto none = hn::Zero(kBytes);
        const auto b = hn::LoadU(kBytes, blue + x);
        const auto g = hn::LoadU(kBytes, green + x);
        if (swap) {
            hn::StoreInterleaved3(none, g, b, kBytes, pixels + 3 * x);
        } else {
            hn::StoreInterleaved3(b, g, none, kBytes, pixels + 3 * x);
        }
    }
#endif
    for (; x < count; ++x) {
        pixels[3 * x] = swap ? uint8_t{0} : blue[x];
        pixels[3 * x + 1] = green[x];
        pixels[3 * x + 2] = swap ? blue[x] : uint8_t{0};
    }
}

void dim(const uint8_t* in, uint32_t scaled, uint8_t* out, size_t bytes) {
    size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    const auto upper = hn::Set(kWords, static_cast<uint16_t>(scaled >> 16));
    const auto lower = hn::Set(kWords, static_cast<uint16_t>(scaled & 0xFFFF));
    for (; i + hn::Lanes(kBytes) <= bytes; i += hn::Lanes(kBytes)) {
        const auto v = hn::LoadU(kBytes, in + i);
        hn::StoreU(together(dim_of(even(v), upper, lower), dim_of(odd(v), upper, lower)), kBytes, out + i);
    }
#endif
    for (; i < bytes; ++i) {
        out[i] = static_cast<uint8_t>((static_cast<std::uint64_t>(in[i]) * scaled) >> 32);
    }
}

void ghost(const uint8_t* here, const uint8_t* one, const uint8_t* two, uint8_t* out, size_t bytes) {
    size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; i + hn::Lanes(kBytes) <= bytes; i += hn::Lanes(kBytes)) {
        const auto h = hn::LoadU(kBytes, here + i);
        const auto a = hn::LoadU(kBytes, one + i);
        const auto b = hn::LoadU(kBytes, two + i);
        hn::StoreU(together(ghost_of(even(h), even(a), even(b)), ghost_of(odd(h), odd(a), odd(b))), kBytes,
                   out + i);
    }
#endif
    for (; i < bytes; ++i) out[i] = ghost_of(here[i], one[i], two[i]);
}

void add_light(const uint8_t* picture, const uint8_t* light, uint8_t* out, size_t bytes) {
    size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; i + hn::Lanes(kBytes) <= bytes; i += hn::Lanes(kBytes)) {
        const auto p = hn::LoadU(kBytes, picture + i);
        const auto l = hn::LoadU(kBytes, light + i);
        hn::StoreU(together(light_of(even(p), even(l)), light_of(odd(p), odd(l))), kBytes, out + i);
    }
#endif
    for (; i < bytes; ++i) out[i] = light_of(picture[i], light[i]);
}

void mirror(const uint8_t* pixels, uint8_t* out, size_t count) {
    for (size_t x = 0; x < count; ++x) {
        const uint8_t* from = pixels + 3 * (count - 1 - x);
        for (size_t c = 0; c < 3; ++c) out[3 * x + c] = from[c];
    }
}

void accumulate(const uint8_t* in, float weight, bool more, float* sums, size_t count) {
    size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    constexpr hn::ScalableTag<float> floats;
    constexpr hn::RebindToSigned<decltype(floats)> ints;
    constexpr hn::Rebind<uint8_t, decltype(floats)> quarter;
    const auto w = hn::Set(floats, weight);
    for (; i + hn::Lanes(floats) <= count; i += hn::Lanes(floats)) {
        const auto v = hn::ConvertTo(floats, hn::PromoteTo(ints, hn::LoadU(quarter, in + i)));
        const auto product = hn::Mul(v, w);
        hn::StoreU(more ? hn::Add(product, hn::LoadU(floats, sums + i)) : product, floats, sums + i);
    }
#endif
    for (; i < count; ++i) sums[i] = static_cast<float>(in[i]) * weight + (more ? sums[i] : 0.0F);
}

void gather(const float* sums, const std::int32_t* first, const float* weights, int taps, uint8_t* out,
            size_t count, bool swap) {
    const auto n = static_cast<size_t>(taps);
    for (size_t x = 0; x < count; ++x, weights += n) {
        const float* at = sums + 3 * static_cast<size_t>(first[x]);
        alignas(16) std::int32_t pixel[4];
#if HWY_TARGET != HWY_SCALAR
        constexpr hn::FixedTag<float, 4> floats;  // the three colours, and one lane of no interest
        auto sum = hn::Zero(floats);
        for (size_t k = 0; k < n; ++k) {
            sum = hn::Add(sum, hn::Mul(hn::LoadU(floats, at + 3 * k), hn::Set(floats, weights[k])));
        }
        hn::Store(hn::NearestInt(sum), hn::FixedTag<std::int32_t, 4>(), pixel);
#else
        float sum[3] = {};
        for (size_t k = 0; k < n; ++k) {
            for (size_t c = 0; c < 3; ++c) sum[c] += at[3 * k + c] * weights[k];
        }
        for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::int32_t>(std::lrint(sum[c]));
#endif
        for (size_t c = 0; c < 3; ++c) {
            const std::int32_t v = pixel[swap ? 2 - c : c];
            out[3 * x + c] = static_cast<uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    }
}

}  // namespace vbg::rows::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::rows {

HWY_EXPORT(grey);
HWY_EXPORT(spread);
HWY_EXPORT(winter_blue);
HWY_EXPORT(interleave);
HWY_EXPORT(dim);
HWY_EXPORT(ghost);
HWY_EXPORT(add_light);
HWY_EXPORT(mirror);
HWY_EXPORT(accumulate);
HWY_EXPORT(gather);

using std::size_t;
using std::uint8_t;

void grey(const uint8_t* pixels, Order order, uint8_t* out, size_t count) {
    HWY_DYNAMIC_DISPATCH(grey)(pixels, order, out, count);
}
void spread(const uint8_t* values, uint8_t* pixels, size_t count) {
    HWY_DYNAMIC_DISPATCH(spread)(values, pixels, count);
}
void winter_blue(const uint8_t* values, uint8_t* blue, size_t count) {
    HWY_DYNAMIC_DISPATCH(winter_blue)(values, blue, count);
}
void interleave(const uint8_t* blue, const uint8_t* green, Order order, uint8_t* pixels, size_t count) {
    HWY_DYNAMIC_DISPATCH(interleave)(blue, green, order, pixels, count);
}
void ghost(const uint8_t* here, const uint8_t* one, const uint8_t* two, uint8_t* out, size_t bytes) {
    HWY_DYNAMIC_DISPATCH(ghost)(here, one, two, out, bytes);
}
void add_light(const uint8_t* picture, const uint8_t* light, uint8_t* out, size_t bytes) {
    HWY_DYNAMIC_DISPATCH(add_light)(picture, light, out, bytes);
}
void mirror(const uint8_t* pixels, uint8_t* out, size_t count) {
    HWY_DYNAMIC_DISPATCH(mirror)(pixels, out, count);
}
void accumulate(const uint8_t* in, float weight, bool more, float* sums, size_t count) {
    HWY_DYNAMIC_DISPATCH(accumulate)(in, weight, more, sums, count);
}
void gather(const float* sums, const std::int32_t* first, const float* weights, int taps, uint8_t* out,
            size_t count, bool swap) {
    HWY_DYNAMIC_DISPATCH(gather)(sums, first, weights, taps, out, count, swap);
}

Dimmer::Dimmer(double factor) noexcept : factor_(factor) {
    const double scaled = std::ceil(factor * 4294967296.0);  // the product is exact: a power of two
    if (!(scaled >= 0 && scaled < 4294967296.0)) return;     // 1 itself does not fit
    scaled_ = static_cast<std::uint32_t>(scaled);
    // Rounding up adds less than v to v * factor * 2^32. That can lift the product over a whole number only
    // if its fraction is then below v; so unless that happens for some v, every floor is right.
    bool crossed = false;
    for (std::uint32_t v = 1; v < 256; ++v) crossed |= v * scaled_ < v;  // modulo 2^32: the fraction
    exact_ = !crossed;
}

void dim(const uint8_t* in, const Dimmer& dimmer, uint8_t* out, size_t bytes) {
    if (dimmer.exact()) {
        HWY_DYNAMIC_DISPATCH(dim)(in, dimmer.scaled(), out, bytes);
        return;
    }
    uint8_t table[256];
    for (int v = 0; v < 256; ++v) table[v] = static_cast<uint8_t>(v * dimmer.factor());
    for (size_t i = 0; i < bytes; ++i) out[i] = table[in[i]];
}

}  // namespace vbg::rows
#endif
