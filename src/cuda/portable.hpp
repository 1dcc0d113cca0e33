#pragma once
/// @file portable.hpp  Arithmetic that is compiled twice: by nvcc for the GPU, and by any C++ compiler for
/// the tests that compare it with the CPU's stages. Headers NAME_pixel.hpp include this and no other part of
/// libvbg; what they define is plain C++17 without containers, exceptions or allocation.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#ifdef __CUDACC__
#    define VBG_HD __host__ __device__
#else
#    define VBG_HD
#endif

namespace vbg {
namespace cuda {

/// One plane as a kernel sees it: where its first row begins, and how many BYTES further the next one does
/// (negative: bottom-up). T is std::uint8_t or float, const where it is only read.
template <class T>
struct Rows {
    T* data = nullptr;
    std::ptrdiff_t stride = 0;

    [[nodiscard]] VBG_HD T* row(int y) const {
        using Byte = std::conditional_t<std::is_const_v<T>, const std::uint8_t, std::uint8_t>;
        return reinterpret_cast<T*>(reinterpret_cast<Byte*>(data) + y * stride);
    }
    [[nodiscard]] VBG_HD T& at(int x, int y) const { return row(y)[x]; }
};
using Bytes = Rows<std::uint8_t>;
using ConstBytes = Rows<const std::uint8_t>;
using Floats = Rows<float>;
using ConstFloats = Rows<const float>;

}  // namespace cuda
}  // namespace vbg
