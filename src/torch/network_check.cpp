#include "torch/network_check.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace vbg::net {
namespace {

constexpr int wanted_side = 128;

int side(const model::InputDescription& input) {
    const int stride = std::max(input.stride, 1);
    const int steps = (wanted_side + stride - 1) / stride;
    return input.rule == model::SizeRule::stride_plus ? steps * stride + 1 : steps * stride;
}

using Color = std::array<float, 3>;

bool in_ellipse(float x, float y, float cx, float cy, float rx, float ry) noexcept {
    const float dx = (x - cx) / rx, dy = (y - cy) / ry;
    return dx * dx + dy * dy < 1.F;
}

/// A poster of a person before a wall, sides scaled to 0..1: a network that has seen people answers with more
/// than "nothing here", which would hide what is wrong with it.
Color paint(float x, float y) noexcept {
    const Color skin{224.F, 172.F, 140.F}, dark{48.F, 36.F, 30.F}, cloth{60.F, 80.F, 150.F};
    if (in_ellipse(x, y, 0.46F, 0.38F, 0.015F, 0.012F) || in_ellipse(x, y, 0.54F, 0.38F, 0.015F, 0.012F))
        return dark;
    if (in_ellipse(x, y, 0.5F, 0.49F, 0.04F, 0.012F)) return Color{160.F, 70.F, 70.F};
    if (in_ellipse(x, y, 0.5F, 0.41F, 0.11F, 0.16F)) return skin;
    if (in_ellipse(x, y, 0.5F, 0.36F, 0.135F, 0.17F)) return dark;
    if (in_ellipse(x, y, 0.5F, 0.6F, 0.06F, 0.12F)) return skin;
    if (in_ellipse(x, y, 0.5F, 1.F, 0.32F, 0.36F)) return cloth;
    const float wall = 170.F + 40.F * x - 30.F * y;
    return Color{wall, wall + 6.F, wall - 8.F};
}

double standard_deviation(const at::Tensor& values) {
    const double mean = values.mean().item<double>();
    return std::sqrt((values - mean).square().mean().item<double>());
}

}  // namespace

std::pair<int, int> check_size(const model::InputDescription& input) {
    if (input.rule == model::SizeRule::fixed) return {input.height, input.width};
    return {side(input), side(input)};
}

at::Tensor check_picture(const model::InputDescription& input) {
    const auto [height, width] = check_size(input);
    at::Tensor picture = at::empty({1, height, width, 3}, at::kFloat);
    float* out = picture.data_ptr<float>();
    std::uint32_t noise = 12345;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const Color color = paint((static_cast<float>(x) + 0.5F) / static_cast<float>(width),
                                      (static_cast<float>(y) + 0.5F) / static_cast<float>(height));
            noise =
                noise * 1664525U + 1013904223U;  // Numerical Recipes' generator: the same grain everywhere
            const float grain = static_cast<float>(noise >> 24) / 16.F - 8.F;
            for (std::size_t c = 0; c < 3; ++c)
                *out++ = std::clamp(color[c] + grain, 0.F, 255.F) * input.scale[c] + input.offset[c];
        }
    return picture.permute({0, 3, 1, 2});
}

Difference compare(const std::vector<at::Tensor>& reference, const std::vector<at::Tensor>& result) {
    Difference difference;
    difference.usable = reference.size() == result.size();
    for (std::size_t i = 0; difference.usable && i < reference.size(); ++i) {
        const at::Tensor want = reference[i].to(at::kCPU, at::kDouble);
        const at::Tensor got = result[i].to(at::kCPU, at::kDouble);
        difference.usable =
            want.sizes() == got.sizes() && want.numel() > 0 && got.isfinite().all().item<bool>();
        if (!difference.usable) break;
        const at::Tensor off = got - want;
        const double spread = std::max(standard_deviation(want), 1e-3);
        difference.largest = std::max(difference.largest, off.abs().max().item<double>());
        difference.relative =
            std::max(difference.relative, std::sqrt(off.square().mean().item<double>()) / spread);
    }
    return difference;
}

bool is_rounding(const Difference& difference, bool exact) noexcept {
    return difference.usable && difference.relative <= (exact ? 1e-3 : 0.15);
}

}  // namespace vbg::net
