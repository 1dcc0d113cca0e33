#pragma once
/// @file launcher.cuh  Stands before src/cuda/launcher.cuh where the .cu files are compiled for the simulated
/// GPU.

#include "cuda/launch.cuh"

namespace vbg::cuda {

class Launcher {
public:
    Launcher(const Device& device, StreamRef stream, std::string_view what)
        : device_(device), stream_(stream), what_(what) {}

    template <class Kernel>
    void items(int width, int height, const Kernel& kernel) const {
        for_each_pixel(kernel, width, height, device_, stream_, what_);
    }
    template <class Kernel>
    void blocks(int across, int down, const Kernel& kernel) const {
        static_assert(Kernel::kThreads <= simulated::kMostThreads, "more threads than a block can have");
        static_assert(sizeof(typename Kernel::Shared) <= simulated::kMostShared,
                      "more shared memory than a block has");
        const auto run = [](const void* given, int columns, int rows, bool backwards) {
            vbg_test::Steps(backwards).blocks(columns, rows, *static_cast<const Kernel*>(given));
        };
        check_launch(simulated::launch(device_.index, stream_.native, kernel, run, across, down, what_),
                     what_);
    }

private:
    Device device_;
    StreamRef stream_;
    std::string_view what_;
};

}  // namespace vbg::cuda
