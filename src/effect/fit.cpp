#include "effect/fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "effect/frame_rows.hpp"

namespace vbg {

namespace {

constexpr int kMostFitStrips = 16;

/// One row of 3-byte pixels, colours swapped where the orders differ. Not in place.
void copy_row(const std::uint8_t* from, std::uint8_t* to, int pixels, bool swap) {
    if (!swap) {
        std::memcpy(to, from, 3 * static_cast<std::size_t>(pixels));
        return;
    }
    for (int x = 0; x < pixels; ++x, from += 3, to += 3) {
        to[0] = from[2];
        to[1] = from[1];
        to[2] = from[0];
    }
}

void fill_row(std::uint8_t* to, int first, int last, const std::uint8_t (&color)[3]) {
    for (int x = first; x < last; ++x) std::memcpy(to + 3 * x, color, 3);
}

}  // namespace

Fit fit_of(std::string_view word) {
    if (word == "contain") return Fit::contain;
    if (word == "stretch") return Fit::stretch;
    return word == "tile" ? Fit::tile : Fit::cover;
}

void Fitter::Axis::prepare(double from, double length, int source, int results) {
    const double step = length / results;
    taps = step > 1 ? static_cast<int>(std::ceil(step)) + 1 : 2;
    taps = std::min(taps, source);
    first.assign(static_cast<std::size_t>(results), 0);
    weights.assign(static_cast<std::size_t>(results) * static_cast<std::size_t>(taps), 0.0F);
    for (int i = 0; i < results; ++i) {
        const double low = from + i * step, high = low + step;
        const double center = (low + high) / 2 - 0.5;
        const int begin = static_cast<int>(std::floor(step > 1 ? low : center));
        const int start = std::clamp(begin, 0, source - taps);
        float* w = &weights[static_cast<std::size_t>(i) * static_cast<std::size_t>(taps)];
        double sum = 0;
        for (int k = 0; k < taps; ++k) {
            const double at = start + k;
            // Growing: the tent between two centres, the border pixel beyond the outermost centre.
            const double near = std::clamp(center, 0.0, source - 1.0);
            const double weight =
                step > 1 ? std::min(high, at + 1) - std::max(low, at) : 1 - std::abs(near - at);
            w[k] = static_cast<float>(std::max(0.0, weight));
            sum += w[k];
        }
        for (int k = 0; k < taps; ++k) w[k] = static_cast<float>(w[k] / sum);
        first[static_cast<std::size_t>(i)] = start;
    }
}

void Fitter::configure(Size from, Size to, Fit fit, Color bars) {
    from_ = from;
    to_ = to;
    fit_ = fit;
    bars_ = bars;
    left_ = top_ = 0;
    width_ = to.width;
    height_ = to.height;
    plain_ = from == to;
    if (plain_ || fit == Fit::tile) return;
    double shown_width = from.width, shown_height = from.height;
    const double wide = static_cast<double>(to.width) / from.width;
    const double high = static_cast<double>(to.height) / from.height;
    if (fit == Fit::cover) {
        shown_width = to.width / std::max(wide, high);
        shown_height = to.height / std::max(wide, high);
    } else if (fit == Fit::contain) {
        const double scale = std::min(wide, high);
        width_ = std::clamp(static_cast<int>(std::lround(from.width * scale)), 1, to.width);
        height_ = std::clamp(static_cast<int>(std::lround(from.height * scale)), 1, to.height);
        left_ = (to.width - width_) / 2;
        top_ = (to.height - height_) / 2;
    }
    across_.prepare((from.width - shown_width) / 2, shown_width, from.width, width_);
    down_.prepare((from.height - shown_height) / 2, shown_height, from.height, height_);
    strips_ = std::min(kMostFitStrips, (height_ + kGrainRows - 1) / kGrainRows);
    sums_step_ = 3 * static_cast<std::size_t>(from.width) + 16;  // a whole vector may be read at the end
    sums_.assign(sums_step_ * static_cast<std::size_t>(strips_), 0.0F);
}

void Fitter::tile(const ConstFrameView& picture, const FrameView& out, Context& context) const {
    const bool swap = picture.format != out.format;
    context.parallel_rows(out.height, kGrainRows, [&](int first, int last) {
        for (int y = first; y < last; ++y) {
            for (int x = 0; x < out.width; x += picture.width) {
                copy_row(bytes(picture, y % picture.height), bytes(out, y) + 3 * x,
                         std::min(picture.width, out.width - x), swap);
            }
        }
    });
}

void Fitter::scale(const ConstFrameView& picture, const FrameView& out, int first, int last,
                   float* sums) const {
    // Rows are added up first, over the whole width, then columns: the first is the larger work and runs
    // along memory.
    const std::size_t all = row_size(picture);
    const auto taps = static_cast<std::size_t>(down_.taps);
    for (int y = first; y < last; ++y) {
        const auto i = static_cast<std::size_t>(y);
        bool begun = false;
        for (std::size_t k = 0; k < taps; ++k) {
            const float weight = down_.weights[i * taps + k];
            if (weight == 0.0F && (begun || k + 1 < taps)) continue;
            rows::accumulate(bytes(picture, down_.first[i] + static_cast<int>(k)), weight, begun, sums, all);
            begun = true;
        }
        std::uint8_t* to = bytes(out, top_ + y) + 3 * left_;
        rows::gather(sums, across_.first.data(), across_.weights.data(), across_.taps, to,
                     static_cast<std::size_t>(width_), picture.format != out.format);
    }
}

void Fitter::apply(const ConstFrameView& picture, const FrameView& out, Context& context) {
    if (plain_ || fit_ == Fit::tile) return tile(picture, out, context);
    const bool red_first = out.format == PixelFormat::rgb8;
    const std::uint8_t color[3] = {red_first ? bars_.r : bars_.b, bars_.g, red_first ? bars_.b : bars_.r};
    for (int y = 0; y < to_.height; ++y) {
        const bool bar = y < top_ || y >= top_ + height_;
        fill_row(bytes(out, y), 0, bar ? to_.width : left_, color);
        fill_row(bytes(out, y), bar ? to_.width : left_ + width_, to_.width, color);
    }
    context.parallel_rows(strips_, 1, [&](int first, int last) {
        for (int s = first; s < last; ++s) {
            scale(picture, out, s * height_ / strips_, (s + 1) * height_ / strips_,
                  sums_.data() + static_cast<std::size_t>(s) * sums_step_);
        }
    });
}

}  // namespace vbg
