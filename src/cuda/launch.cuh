#pragma once
/// @file launch.cuh  The launches of kernels: one thread a pixel, which most operators need, or blocks whose
/// threads work together. For .cu files.

#include <cuda_runtime.h>

#include <string_view>
#include <type_traits>

#include <vbg/types.hpp>

#include "cuda/clear_padding.hpp"
#include "cuda/commands.hpp"

namespace vbg::cuda {

/// Gives a kernel of one argument to the stream; that is copied.
template <class Argument>
void launch(void (*kernel)(Argument), const Argument& argument, dim3 blocks, dim3 threads,
            const Device& device, StreamRef stream, std::string_view what) {
    static_assert(std::is_trivially_copyable_v<Argument> && alignof(Argument) <= kArgumentAlignment);
    Argument copy = argument;
    VBG_CLEAR_PADDING(&copy);
    queue({what, KernelStep{reinterpret_cast<const void*>(kernel), blocks.x, blocks.y, threads.x, threads.y,
                            &copy, sizeof copy}},
          device, stream);
}

template <class Pixel>
struct PixelGrid {
    Pixel pixel;
    int width, height;
};

template <class Pixel>
__global__ void per_pixel(const __grid_constant__ PixelGrid<Pixel> grid) {
    const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x < grid.width && y < grid.height) grid.pixel(x, y);
}

/// Calls `pixel(x, y)` for 0 <= x < width and 0 <= y < height on the GPU, in the stream's turn; returns at
/// once. `pixel` is copied there: it holds device pointers and numbers only. Pixels are done in any order and
/// at the same time, so one must not read what another writes.
template <class Pixel>
void for_each_pixel(const Pixel& pixel, int width, int height, const Device& device, StreamRef stream,
                    std::string_view what) {
    if (width < 1 || height < 1) return;
    const dim3 block(32, 8);
    const dim3 grid((static_cast<unsigned>(width) + block.x - 1) / block.x,
                    (static_cast<unsigned>(height) + block.y - 1) / block.y);
    launch(per_pixel<Pixel>, {pixel, width, height}, grid, block, device, stream, what);
}

/// A block's threads take the kernel's phases one after the other, together. A kernel has `Shared` (what its
/// threads share), kThreads, phases() and run(phase, shared, block x, block y, thread).
template <class Kernel>
__global__ void __launch_bounds__(Kernel::kThreads) per_block(const __grid_constant__ Kernel kernel) {
    __shared__ typename Kernel::Shared shared;
    const int phases = kernel.phases();
    for (int phase = 0; phase < phases; ++phase) {
        if (phase > 0) __syncthreads();
        kernel.run(phase, shared, static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y),
                   static_cast<int>(threadIdx.x));
    }
}

/// kernel.run(...) for all threads of `across` x `down` blocks, in the same way.
template <class Kernel>
void for_each_block(const Kernel& kernel, int across, int down, const Device& device, StreamRef stream,
                    std::string_view what) {
    const dim3 grid(static_cast<unsigned>(across), static_cast<unsigned>(down));
    launch(per_block<Kernel>, kernel, grid, dim3(Kernel::kThreads), device, stream, what);
}

}  // namespace vbg::cuda
