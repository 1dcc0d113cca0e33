#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "effect/blur_rows.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/highway.h>

#include "effect/blur_rows.hpp"

HWY_BEFORE_NAMESPACE();
namespace vbg::blur_rows::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using std::size_t;
using std::uint16_t;
using std::uint32_t;
using std::uint8_t;

constexpr hn::ScalableTag<float> kFloats;

#if HWY_TARGET != HWY_SCALAR

constexpr hn::ScalableTag<uint8_t> kBytes;
constexpr hn::Repartition<uint16_t, decltype(kBytes)> kWords;
constexpr hn::Repartition<uint32_t, decltype(kBytes)> kQuads;
using Words = hn::Vec<decltype(kWords)>;

HWY_INLINE Words even(hn::Vec<decltype(kBytes)> v) {
    return hn::And(hn::BitCast(kWords, v), hn::Set(kWords, 0x00FF));
}
HWY_INLINE Words odd(hn::Vec<decltype(kBytes)> v) { return hn::ShiftRight<8>(hn::BitCast(kWords, v)); }

/// `evens` belongs to pixels 0, 2, 4, ..., `odds` to 1, 3, 5, ...: two of each share a 32-bit lane.
HWY_INLINE void add_products(Words evens, Words odds, bool more, uint32_t* to, size_t half) {
    const auto low = hn::Set(kQuads, 0xFFFF);
    const auto e = hn::BitCast(kQuads, evens);
    const auto o = hn::BitCast(kQuads, odds);
    auto pair0 = hn::Add(hn::And(e, low), hn::And(o, low));
    auto pair1 = hn::Add(hn::ShiftRight<16>(e), hn::ShiftRight<16>(o));
    if (more) {
        pair0 = hn::Add(pair0, hn::LoadU(kQuads, to));
        pair1 = hn::Add(pair1, hn::LoadU(kQuads, to + half));
    }
    hn::StoreU(pair0, kQuads, to);
    hn::StoreU(pair1, kQuads, to + half);
}

#endif

void add_pairs(const uint8_t* pixels, const uint8_t* alpha, size_t count, bool more, const PairSums& sums) {
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    const auto full = hn::Set(kWords, 255);
    for (; x + hn::Lanes(kBytes) <= count; x += hn::Lanes(kBytes)) {
        hn::Vec<decltype(kBytes)> c0, c1, c2;
        hn::LoadInterleaved3(kBytes, pixels + 3 * x, c0, c1, c2);
        const auto a = hn::LoadU(kBytes, alpha + x);
        const auto we = hn::Sub(full, even(a)), wo = hn::Sub(full, odd(a));
        uint32_t* to = sums.first + x / 4;
        const size_t plane = 2 * sums.half;
        add_products(hn::Mul(even(c0), we), hn::Mul(odd(c0), wo), more, to, sums.half);
        add_products(hn::Mul(even(c1), we), hn::Mul(odd(c1), wo), more, to + plane, sums.half);
        add_products(hn::Mul(even(c2), we), hn::Mul(odd(c2), wo), more, to + 2 * plane, sums.half);
        add_products(hn::Mul(full, we), hn::Mul(full, wo), more, to + 3 * plane, sums.half);
    }
#endif
    for (; x < count; ++x) {
        const uint32_t weight = 255U - alpha[x];
        for (size_t plane = 0; plane < 4; ++plane) {
            const uint32_t product = weight * (plane < 3 ? pixels[3 * x + plane] : 255U);
            uint32_t& sum = sums.at(plane, x / 2);
            sum = (more || x % 2 == 1 ? sum : 0U) + product;
        }
    }
}

