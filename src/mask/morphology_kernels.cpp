// Sliding maxima and minima of a row by doubling: the extremum over 2m pixels is that of two extrema over m,
// and the last step may overlap because an extremum does not mind counting a pixel twice. log2(size) passes
// over a row that stays in the first-level cache.
#include "mask/morphology_kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vbg/types.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/morphology_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::ScalableTag<std::uint8_t>;

struct Maximum {
    static constexpr Extremum kWhat = Extremum::max;
    template <class V>
    HWY_INLINE V operator()(V a, V b) const {
        return hn::Max(a, b);
    }
};
struct Minimum {
    static constexpr Extremum kWhat = Extremum::min;
    template <class V>
    HWY_INLINE V operator()(V a, V b) const {
        return hn::Min(a, b);
    }
};

/// Row with room for the element on both sides and vectors that run over the end.
struct Padded {
    alignas(64) std::uint8_t data[kMaxSide + kMaxElement + 4 * 64];

    HWY_INLINE void fill(std::uint8_t outside, const std::uint8_t* in, int width, int left, int size) {
        std::memset(data, outside, static_cast<std::size_t>(left));
        std::memcpy(data + left, in, static_cast<std::size_t>(width));
        std::memset(data + left + width, outside, static_cast<std::size_t>(size - left) + 2 * 64);
    }
};

/// From extrema over `from` pixels to extrema over `to`, from < to <= 2 * from, in place: each value is read
/// before the loop comes to overwrite it.
template <class Op>
HWY_INLINE void grow(Op op, std::uint8_t* row, int length, int from, int to) {
    const Bytes d;
    const auto step = static_cast<std::size_t>(to - from);
    const auto end = static_cast<std::size_t>(length);
    for (std::size_t i = 0; i < end; i += hn::Lanes(d)) {
        hn::Store(op(hn::Load(d, row + i), hn::LoadU(d, row + i + step)), d, row + i);
    }
}

/// f(vector position) for whole vectors straight into `out`, the rest by way of a small buffer.
template <class F>
HWY_INLINE void write_row(std::uint8_t* out, int width, F&& value_at) {
    const Bytes d;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    std::size_t i = 0;
    for (; i + n <= w; i += n) hn::StoreU(value_at(i), d, out + i);
    if (i < w) {
        alignas(64) std::uint8_t rest[HWY_MAX_BYTES];
        hn::Store(value_at(i), d, rest);
        std::memcpy(out + i, rest, w - i);
    }
}

template <class Op>
void slide(Op op, const std::uint8_t* in, std::uint8_t* out, int width, int size, int left) {
    Padded row;
    row.fill(neutral(Op::kWhat), in, width, left, size);
    int m = 1;
    for (; 2 * m <= size; m *= 2) grow(op, row.data, width + size - m, m, 2 * m);
    const Bytes d;
    const auto step = static_cast<std::size_t>(size - m);
    write_row(out, width, [&](std::size_t i) HWY_ATTR {
        return op(hn::Load(d, row.data + i), hn::LoadU(d, row.data + i + step));
    });
}

void SlideExtremum(Extremum what, const std::uint8_t* in, std::uint8_t* out, int width, int size, int left) {
    if (what == Extremum::max) return slide(Maximum(), in, out, width, size, left);
    slide(Minimum(), in, out, width, size, left);
}

template <class Op>
void merge(Op op, const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out, int width) {
    const Bytes d;
    write_row(out, width,
              [&](std::size_t i) HWY_ATTR { return op(hn::LoadU(d, a + i), hn::LoadU(d, b + i)); });
}

void MergeExtremum(Extremum what, const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out,
                   int width) {
    if (what == Extremum::max) return merge(Maximum(), a, b, out, width);
    merge(Minimum(), a, b, out, width);
}

template <class Op>
void step(Op op, std::uint8_t* running, const std::uint8_t* next, const std::uint8_t* tail, std::uint8_t* out,
          int width) {
    const Bytes d;
    write_row(out, width, [&](std::size_t i) HWY_ATTR {
        const auto now = op(hn::LoadU(d, running + i), hn::LoadU(d, next + i));
        hn::StoreU(now, d, running + i);
        return op(now, hn::LoadU(d, tail + i));
    });
}

void StepExtremum(Extremum what, std::uint8_t* running, const std::uint8_t* next, const std::uint8_t* tail,
                  std::uint8_t* out, int width) {
    if (what == Extremum::max) return step(Maximum(), running, next, tail, out, width);
    step(Minimum(), running, next, tail, out, width);
}

// One pass a different length, shared by all rows of the element that have it: E. Urbach, M. Wilkinson,
// "Efficient 2-D grayscale morphological transformations with arbitrary flat structuring elements", 2008.
template <class Op>
void spread(Op op, const std::uint8_t* in, int width, int size, int left, const Chord* chords, int count,
            std::uint8_t* const* results) {
    const Bytes d;
    Padded row;
    row.fill(neutral(Op::kWhat), in, width, left, size);
    int length = 1;
    for (int c = 0; c < count; ++c) {
        while (length < chords[c].length) {
            const int next = std::min(2 * length, chords[c].length);
            grow(op, row.data, width + size - length, length, next);
            length = next;
        }
        std::uint8_t* const result = results[chords[c].row];
        if (result == nullptr) continue;
        const std::uint8_t* const from = row.data + chords[c].start;
        for (std::size_t i = 0; i < static_cast<std::size_t>(width); i += hn::Lanes(d)) {
            hn::Store(op(hn::Load(d, result + i), hn::LoadU(d, from + i)), d, result + i);
        }
    }
}

void SpreadChords(Extremum what, const std::uint8_t* in, int width, int size, int left, const Chord* chords,
                  int count, std::uint8_t* const* results) {
    if (what == Extremum::max) return spread(Maximum(), in, width, size, left, chords, count, results);
    spread(Minimum(), in, width, size, left, chords, count, results);
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {

HWY_EXPORT(SlideExtremum);
HWY_EXPORT(MergeExtremum);
HWY_EXPORT(StepExtremum);
HWY_EXPORT(SpreadChords);

void slide_extremum(Extremum what, const std::uint8_t* in, std::uint8_t* out, int width, int size, int left) {
    HWY_DYNAMIC_DISPATCH(SlideExtremum)(what, in, out, width, size, left);
}
void merge_extremum(Extremum what, const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out,
                    int width) {
    HWY_DYNAMIC_DISPATCH(MergeExtremum)(what, a, b, out, width);
}
void step_extremum(Extremum what, std::uint8_t* running, const std::uint8_t* next, const std::uint8_t* tail,
                   std::uint8_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(StepExtremum)(what, running, next, tail, out, width);
}
void spread_chords(Extremum what, const std::uint8_t* in, int width, int size, int left, const Chord* chords,
                   int count, std::uint8_t* const* results) {
    HWY_DYNAMIC_DISPATCH(SpreadChords)(what, in, width, size, left, chords, count, results);
}

}  // namespace vbg::mask
#endif
