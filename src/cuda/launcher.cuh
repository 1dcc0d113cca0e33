#pragma once
/// @file launcher.cuh  Runs the kernels of an operator's steps on a GPU, in a stream's turn. For .cu files.
///
/// The steps are written once, in NAME_pixel.hpp, for any launcher: this one, or the tests', which runs them
/// on the CPU.

#include "cuda/launch.cuh"

namespace vbg::cuda {

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

class Launcher {
public:
    /// `what` is the operator, for errors; it must outlive the object.
    Launcher(const Device& device, StreamRef stream, std::string_view what)
        : device_(device), stream_(stream), what_(what) {}

    /// kernel(x, y) for 0 <= x < width and 0 <= y < height, in any order and at the same time.
    template <class Kernel>
    void items(int width, int height, const Kernel& kernel) const {
        for_each_pixel(kernel, width, height, device_, stream_, what_);
    }
    /// kernel.run(...) for all threads of `across` x `down` blocks.
    template <class Kernel>
    void blocks(int across, int down, const Kernel& kernel) const {
        const OnDevice chosen(device_.index);
        check_launch(chosen.status(), what_);
        const dim3 grid(static_cast<unsigned>(across), static_cast<unsigned>(down));
        per_block<<<grid, Kernel::kThreads, 0, static_cast<cudaStream_t>(stream_.native)>>>(kernel);
        check_launch(answer(cudaGetLastError()), what_);
    }

private:
    Device device_;
    StreamRef stream_;
    std::string_view what_;
};

}  // namespace vbg::cuda