void box_row(float* sum, const float* entering, const float* leaving, const float* before, const float* after,
             float ends, float scale, float* out, size_t count) {
    const size_t n = hn::Lanes(kFloats);
    const auto e = hn::Set(kFloats, ends);
    const auto k = hn::Set(kFloats, scale);
    size_t i = 0;
    for (; i + n <= count; i += n) {
        const auto zero = hn::Zero(kFloats);
        const auto in = entering != nullptr ? hn::LoadU(kFloats, entering + i) : zero;
        const auto gone = leaving != nullptr ? hn::LoadU(kFloats, leaving + i) : zero;
        const auto s = hn::Add(hn::LoadU(kFloats, sum + i), hn::Sub(in, gone));
        const auto b = before != nullptr ? hn::LoadU(kFloats, before + i) : zero;
        const auto a = after != nullptr ? hn::LoadU(kFloats, after + i) : zero;
        hn::StoreU(s, kFloats, sum + i);
        hn::StoreU(hn::Mul(hn::Add(s, hn::Mul(e, hn::Add(b, a))), k), kFloats, out + i);
    }
    for (; i < count; ++i) {
        const auto at = [i](const float* row) { return row != nullptr ? row[i] : 0.0F; };
        sum[i] += at(entering) - at(leaving);
        out[i] = (sum[i] + ends * (at(before) + at(after))) * scale;
    }
}

void box_cells(const float* in, int radius, float ends, float scale, float* out, size_t cells) {
    const std::ptrdiff_t r = 4 * static_cast<std::ptrdiff_t>(radius);
#if HWY_TARGET != HWY_SCALAR
    constexpr hn::FixedTag<float, 4> cell;
    const auto e = hn::Set(cell, ends);
    const auto k = hn::Set(cell, scale);
    auto sum = hn::Zero(cell);
    for (std::ptrdiff_t i = -r; i < r; i += 4) sum = hn::Add(sum, hn::LoadU(cell, in + i));
    for (size_t x = 0; x < cells; ++x, in += 4, out += 4) {
        sum = hn::Add(sum, hn::LoadU(cell, in + r));
        const auto outer = hn::Add(hn::LoadU(cell, in - r - 4), hn::LoadU(cell, in + r + 4));
        hn::StoreU(hn::Mul(hn::Add(sum, hn::Mul(e, outer)), k), cell, out);
        sum = hn::Sub(sum, hn::LoadU(cell, in - r));
    }
#else
    for (int c = 0; c < 4; ++c) {
        float sum = 0;
        for (std::ptrdiff_t i = -r; i < r; i += 4) sum += in[i + c];
        for (size_t x = 0; x < cells; ++x) {
            const float* at = in + 4 * x + c;
            sum += at[r];
            out[4 * x + static_cast<size_t>(c)] = (sum + ends * (at[-r - 4] + at[r + 4])) * scale;
            sum -= at[-r];
        }
    }
#endif
}

void lerp_row(const uint16_t* a, const uint16_t* b, unsigned t, uint16_t* out, size_t count) {
    constexpr hn::ScalableTag<uint16_t> words;
    const auto second = hn::Set(words, static_cast<uint16_t>(t));
    const auto first = hn::Set(words, static_cast<uint16_t>(16 - t));
    const auto half = hn::Set(words, 8);
    size_t i = 0;
    for (; i + hn::Lanes(words) <= count; i += hn::Lanes(words)) {
        const auto sum =
            hn::Add(hn::Mul(hn::LoadU(words, a + i), first), hn::Mul(hn::LoadU(words, b + i), second));
        hn::StoreU(hn::ShiftRight<4>(hn::Add(sum, half)), words, out + i);
    }
    for (; i < count; ++i) out[i] = static_cast<uint16_t>((a[i] * (16 - t) + b[i] * t + 8) >> 4);
}

/// Pixel `phase` of each cell lies (phase + 1/2) / factor into it: between its centre and the one before or
/// after. Weights are sixteenths.
struct Phase {
    std::ptrdiff_t beside;  ///< -1 or 1: which neighbour
    uint16_t here, other;   ///< their weights
};
inline Phase phase_of(int phase, int factor) {
    const int from_center = (2 * phase + 1) * 8 / factor - 8;  // sixteenths of a cell
    const auto other = static_cast<uint16_t>(from_center < 0 ? -from_center : from_center);
    return {from_center < 0 ? -1 : 1, static_cast<uint16_t>(16 - other), other};
}

inline uint8_t enlarge_one(const uint16_t* in, Phase p) {
    return static_cast<uint8_t>((in[0] * p.here + in[p.beside] * p.other + 128) >> 8);
}

