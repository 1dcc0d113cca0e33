#pragma once
/// @file launch.cuh  Stands before src/cuda/launch.cuh where the .cu files are compiled for the simulated
/// GPU.

#include <string_view>

#include <vbg/types.hpp>

#include "simulated_gpu/launch.hpp"
#include "support/kernel_loops.hpp"

namespace vbg::cuda {

template <class Pixel>
void for_each_pixel(const Pixel& pixel, int width, int height, const Device& device, StreamRef stream,
                    std::string_view what) {
    if (width < 1 || height < 1) return;
    const auto run = [](const void* kernel, int across, int down, bool backwards) {
        vbg_test::Steps(backwards).items(across, down, *static_cast<const Pixel*>(kernel));
    };
    simulated::launch(pixel, run, width, height, device, stream, what);
}

template <class Kernel>
void for_each_block(const Kernel& kernel, int across, int down, const Device& device, StreamRef stream,
                    std::string_view what) {
    static_assert(Kernel::kThreads <= simulated::kMostThreads, "more threads than a block can have");
    static_assert(sizeof(typename Kernel::Shared) <= simulated::kMostShared,
                  "more shared memory than a block has");
    const auto run = [](const void* given, int columns, int rows, bool backwards) {
        vbg_test::Steps(backwards).blocks(columns, rows, *static_cast<const Kernel*>(given));
    };
    simulated::launch(kernel, run, across, down, device, stream, what);
}

}  // namespace vbg::cuda
