#pragma once
/// @file launch.cuh  One thread a pixel: the launch that most operators need. For .cu files.

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

}  // namespace vbg::cuda
