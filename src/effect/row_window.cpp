#include "effect/row_window.hpp"

namespace vbg {

namespace {
constexpr int kMostStrips = 16;  // enough to even out the pieces of 4 threads
constexpr int kLeastRows = 32;   // a strip's border rows are made twice: keep them few beside its own
constexpr std::size_t kCacheLine = 64;

std::size_t whole_lines(std::size_t bytes) { return (bytes + kCacheLine - 1) / kCacheLine * kCacheLine; }
}  // namespace

void RowWindow::configure(int height, int reach, std::size_t planes, std::size_t bytes, std::size_t margin,
                          std::size_t scratch) {
    height_ = height;
    reach_ = reach;
    planes_ = planes;
    margin_ = whole_lines(margin);
    plane_step_ = margin_ + whole_lines(bytes) + margin_;
    scratch_bytes_ = whole_lines(scratch);
    strip_rows_ = std::max({kLeastRows, 4 * reach, (height + kMostStrips - 1) / kMostStrips});
    strips_ = (height + strip_rows_ - 1) / strip_rows_;
    const auto slots = static_cast<std::size_t>(strips_ * (4 * reach + 1) + 1);
    kept_.assign(slots * planes_ * plane_step_, 0);
    scratch_.assign(static_cast<std::size_t>(strips_) * scratch_bytes_, 0);
}

}  // namespace vbg
