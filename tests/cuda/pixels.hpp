#pragma once
// What tests of kernels share. The arithmetic of a kernel (NAME_pixel.hpp) is run pixel by pixel on the CPU;
// where a GPU is at hand, the kernel itself runs, too, and its pictures are brought back to be compared.
#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vbg/context.hpp>

#include "cuda/runtime.hpp"
#include "support/kernel_loops.hpp"
#include "support/picture.hpp"

namespace vbg_test {

/// Sizes at which kernels break: one pixel, one row, one column, odd, around the width of a block.
inline const std::vector<std::pair<int, int>>& odd_sizes() {
    static const std::vector<std::pair<int, int>> sizes{{1, 1},  {1, 9},  {9, 1},   {2, 2},  {7, 5},
                                                        {31, 8}, {33, 9}, {64, 16}, {65, 3}, {129, 67}};
    return sizes;
}

/// Whether kernels can be launched; says once per test case why not.
inline bool gpu_at_hand() {
    const std::string why = vbg::cuda::why_not();
    if (!why.empty()) MESSAGE("SKIP: the kernels themselves were not run: ", why);
    return why.empty();
}

/// The first GPU, with a stream of its own.
class Gpu {
public:
    [[nodiscard]] vbg::Device device() const { return device_; }
    [[nodiscard]] vbg::Context& context() { return context_; }
    [[nodiscard]] vbg::StreamRef stream() const { return stream_.ref(); }
    void finish() const { stream_.synchronize(); }

private:
    vbg::Device device_{vbg::DeviceType::cuda, 0};
    vbg::cuda::Stream stream_{device_};
    vbg::Context context_{1, device_, stream_.ref()};
};

/// A Picture's bytes on the GPU, padding and all, and back.
class OnGpu {
public:
    OnGpu(Gpu& gpu, Picture& picture) : gpu_(gpu), picture_(picture), memory_(bytes(), gpu.device()) {
        vbg::cuda::copy(all(picture_.bytes().data(), {}), all(memory_.data(), gpu_.device()), gpu_.stream());
    }
    [[nodiscard]] vbg::FrameView frame(vbg::PixelFormat format) {
        vbg::FrameView view = picture_.frame(format);
        view.planes[0].data = moved(view.planes[0].data);
        view.device = gpu_.device();
        return view;
    }
    [[nodiscard]] vbg::MaskView mask() {
        vbg::MaskView view = picture_.mask();
        view.data = moved(view.data);
        view.device = gpu_.device();
        return view;
    }
    /// Brings all bytes back into the picture, and waits for it.
    void fetch() {
        vbg::cuda::copy(all(memory_.data(), gpu_.device()), all(picture_.bytes().data(), {}), gpu_.stream());
        gpu_.finish();
    }

private:
    [[nodiscard]] std::size_t bytes() { return picture_.bytes().size(); }
    [[nodiscard]] std::byte* moved(const std::byte* at) {
        return memory_.data() + (at - reinterpret_cast<std::byte*>(picture_.bytes().data()));
    }
    /// Everything, as a matte whose rows are the rows with their padding.
    [[nodiscard]] vbg::MaskView all(void* data, vbg::Device device) {
        return {static_cast<std::byte*>(data),
                picture_.stride(),
                static_cast<int>(picture_.stride()),
                picture_.height(),
                vbg::MaskFormat::u8,
                device};
    }

    Gpu& gpu_;
    Picture& picture_;
    vbg::cuda::DeviceBuffer memory_;
};

}  // namespace vbg_test
