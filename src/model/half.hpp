#pragma once
/// @file half.hpp  IEEE half-precision numbers as files store them. C++17-clean.

#include <cmath>
#include <cstdint>
#include <cstring>

namespace vbg::model {

/// The value of 16 bits: 1 sign, 5 exponent (bias 15), 10 fraction.
[[nodiscard]] inline float half_to_float(std::uint16_t half) noexcept {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
    const std::uint32_t exponent = (half >> 10U) & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0) {  // zero or subnormal: fraction * 2^-24
        const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
        return sign != 0 ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + 112U;  // bias 15 -> 127
    const std::uint32_t bits = sign | (wide << 23U) | (fraction << 13U);
    float value = 0.F;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

}  // namespace vbg::model
