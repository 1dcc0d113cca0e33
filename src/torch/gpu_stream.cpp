#include "torch/gpu_stream.hpp"

#ifdef VBG_HAVE_TORCH_CUDA
#    include <c10/cuda/CUDAGuard.h>
#    include <c10/cuda/CUDAStream.h>
#endif

namespace vbg::net {

#ifdef VBG_HAVE_TORCH_CUDA
struct GpuStream::Guard {
    Guard(c10::DeviceIndex gpu, void* stream)
        : in_turn(stream != nullptr ? c10::cuda::getStreamFromExternal(static_cast<cudaStream_t>(stream), gpu)
                                    : c10::cuda::getDefaultCUDAStream(gpu)) {}
    c10::cuda::CUDAStreamGuard in_turn;
};

GpuStream::GpuStream(c10::Device device, void* stream) {
    if (device.is_cuda()) guard_ = std::make_unique<Guard>(device.index(), stream);
}
#else
struct GpuStream::Guard {};

GpuStream::GpuStream(c10::Device /*device*/, void* /*stream*/) {}
#endif

GpuStream::~GpuStream() = default;

}  // namespace vbg::net
