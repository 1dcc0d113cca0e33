#pragma once
/// @file launch.hpp  How kernels come to the simulated GPU.

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace vbg::cuda::simulated {

// What a GPU has at least, and nvcc allows.
inline constexpr std::size_t kMostKernelBytes = 4096;  ///< of a kernel's arguments
inline constexpr std::size_t kMostShared = 48 * 1024;  ///< bytes that a block's threads share
inline constexpr int kMostThreads = 1024;              ///< in a block

/// Does a kernel for a grid, or all pixels; `backwards`: the last one first.
using Run = void (*)(const void* kernel, int across, int down, bool backwards);

struct Launch {
    Run run = nullptr;
    int across = 0, down = 0;
    std::string_view what;  ///< the operator; lives as long as the program
    std::size_t bytes = 0;  ///< of the kernel
};

/// Queues it. `kernel` is copied, as a launch does. Answers a Status.
[[nodiscard]] int queue(int gpu, void* stream, const Launch& launch, const void* kernel) noexcept;

// What lies between a struct's members must not look like addresses. Where the compiler cannot clear it the
// kernels' pointers are not looked at. gcc 12 forgets what lies behind a long array of structs, so such an
// array has to end at a multiple of eight bytes.
#if defined(__has_builtin)
#    if __has_builtin(__builtin_clear_padding)
#        define VBG_TEST_CLEAR_PADDING(object) __builtin_clear_padding(object)
#    endif
#endif
#ifdef VBG_TEST_CLEAR_PADDING
inline constexpr bool kSeesPointers = true;
#else
#    define VBG_TEST_CLEAR_PADDING(object)
inline constexpr bool kSeesPointers = false;
#endif
/// The sanitizers' heaps begin at round numbers, which tables of colours hold, too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSeesHostMemory = false;
#else
inline constexpr bool kSeesHostMemory = kSeesPointers;
#endif

template <class Kernel>
[[nodiscard]] int launch(int gpu, void* stream, const Kernel& kernel, Run run, int across, int down,
                         std::string_view what) noexcept {
    static_assert(std::is_trivially_copyable_v<Kernel>, "kernels are copied to the GPU byte by byte");
    static_assert(sizeof(Kernel) <= kMostKernelBytes, "more arguments than a launch takes");
    Kernel copy = kernel;
    VBG_TEST_CLEAR_PADDING(&copy);
    return queue(gpu, stream, {run, across, down, what, sizeof copy}, &copy);
}

}  // namespace vbg::cuda::simulated
