#pragma once
/// @file row_window.hpp  Walks down a picture with rows above and below at hand, although each row may be
/// overwritten by its result as soon as it is done.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vbg/context.hpp>
#include <vector>

namespace vbg {

/// For effects whose row y needs rows y - reach, y and y + reach of something made from the picture row by
/// row. Each such row is made once and kept in a small ring that stays in the cache; so the picture is read
/// once and written once. On several threads the picture is cut into strips, whose border rows are made
/// beforehand, while nothing has been overwritten yet. The result is the same for any number of threads.
///
/// A kept row has `planes` planes of `bytes` bytes; `margin` zero bytes lie before and after each, and rows
/// outside the picture are all zero. Reentrant.
class RowWindow {
public:
    /// Allocates. `scratch`: bytes that finish() gets for its own use.
    void configure(int height, int reach, std::size_t planes, std::size_t bytes, std::size_t margin,
                   std::size_t scratch);

    /// One kept row.
    class Row {
    public:
        Row(std::uint8_t* first, std::size_t plane_step) noexcept : first_(first), plane_step_(plane_step) {}
        [[nodiscard]] std::uint8_t* plane(std::size_t p) const noexcept { return first_ + p * plane_step_; }

    private:
        std::uint8_t* first_;
        std::size_t plane_step_;
    };

    /// Calls prepare(y, Row) for every row (border rows of strips twice) and finish(y, above, here, below,
    /// scratch) for every row once, after the rows that it needs were prepared and before row y + reach + 1
    /// of the same strip is. Both may be called on several threads at the same time.
    template <class Prepare, class Finish>
    void run(Context& context, Prepare&& prepare, Finish&& finish) {
        const int strips = context.threads() == 1 ? 1 : strips_;
        const int rows = strips == 1 ? height_ : strip_rows_;
        if (strips > 1) {
            context.parallel_rows(strips, 1, [&](int first, int last) {
                for (int s = first; s < last; ++s) prepare_borders(s, prepare);
            });
        }
        context.parallel_rows(strips, 1, [&](int first, int last) {
            for (int s = first; s < last; ++s) {
                run_strip(s, s * rows, std::min(height_, (s + 1) * rows), prepare, finish);
            }
        });
    }

private:
    /// Kept rows of strip `s`: 2 reach + 1 of the ring, then `reach` above it and `reach` below it.
    [[nodiscard]] Row slot(int s, int index) noexcept {
        const auto n = static_cast<std::size_t>(s * (4 * reach_ + 1) + index + 1);  // slot 0 is the zero row
        return {kept_.data() + n * planes_ * plane_step_ + margin_, plane_step_};
    }
    [[nodiscard]] Row row(int s, int y, int first, int last) noexcept {
        if (y < 0 || y >= height_) return {kept_.data() + margin_, plane_step_};
        const int ring = 2 * reach_ + 1;
        if (y < first) return slot(s, ring + y - (first - reach_));
        if (y >= last) return slot(s, ring + reach_ + y - last);
        return slot(s, y % ring);
    }
    template <class Prepare>
    void prepare_borders(int s, Prepare& prepare) {
        const int first = s * strip_rows_, last = std::min(height_, first + strip_rows_);
        for (int y = std::max(0, first - reach_); y < first; ++y) prepare(y, row(s, y, first, last));
        for (int y = last; y < std::min(height_, last + reach_); ++y) prepare(y, row(s, y, first, last));
    }
    template <class Prepare, class Finish>
    void run_strip(int s, int first, int last, Prepare& prepare, Finish& finish) {
        std::uint8_t* scratch = scratch_.data() + static_cast<std::size_t>(s) * scratch_bytes_;
        for (int y = first; y < std::min(last, first + reach_); ++y) prepare(y, row(s, y, first, last));
        for (int y = first; y < last; ++y) {
            if (y + reach_ < last) prepare(y + reach_, row(s, y + reach_, first, last));
            finish(y, row(s, y - reach_, first, last), row(s, y, first, last),
                   row(s, y + reach_, first, last), scratch);
        }
    }

    int height_ = 0, reach_ = 0, strips_ = 1, strip_rows_ = 1;
    std::size_t planes_ = 1, plane_step_ = 0, margin_ = 0, scratch_bytes_ = 0;
    std::vector<std::uint8_t> kept_, scratch_;
};

}  // namespace vbg
