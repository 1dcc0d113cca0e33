// Labelling by runs with union-find: K. Wu, E. Otoo, K. Suzuki, "Optimizing two-pass connected-component
// labeling algorithms", 2009. Two rows of runs are merged like two sorted lists.
#include "mask/components.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/components.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// bits[i] = whether row[i] is on the wanted side, in whole 64-bit words; the bits past the end are 0.
void RowBits(const std::uint8_t* row, std::size_t width, std::uint8_t level, bool below,
             std::uint64_t* bits) {
    const std::uint64_t flip = below ? ~std::uint64_t{0} : 0;
    const hn::CappedTag<std::uint8_t, 64> d;
    const std::size_t n = hn::Lanes(d);
    const auto least = hn::Set(d, level);
    std::size_t x = 0;
    for (; x + 64 <= width; x += 64) {
        std::uint64_t word = 0;
        if constexpr (HWY_TARGET == HWY_SCALAR) {
            for (std::size_t i = 0; i < 64; ++i) word |= std::uint64_t{row[x + i] >= level} << i;
        } else {
            for (std::size_t i = 0; i < 64; i += n) {
                const auto v = hn::LoadU(d, row + x + i);
                std::uint8_t part[8] = {};
                hn::StoreMaskBits(d, hn::Eq(hn::Max(v, least), v), part);
                std::uint64_t some = 0;
                std::memcpy(&some, part, 8);
                word |= some << i;
            }
        }
        bits[x / 64] = word ^ flip;
    }
    if (x == width) return;
    std::uint64_t word = 0;
    for (std::size_t i = 0; x + i < width; ++i) word |= std::uint64_t{(row[x + i] >= level) != below} << i;
    bits[x / 64] = word;
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {

HWY_EXPORT(RowBits);

namespace {

/// Calls f(column) at every change from 0 to 1 and back, `width` standing in for a last change.
template <class F>
void for_each_change(const std::uint64_t* bits, std::size_t words, int width, F&& f) {
    std::uint64_t before = 0;
    for (std::size_t w = 0; w < words; ++w) {
        const std::uint64_t word = bits[w];
        std::uint64_t changes = word ^ (word << 1U | before);
        before = word >> 63U;
        for (; changes != 0; changes &= changes - 1) {
            f(static_cast<int>(w * 64) + std::countr_zero(changes));
        }
    }
    if (before != 0) f(width);  // a run to the end of a row that fills its last word
}

}  // namespace

void Components::configure(int width, int height) {
    const int most = (width + 1) / 2;  // runs in a row
    runs_.resize(most * height, 1);
    starts_.resize(height + 1, 1);
}

std::uint32_t Components::root(std::uint32_t index) noexcept {
    Run* const runs = runs_.row(0);
    while (runs[index].parent != index) {
        runs[index].parent = runs[runs[index].parent].parent;  // halve the way for the next one
        index = runs[index].parent;
    }
    return index;
}

void Components::join(std::uint32_t a, std::uint32_t b) noexcept {
    a = root(a);
    b = root(b);
    if (a > b) std::swap(a, b);
    runs_.row(0)[b].parent = a;
}

void Components::join_rows(int y, int reach) noexcept {
    const Run* const runs = runs_.row(0);
    const std::uint32_t* const starts = starts_.row(0);
    std::uint32_t above = starts[y - 1];
    std::uint32_t here = starts[y];
    while (above < starts[y] && here < starts[y + 1]) {
        if (runs[above].first < runs[here].last + reach && runs[here].first < runs[above].last + reach) {
            join(above, here);
        }
        // Whichever ends first has met all that it can meet.
        if (runs[above].last < runs[here].last) {
            ++above;
        } else {
            ++here;
        }
    }
}

void Components::add_up(int width, int height) noexcept {
    Run* const runs = runs_.row(0);
    const std::uint32_t* const starts = starts_.row(0);
    for (int y = 0; y < height; ++y) {
        for (std::uint32_t i = starts[y]; i < starts[y + 1]; ++i) {
            Run& run = runs[i];
            run.parent = runs[run.parent].parent;  // parents come earlier and already point to the first run
            const std::uint32_t length = std::uint32_t{run.last} - run.first;
            const bool edge = y == 0 || y == height - 1 || run.first == 0 || run.last == width;
            Run& first = runs[run.parent];
            if (run.parent == i) run.area = 0;
            first.area =
                ((first.area & ~kTouches) + length) | (first.area & kTouches) | (edge ? kTouches : 0);
            largest_ = std::max(largest_, first.area & ~kTouches);
        }
    }
}

void Components::find(const ConstMaskView& matte, std::uint8_t level, Side side, Neighbours neighbours) {
    const auto width = static_cast<std::size_t>(matte.width);
    Run* const runs = runs_.row(0);
    std::uint32_t* const starts = starts_.row(0);
    std::uint32_t count = 0;
    for (int y = 0; y < matte.height; ++y) {
        std::uint64_t bits[kMaxSide / 64 + 1];
        HWY_DYNAMIC_DISPATCH(RowBits)(bytes(matte, y), width, level, side == Side::below, bits);
        starts[y] = count;
        bool open = false;
        for_each_change(bits, (width + 63) / 64, matte.width, [&](int x) {
            if (open) {
                runs[count++].last = static_cast<std::uint16_t>(x);
            } else {
                runs[count].first = static_cast<std::uint16_t>(x);
                runs[count].parent = count;
            }
            open = !open;
        });
        starts[y + 1] = count;
        if (y > 0) join_rows(y, neighbours == Neighbours::eight ? 1 : 0);
    }
    largest_ = 0;
    add_up(matte.width, matte.height);
}

}  // namespace vbg::mask
#endif
