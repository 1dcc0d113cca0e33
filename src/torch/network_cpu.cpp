#include "torch/network_cpu.hpp"

#include <algorithm>
#include <cstdint>
#include <thread>

#if defined(__x86_64__)
#    include <cpuid.h>
#endif

namespace vbg::net {
namespace {

#if defined(__x86_64__)

/// Register-state mask the operating system saves at a task switch (XCR0). Only where CPUID says OSXSAVE.
std::uint64_t saved_state() noexcept {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & (1U << 27)) == 0) return 0;
    std::uint32_t low = 0, high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t{high} << 32) | low;
}

/// Bit positions: Intel, "Architecture Instruction Set Extensions Programming Reference", CPUID leaf 7.
CpuFeatures detect() noexcept {
    CpuFeatures found;
    const std::uint64_t saved = saved_state();
    const bool zmm = (saved & 0xE6U) == 0xE6U;          // SSE, AVX, opmask, upper halves, upper registers
    const bool tiles = (saved & 0x60000U) == 0x60000U;  // tile configuration and data
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return found;
    const unsigned leaves = a;
    const bool avx512 =
        zmm && (b & (1U << 16)) != 0 && (b & (1U << 30)) != 0 && (b & (1U << 31)) != 0;  // F, BW, VL
    found.amx_bf16 = avx512 && tiles && (d & (1U << 22)) != 0 && (d & (1U << 24)) != 0;  // AMX-BF16, AMX-TILE
    if (leaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0)
        found.avx512_bf16 = avx512 && (a & (1U << 5)) != 0;
    return found;
}

#else

CpuFeatures detect() noexcept { return {}; }

#endif

}  // namespace

const CpuFeatures& cpu_features() noexcept {
    static const CpuFeatures features = detect();
    return features;
}

int default_threads() noexcept {
    return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
}

}  // namespace vbg::net
