#include "torch/network_check.hpp"

#include <ATen/Functions.h>

#include <algorithm>
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

/// Grey level 0..255 at a point of the picture, sides scaled to 0..1.
float level(float x, float y, int channel, std::uint32_t& noise) {
    const float phase = 1.7F * static_cast<float>(channel);
    const float wave = std::sin(9.F * x + phase) * std::cos(7.F * y - phase);
    const float dx = x - 0.5F, dy = y - 0.6F;
    const float blob = std::exp(-12.F * (dx * dx + dy * dy));
    noise = noise * 1664525U + 1013904223U;  // Numerical Recipes' generator: the same picture everywhere
    const float grain = static_cast<float>(noise >> 24) / 255.F - 0.5F;
    return std::clamp(110.F + 60.F * wave + 90.F * blob + 20.F * grain, 0.F, 255.F);
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
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c) {
                const auto i = static_cast<std::size_t>(c);
                const float v = level(static_cast<float>(x) / static_cast<float>(width),
                                      static_cast<float>(y) / static_cast<float>(height), c, noise);
                *out++ = v * input.scale[i] + input.offset[i];
            }
    return picture.permute({0, 3, 1, 2});
}

Difference compare(const std::vector<at::Tensor>& reference, const std::vector<at::Tensor>& result) {
    Difference difference;
    difference.usable = reference.size() == result.size();
    for (std::size_t i = 0; difference.usable && i < reference.size(); ++i) {
        const at::Tensor want = reference[i].to(at::kCPU, at::kDouble);
        const at::Tensor got = result[i].to(at::kCPU, at::kDouble);
        difference.usable = want.sizes() == got.sizes() && want.numel() > 0 && got.isfinite().all().item<bool>();
        if (!difference.usable) break;
        const at::Tensor off = got - want;
        const double spread = std::max(standard_deviation(want), 1e-3);
        difference.largest = std::max(difference.largest, off.abs().max().item<double>());
        difference.relative = std::max(difference.relative, std::sqrt(off.square().mean().item<double>()) / spread);
    }
    return difference;
}

bool is_rounding(const Difference& difference, bool fp32) noexcept {
    return difference.usable && difference.relative <= (fp32 ? 1e-3 : 0.15);
}

}  // namespace vbg::net
