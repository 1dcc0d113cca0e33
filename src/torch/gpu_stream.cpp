#include "torch/gpu_stream.hpp"

#include <vbg/error.hpp>

#ifdef VBG_HAVE_TORCH_CUDA
#    include <c10/core/Event.h>
#    include <c10/core/StreamGuard.h>
#    include <c10/cuda/CUDACachingAllocator.h>
#    include <c10/cuda/CUDAStream.h>

#    include <exception>
#endif

namespace vbg::net {

#ifdef VBG_HAVE_TORCH_CUDA

namespace {

/// LibTorch has a number of its own for the default stream, and its numbers of others are their addresses:
/// the odd one of cudaStreamLegacy, which is the default stream's other name, would be taken for something
/// else.
c10::Stream stream_of(c10::Device device, void* stream) {
    auto* const given = static_cast<cudaStream_t>(stream);
    if (given == nullptr || given == cudaStreamLegacy)
        return c10::cuda::getDefaultCUDAStream(device.index()).unwrap();
    return c10::cuda::getStreamFromExternal(given, device.index()).unwrap();
}

}  // namespace

/// The guard for streams of all kinds, which asks LibTorch's library. CUDAStreamGuard would compile calls of
/// the CUDA runtime into this one, where they meet another runtime than LibTorch's.
struct GpuStream::Guard {
    explicit Guard(c10::Stream stream) : in_turn(stream) {}
    c10::StreamGuard in_turn;
};

bool GpuStream::possible() noexcept { return true; }

void* GpuStream::of_its_own(c10::Device device) {
    return device.is_cuda() ? c10::cuda::getStreamFromPool(false, device.index()).stream() : nullptr;
}

void GpuStream::give_back_memory() noexcept {
    try {
        c10::cuda::CUDACachingAllocator::get()->emptyCache();
    } catch (const std::exception&) {
        // A GPU that is lost has none to give.
    }
}

GpuStream::GpuStream(c10::Device device, void* stream) {
    if (device.is_cuda()) guard_ = std::make_unique<Guard>(stream_of(device, stream));
}

void GpuStream::comes_after(void* stream) const {
    if (!guard_) return;
    const c10::Stream here = guard_->in_turn.current_stream();
    const c10::Stream other = stream_of(here.device(), stream);
    if (other == here) return;
    c10::Event mark(c10::DeviceType::CUDA);
    mark.record(other);
    mark.block(here);
}

#else

struct GpuStream::Guard {};

bool GpuStream::possible() noexcept { return false; }
void* GpuStream::of_its_own(c10::Device /*device*/) { return nullptr; }
void GpuStream::give_back_memory() noexcept {}

GpuStream::GpuStream(c10::Device device, void* /*stream*/) {
    if (device.is_cuda())
        throw Error(Errc::not_built,
                    "this libvbg cannot run LibTorch in a stream of its own: configure with "
                    "-DVBG_CUDA=ON and a LibTorch that has CUDA");
}

void GpuStream::comes_after(void* /*stream*/) const {}

#endif

GpuStream::~GpuStream() = default;

}  // namespace vbg::net
