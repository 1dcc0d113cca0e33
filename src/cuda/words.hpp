#pragma once
/// @file words.hpp  Small things that kernels share: four bytes at once, counts of blocks, cuts to a byte.

#include <cmath>
#include <cstring>

#include "cuda/portable.hpp"

namespace vbg {
namespace cuda {

VBG_HD constexpr int div_up(int n, int by) { return (n + by - 1) / by; }
VBG_HD constexpr int at_least(int a, int b) { return a > b ? a : b; }
VBG_HD constexpr int at_most(int a, int b) { return a < b ? a : b; }
VBG_HD constexpr int within(int v, int low, int high) { return at_least(low, at_most(v, high)); }

/// The largest k with 2^k <= n; n >= 1.
VBG_HD constexpr int floor_log2(int n) {
    int k = 0;
    while (n > 1) {
        n >>= 1;
        ++k;
    }
    return k;
}

VBG_HD inline std::uint8_t cut_to_byte(int v) { return static_cast<std::uint8_t>(within(v, 0, 255)); }

/// To the nearest whole number, halves to the even one, as the CPU's vector conversions do.
VBG_HD inline int nearest(float v) {
#ifdef __CUDA_ARCH__
    return __float2int_rn(v);
#else
    return static_cast<int>(std::lrint(v));
#endif
}

/// Up to four neighbouring bytes, moved as one word where they are whole and lie at a multiple of 4.
struct FourBytes {
    std::uint8_t at[4] = {};

    VBG_HD static bool whole(const std::uint8_t* p, int count) {
        return count >= 4 && reinterpret_cast<std::uintptr_t>(p) % 4 == 0;
    }
    VBG_HD static FourBytes load(const std::uint8_t* p, int count) {
        FourBytes four;
        if (whole(p, count)) {
#ifdef __CUDA_ARCH__
            const std::uint32_t word = *reinterpret_cast<const std::uint32_t*>(p);
#else
            std::uint32_t word = 0;
            std::memcpy(&word, p, 4);
#endif
            for (unsigned i = 0; i < 4; ++i) four.at[i] = static_cast<std::uint8_t>(word >> (8 * i));
            return four;
        }
        for (int i = 0; i < at_most(count, 4); ++i) four.at[i] = p[i];
        return four;
    }
    VBG_HD void store(std::uint8_t* p, int count) const {
        if (whole(p, count)) {
            std::uint32_t word = 0;
            for (unsigned i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(at[i]) << (8 * i);
#ifdef __CUDA_ARCH__
            *reinterpret_cast<std::uint32_t*>(p) = word;
#else
            std::memcpy(p, &word, 4);
#endif
            return;
        }
        for (int i = 0; i < at_most(count, 4); ++i) p[i] = at[i];
    }
};

/// Where a stage's planes lie in its one piece of scratch memory. Each row begins at a multiple of 128 bytes
/// from its start.
class ScratchPlan {
public:
    template <class T>
    struct Part {
        std::size_t offset = 0;
        std::ptrdiff_t stride = 0;
        Rows<T> in(void* scratch) const {
            return {reinterpret_cast<T*>(static_cast<std::uint8_t*>(scratch) + offset), stride};
        }
    };
    template <class T>
    Part<T> add(int width, int height) {
        const std::size_t row = (static_cast<std::size_t>(width) * sizeof(T) + 127) / 128 * 128;
        const Part<T> part{bytes_, static_cast<std::ptrdiff_t>(row)};
        bytes_ += row * static_cast<std::size_t>(height);
        return part;
    }
    std::size_t bytes() const { return bytes_; }

private:
    std::size_t bytes_ = 0;
};

}  // namespace cuda
}  // namespace vbg
