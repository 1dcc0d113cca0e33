#pragma once
/// @file launch.cuh  The launches of kernels: one thread a pixel, which most operators need, or blocks whose
/// threads work together. For .cu files.

#include <cuda_runtime.h>

#include <string_view>

#include <vbg/types.hpp>

#include "cuda/on_device.cuh"
#include "cuda/status.hpp"

namespace vbg::cuda {

/// Throws unless the launch just made was taken. What goes wrong while a kernel runs is told by a later call.
inline void check_launch(int status, std::string_view what) {
    if (status != kOk) throw error_of(status, what, cudaGetErrorString(static_cast<cudaError_t>(status)));
}

template <class Pixel>
__global__ void per_pixel(const __grid_constant__ Pixel pixel, int width, int height) {
    const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x < width && y < height) pixel(x, y);
}

/// Calls `pixel(x, y)` for 0 <= x < width and 0 <= y < height on the GPU, in the stream's turn; returns at
/// once. `pixel` is copied there: it holds device pointers and numbers only. Pixels are done in any order and
/// at the same time, so one must not read what another writes.
template <class Pixel>
void for_each_pixel(const Pixel& pixel, int width, int height, const Device& device, StreamRef stream,
                    std::string_view what) {
    if (width < 1 || height < 1) return;
    const OnDevice chosen(device.index);
    check_launch(chosen.status(), what);
    const dim3 block(32, 8);
    const dim3 grid((static_cast<unsigned>(width) + block.x - 1) / block.x,
                    (static_cast<unsigned>(height) + block.y - 1) / block.y);
    per_pixel<<<grid, block, 0, static_cast<cudaStream_t>(stream.native)>>>(pixel, width, height);
    check_launch(answer(cudaGetLastError()), what);
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
    const OnDevice chosen(device.index);
    check_launch(chosen.status(), what);
    const dim3 grid(static_cast<unsigned>(across), static_cast<unsigned>(down));
    per_block<<<grid, Kernel::kThreads, 0, static_cast<cudaStream_t>(stream.native)>>>(kernel);
    check_launch(answer(cudaGetLastError()), what);
}

}  // namespace vbg::cuda
