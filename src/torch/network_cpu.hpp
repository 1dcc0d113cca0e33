#pragma once
/// @file network_cpu.hpp  What this CPU can do that decides how a network is run. No torch header.

namespace vbg::net {

struct CpuFeatures {
    bool amx_bf16 = false;     ///< bfloat16 matrix tiles, and the system saves their registers
    bool avx512_bf16 = false;  ///< bfloat16 dot products on 512-bit vectors, likewise
};

/// Read once from CPUID and XCR0; everything is false on other architectures.
[[nodiscard]] const CpuFeatures& cpu_features() noexcept;

/// Threads for a network where the caller names none: the cores this process may use, at most 4. More of them
/// would take the cores the video call itself needs, and gain little on networks of this size.
[[nodiscard]] int default_threads() noexcept;

}  // namespace vbg::net
