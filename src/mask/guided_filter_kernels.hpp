#pragma once
/// @file guided_filter_kernels.hpp  Inner loops of the guided filter. All values are 0..1 as floats.
///
/// Float rows come from a Plane: they have kRowSlack behind them. "Padded" rows can also be read `reach`
/// values before the first and after the last.

#include <array>
#include <cstddef>
#include <cstdint>

namespace vbg::mask {

/// Farthest a window reaches to each side, in cells.
inline constexpr int kMaxWindowReach = 64;

/// How many numbers the filter keeps for each cell, for a guide of one or three channels.
struct GuideShape {
    int channels;
    /// Guide and matte; the same times the weight; the weight.
    [[nodiscard]] constexpr int inputs() const noexcept { return 2 * channels + 3; }
    /// Weighted means of 1, guide, matte, guide * matte, matte * matte and the products of each two channels.
    [[nodiscard]] constexpr int statistics() const noexcept {
        return 1 + channels + 1 + channels + 1 + channels * (channels + 1) / 2;
    }
    /// Slope for each channel, offset and the window's weight.
    [[nodiscard]] constexpr int coefficients() const noexcept { return channels + 2; }
    /// What is left of them after averaging: slopes and offset.
    [[nodiscard]] constexpr int averages() const noexcept { return channels + 1; }
};
inline constexpr int kMostInputs = GuideShape{3}.inputs();

/// sums[c][x] += channel c of pixel x.
void add_colors(const std::uint8_t* pixels, const std::array<std::uint16_t*, 3>& sums, int width);
void add_bytes(const std::uint8_t* row, std::uint16_t* sums, int width);
/// out[i] = scale * (sum of sums[i * group .. i * group + group - 1]); group is a power of two. Spoils
/// `sums`.
void fold(std::uint16_t* sums, float* out, int count, int group, float scale);

/// weight = 1 - confidence * (1 - (2 matte - 1)^2), at least 0.01: how sure the matte is; and guide and matte
/// times that. `inputs` has guide and matte, `count` values each; the rest is written.
void weigh(GuideShape shape, const std::array<float*, kMostInputs>& inputs, int count, float confidence);

/// Sums over 2 * reach + 1 columns of all statistics. `inputs` are padded rows, `out` begins at its first
/// row; `stride` is from one statistic's row to the next.
void sum_statistics(GuideShape shape, const std::array<const float*, kMostInputs>& inputs, float* out,
                    std::ptrdiff_t stride, int width, int reach);

/// Sums the statistics over `count` rows and fits the matte: coefficients times the window's weight, and
/// that. `eps` is added to the guide's variance.
void solve(GuideShape shape, const float* const* rows, int count, std::ptrdiff_t stride, float* out,
           std::ptrdiff_t out_stride, int width, float eps);

/// out[x] = sum of in[x - reach .. x + reach]; `in` is padded.
void sum_window(const float* in, float* out, int width, int reach);
/// Sums coefficients over `count` rows and divides them by the sum of the weights.
void average(GuideShape shape, const float* const* rows, int count, std::ptrdiff_t stride, float* out,
             std::ptrdiff_t out_stride, int width);

/// out: `width` values at `factor` times the resolution of `in` (`count` values), interpolated.
void expand(const float* in, float* out, int count, int width, int factor);

/// One row of the result: slopes * pixel + offset, with coefficients between those of two rows:
/// (1 - t) * upper + t * lower. `reversed`: the guide's channels come last to first.
void apply_guide(GuideShape shape, const std::uint8_t* pixels, const float* upper, const float* lower,
                 std::ptrdiff_t stride, float t, bool reversed, std::uint8_t* out, int width);

}  // namespace vbg::mask
