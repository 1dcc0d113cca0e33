#pragma once
/// @file launcher.cuh  Runs the kernels of an operator's steps on a GPU, in a stream's turn. For .cu files.
///
/// The steps are written once, in NAME_pixel.hpp, for any launcher: this one, or the tests', which runs them
/// on the CPU.

#include "cuda/launch.cuh"

namespace vbg::cuda {

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
        for_each_block(kernel, across, down, device_, stream_, what_);
    }

private:
    Device device_;
    StreamRef stream_;
    std::string_view what_;
};

}  // namespace vbg::cuda
