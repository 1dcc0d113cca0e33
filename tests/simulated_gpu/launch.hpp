#pragma once
/// @file launch.hpp  How kernels come to the simulated GPU.

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <vbg/types.hpp>

#include "cuda/clear_padding.hpp"
#include "cuda/commands.hpp"

namespace vbg::cuda::simulated {

// What a GPU has at least, and nvcc allows.
inline constexpr std::size_t kMostKernelBytes = 4096;  ///< of a kernel's arguments
inline constexpr std::size_t kMostShared = 48 * 1024;  ///< bytes that a block's threads share
inline constexpr int kMostThreads = 1024;              ///< in a block

/// Does a kernel for a grid, or all pixels; `backwards`: the last one first.
using Run = void (*)(const void* kernel, int across, int down, bool backwards);

/// How it is told apart from others, and done.
inline const void* function_of(Run run) { return reinterpret_cast<const void*>(run); }

/// What lies between a struct's members must not look like addresses: where the compiler cannot clear it, the
/// kernels' pointers are not looked at.
inline constexpr bool kSeesPointers = kClearsPadding;
/// The sanitizers' heaps begin at round numbers, which tables of colours hold, too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSeesHostMemory = false;
#else
inline constexpr bool kSeesHostMemory = kSeesPointers;
#endif

/// Gives it to the stream, as src/cuda/launch.cuh does.
template <class Kernel>
void launch(const Kernel& kernel, Run run, int across, int down, const Device& device, StreamRef stream,
            std::string_view what) {
    static_assert(std::is_trivially_copyable_v<Kernel>, "kernels are copied to the GPU byte by byte");
    static_assert(sizeof(Kernel) <= kMostKernelBytes, "more arguments than a launch takes");
    static_assert(alignof(Kernel) <= kArgumentAlignment);
    Kernel copy = kernel;
    VBG_CLEAR_PADDING(&copy);
    vbg::cuda::queue({what, KernelStep{function_of(run), static_cast<unsigned>(across),
                                       static_cast<unsigned>(down), 1, 1, &copy, sizeof copy}},
                     device, stream);
}

}  // namespace vbg::cuda::simulated