#if HWY_TARGET != HWY_SCALAR
/// Pixels 2 pair and 2 pair + 1 of each cell, side by side in the cell's 16-bit lane.
HWY_INLINE Words enlarge_pair(const uint16_t* in, int pair, int factor) {
    const auto half = hn::Set(kWords, 128);
    const auto one = [&](int phase) HWY_ATTR {
        const Phase p = phase_of(phase, factor);
        const auto here = hn::Mul(hn::LoadU(kWords, in), hn::Set(kWords, p.here));
        const auto other = hn::Mul(hn::LoadU(kWords, in + p.beside), hn::Set(kWords, p.other));
        return hn::Add(hn::Add(here, other), half);
    };
    const auto high = hn::Set(kWords, 0xFF00);
    return hn::Or(hn::ShiftRight<8>(one(2 * pair)), hn::And(one(2 * pair + 1), high));
}
#endif

void enlarge_row(const uint16_t* in, size_t count, int factor, uint8_t* out) {
    const auto f = static_cast<size_t>(factor);
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; x + hn::Lanes(kWords) <= count; x += hn::Lanes(kWords)) {
        const uint16_t* at = in + x;
        auto* to = reinterpret_cast<uint16_t*>(out + f * x);
        const auto p0 = enlarge_pair(at, 0, factor);
        if (factor == 2) {
            hn::StoreU(p0, kWords, to);
            continue;
        }
        const auto p1 = enlarge_pair(at, 1, factor);
        if (factor == 4) {
            hn::StoreInterleaved2(p0, p1, kWords, to);
        } else {
            hn::StoreInterleaved4(p0, p1, enlarge_pair(at, 2, factor), enlarge_pair(at, 3, factor), kWords,
                                  to);
        }
    }
#endif
    for (; x < count; ++x) {
        for (int phase = 0; phase < factor; ++phase) {
            out[f * x + static_cast<size_t>(phase)] = enlarge_one(in + x, phase_of(phase, factor));
        }
    }
}

void join_row(const uint8_t* first, const uint8_t* second, const uint8_t* third, uint8_t* pixels,
              size_t count) {
    size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; x + hn::Lanes(kBytes) <= count; x += hn::Lanes(kBytes)) {
        hn::StoreInterleaved3(hn::LoadU(kBytes, first + x), hn::LoadU(kBytes, second + x),
                              hn::LoadU(kBytes, third + x), kBytes, pixels + 3 * x);
    }
#endif
    for (; x < count; ++x) {
        pixels[3 * x] = first[x];
        pixels[3 * x + 1] = second[x];
        pixels[3 * x + 2] = third[x];
    }
}

}  // namespace vbg::blur_rows::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::blur_rows {

HWY_EXPORT(add_pairs);
HWY_EXPORT(box_row);
HWY_EXPORT(box_cells);
HWY_EXPORT(lerp_row);
HWY_EXPORT(enlarge_row);
HWY_EXPORT(join_row);

using std::size_t;
using std::uint16_t;
using std::uint8_t;

size_t half_for(size_t pixels) noexcept { return (pixels + 63) / 64 * 16; }

void add_pairs(const uint8_t* pixels, const uint8_t* alpha, size_t count, bool more, const PairSums& sums) {
    HWY_DYNAMIC_DISPATCH(add_pairs)(pixels, alpha, count, more, sums);
}
void box_row(float* sum, const float* entering, const float* leaving, const float* before, const float* after,
             float ends, float scale, float* out, size_t count) {
    HWY_DYNAMIC_DISPATCH(box_row)(sum, entering, leaving, before, after, ends, scale, out, count);
}
void box_cells(const float* in, int radius, float ends, float scale, float* out, size_t cells) {
    HWY_DYNAMIC_DISPATCH(box_cells)(in, radius, ends, scale, out, cells);
}
void lerp_row(const uint16_t* a, const uint16_t* b, unsigned t, uint16_t* out, size_t count) {
    HWY_DYNAMIC_DISPATCH(lerp_row)(a, b, t, out, count);
}
void enlarge_row(const uint16_t* in, size_t count, int factor, uint8_t* out) {
    HWY_DYNAMIC_DISPATCH(enlarge_row)(in, count, factor, out);
}
void join_row(const uint8_t* first, const uint8_t* second, const uint8_t* third, uint8_t* pixels,
              size_t count) {
    HWY_DYNAMIC_DISPATCH(join_row)(first, second, third, pixels, count);
}

}  // namespace vbg::blur_rows
#endif
