#pragma once
/// @file over_kernel.hpp  One row of "person over background", in the widest SIMD the CPU has.

#include <cstddef>
#include <cstdint>

namespace vbg::over_kernel {

/// For each of `pixels` pixels and each of its 3 bytes: out = round((fg * a + bg * (255 - a)) / 255).
/// Exact at both ends (a = 0: bg, a = 255: fg) and correctly rounded between: 255 is odd, so there are no
/// ties. `out` may be `fg` or `bg`.
void row(const std::uint8_t* fg, const std::uint8_t* alpha, const std::uint8_t* bg, std::uint8_t* out,
         std::size_t pixels);

}  // namespace vbg::over_kernel
