// The whole cost is memory traffic: both pictures and the matte are read once, in a straight line. Leaving
// out the picture that a flat matte hides was tried and was slower (up to 1.4 times at 640x360): each change
// from one picture to the other throws the CPU's prefetching off its track.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "composite/over_kernel.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/highway.h>

#include "composite/over_kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace vbg::over_kernel::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using std::size_t;
using std::uint16_t;
using std::uint8_t;

inline uint8_t mix(unsigned fg, unsigned bg, unsigned alpha) {
    // x / 255 rounded, without a division: exact for x in 0..65025 (Blinn, "Three Wrongs Make a Right",
    // 1995).
    const unsigned x = fg * alpha + bg * (255U - alpha) + 128U;
    return static_cast<uint8_t>((x + (x >> 8)) >> 8);
}

#if HWY_TARGET != HWY_SCALAR

constexpr hn::ScalableTag<uint8_t> kBytes;
using Bytes = hn::Vec<decltype(kBytes)>;
constexpr hn::Repartition<uint16_t, decltype(kBytes)> kWords;
constexpr hn::Repartition<uint32_t, decltype(kBytes)> kQuads;

/// The same in all lanes. A 16-bit lane holds two bytes; each is worked on in place, as the lane's lower
/// half, so that no lane ever moves.
HWY_INLINE Bytes mix(Bytes fg, Bytes bg, Bytes alpha) {
    const auto low = hn::Set(kWords, 0x00FF);
    const auto bias = hn::Set(kWords, 128);
    const auto blend = [&](auto f, auto b, auto a) HWY_ATTR {
        const auto x = hn::Add(hn::Add(hn::Mul(f, a), hn::Mul(b, hn::Sub(low, a))), bias);
        return hn::Add(x, hn::ShiftRight<8>(x));  // the answer is in the upper byte
    };
    const auto f = hn::BitCast(kWords, fg);
    const auto b = hn::BitCast(kWords, bg);
    const auto a = hn::BitCast(kWords, alpha);
    const auto even = blend(hn::And(f, low), hn::And(b, low), hn::And(a, low));
    const auto odd = blend(hn::ShiftRight<8>(f), hn::ShiftRight<8>(b), hn::ShiftRight<8>(a));
    return hn::BitCast(kBytes, hn::Or(hn::ShiftRight<8>(even), hn::AndNot(low, odd)));
}

/// Where each byte of three vectors of pixels finds its alpha in one vector of alphas. Byte i of the three
/// together needs alpha i / 3; seen in blocks of 16 bytes, block q needs alphas 16q/3 .. 16q/3 + 5, all of
/// which lie in block q/3: so first blocks are brought in place (as quads), then bytes inside blocks.
struct Spread {
    static constexpr size_t kMost = 3 * hn::MaxLanes(kBytes);
    alignas(64) std::uint32_t quads[kMost / 4] = {};
    alignas(64) uint8_t bytes[kMost] = {};

    explicit constexpr Spread(size_t lanes) {
        for (size_t i = 0; i < 3 * lanes; ++i) {
            const size_t block = i / 16;
            bytes[i] = static_cast<uint8_t>(i / 3 - block / 3 * 16);
            if (i % 4 == 0) quads[i / 4] = static_cast<std::uint32_t>(block / 3 * 4 + i % 16 / 4);
        }
    }
};

/// Whole vectors of pixels; returns how many pixels were done.
HWY_INLINE size_t vector_row(const uint8_t* fg, const uint8_t* alpha, const uint8_t* bg, uint8_t* out,
                             size_t pixels) {
    const size_t n = hn::Lanes(kBytes);
#    if HWY_HAVE_SCALABLE
    static const Spread spread(n);
#    else
    static constexpr Spread spread(hn::MaxLanes(kBytes));
#    endif
    size_t x = 0;
    for (; x + n <= pixels; x += n) {
        const auto a = hn::LoadU(kBytes, alpha + x);
        const size_t at = 3 * x;
        for (int part = 0; part < 3; ++part) {
            const size_t i = at + static_cast<size_t>(part) * n;
            const auto blocks = hn::SetTableIndices(kQuads, spread.quads + static_cast<size_t>(part) * n / 4);
            const auto bytes = hn::Load(kBytes, spread.bytes + static_cast<size_t>(part) * n);
            const auto moved = hn::BitCast(kBytes, hn::TableLookupLanes(hn::BitCast(kQuads, a), blocks));
            const auto mixed =
                mix(hn::LoadU(kBytes, fg + i), hn::LoadU(kBytes, bg + i), hn::TableLookupBytes(moved, bytes));
            hn::StoreU(mixed, kBytes, out + i);
        }
    }
    return x;
}

#else
inline size_t vector_row(const uint8_t*, const uint8_t*, const uint8_t*, uint8_t*, size_t) { return 0; }
#endif

void row(const uint8_t* fg, const uint8_t* alpha, const uint8_t* bg, uint8_t* out, size_t pixels) {
    for (size_t x = vector_row(fg, alpha, bg, out, pixels); x < pixels; ++x) {
        for (size_t i = 3 * x; i < 3 * x + 3; ++i) out[i] = mix(fg[i], bg[i], alpha[x]);
    }
}

}  // namespace vbg::over_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::over_kernel {

HWY_EXPORT(row);

void row(const std::uint8_t* fg, const std::uint8_t* alpha, const std::uint8_t* bg, std::uint8_t* out,
         std::size_t pixels) {
    HWY_DYNAMIC_DISPATCH(row)(fg, alpha, bg, out, pixels);
}

}  // namespace vbg::over_kernel
#endif
