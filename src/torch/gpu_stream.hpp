#pragma once
/// @file gpu_stream.hpp  LibTorch works in a stream of ours for as long as a scope lasts.

#include <c10/core/Device.h>

#include <memory>

namespace vbg::net {

/// What LibTorch does on this thread for that GPU is done in the turn of `stream` (a cudaStream_t; null: the
/// default one). Nothing on the CPU.
class GpuStream {
public:
    /// Whether this libvbg was built for it. Where not, LibTorch may work on a GPU all the same, but in its
    /// own stream: what lies on the GPU is not to be given to it then.
    [[nodiscard]] static bool possible() noexcept;

    /// A stream of LibTorch's own on that GPU, there for as long as the program; null on the CPU, and where
    /// this is not possible().
    [[nodiscard]] static void* of_its_own(c10::Device device);
    /// Memory on GPUs that LibTorch keeps and nothing uses goes back to CUDA. Wants the work done.
    static void give_back_memory() noexcept;

    GpuStream(c10::Device device, void* stream);
    ~GpuStream();
    /// What is done from now on comes after all that `stream` was given so far; nobody waits for it here.
    void comes_after(void* stream) const;
    GpuStream(const GpuStream&) = delete;
    GpuStream& operator=(const GpuStream&) = delete;

private:
    struct Guard;
    std::unique_ptr<Guard> guard_;
};

}  // namespace vbg::net
