#include "cuda/driver.hpp"

#include <cuda_runtime.h>

#include <cstring>

#include "cuda/on_device.cuh"
#include "cuda/runtime.hpp"
#include "cuda/status.hpp"

namespace vbg::cuda {

bool built() noexcept { return true; }

namespace driver {

constexpr bool same(int ours, int theirs) { return ours == theirs; }
static_assert(same(kOutOfMemory, cudaErrorMemoryAllocation) &&
              same(kDriverTooOld, cudaErrorInsufficientDriver) &&
              same(kDevicesBusy, cudaErrorDevicesUnavailable) && same(kNoDevice, cudaErrorNoDevice) &&
              same(kBadDevice, cudaErrorInvalidDevice) &&
              same(kNoKernelImage, cudaErrorNoKernelImageForDevice) &&
              same(kMemoryBroken, cudaErrorECCUncorrectable) && same(kNotReady, cudaErrorNotReady) &&
              same(kBadAddress, cudaErrorIllegalAddress) && same(kTimeout, cudaErrorLaunchTimeout) &&
              same(kContextDestroyed, cudaErrorContextIsDestroyed) && same(kAssert, cudaErrorAssert) &&
              same(kHardwareStack, cudaErrorHardwareStackError) &&
              same(kLaunchFailure, cudaErrorLaunchFailure) && same(kUnknown, cudaErrorUnknown) &&
              same(kOk, cudaSuccess));
#if CUDART_VERSION >= 13000  // which of them older ones know differs
static_assert(same(kLinkBroken, cudaErrorNvlinkUncorrectable) && same(kContained, cudaErrorContained) &&
              same(kMemoryLeak, cudaErrorTensorMemoryLeak) &&
              same(kServerEnded, cudaErrorMpsClientTerminated));
#endif

namespace {

__global__ void nothing() {}

/// Calls `body` with the GPU chosen.
template <class Body>
int on(int gpu, Body body) noexcept {
    const OnDevice chosen(gpu);
    return chosen.status() != kOk ? chosen.status() : answer(body());
}

cudaStream_t stream_of(void* stream) { return static_cast<cudaStream_t>(stream); }
cudaEvent_t event_of(void* event) { return static_cast<cudaEvent_t>(event); }

}  // namespace

std::string_view text(int status) noexcept { return cudaGetErrorString(static_cast<cudaError_t>(status)); }

int device_count(int& count) noexcept {
    count = 0;
    return answer(cudaGetDeviceCount(&count));
}

int device_name(int gpu, char* name, std::size_t size) noexcept {
    cudaDeviceProp properties{};
    const int status = answer(cudaGetDeviceProperties(&properties, gpu));
    if (status != kOk) return status;
    std::strncpy(name, properties.name, size - 1);
    name[size - 1] = 0;
    return kOk;
}

int probe(int gpu) noexcept {
    return on(gpu, [] {
        cudaFuncAttributes attributes{};
        return cudaFuncGetAttributes(&attributes, nothing);
    });
}

int allocate(int gpu, std::size_t bytes, void*& memory) noexcept {
    return on(gpu, [&] { return cudaMalloc(&memory, bytes); });
}
int release(int gpu, void* memory) noexcept {
    return on(gpu, [&] { return cudaFree(memory); });
}
int allocate_pinned(int gpu, std::size_t bytes, void*& memory) noexcept {
    return on(gpu, [&] { return cudaHostAlloc(&memory, bytes, cudaHostAllocPortable); });
}
int release_pinned(void* memory) noexcept { return answer(cudaFreeHost(memory)); }

int make_stream(int gpu, void*& stream) noexcept {
    return on(gpu, [&] {
        cudaStream_t made = nullptr;
        const cudaError_t status = cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking);
        stream = made;
        return status;
    });
}
int destroy_stream(int gpu, void* stream) noexcept {
    return on(gpu, [&] { return cudaStreamDestroy(stream_of(stream)); });
}
int make_event(int gpu, void*& event) noexcept {
    return on(gpu, [&] {
        cudaEvent_t made = nullptr;
        // Who waits sleeps: many pipelines wait at once, and the CPU is counted (Pipeline::max_cpu()).
        const cudaError_t status =
            cudaEventCreateWithFlags(&made, cudaEventDisableTiming | cudaEventBlockingSync);
        event = made;
        return status;
    });
}
int destroy_event(int gpu, void* event) noexcept {
    return on(gpu, [&] { return cudaEventDestroy(event_of(event)); });
}

int record(int gpu, void* event, void* stream) noexcept {
    return on(gpu, [&] { return cudaEventRecord(event_of(event), stream_of(stream)); });
}
int wait_event(int gpu, void* stream, void* event) noexcept {
    return on(gpu, [&] { return cudaStreamWaitEvent(stream_of(stream), event_of(event), 0); });
}
int event_ready(void* event) noexcept { return answer(cudaEventQuery(event_of(event))); }
int synchronize_event(void* event) noexcept { return answer(cudaEventSynchronize(event_of(event))); }
/// cudaStreamSynchronize() would keep the processor busy.
int synchronize_stream(int gpu, void* stream) noexcept {
    return on(gpu, [&] {
        cudaEvent_t here = nullptr;
        cudaError_t status = cudaEventCreateWithFlags(&here, cudaEventDisableTiming | cudaEventBlockingSync);
        if (status != cudaSuccess) return status;
        status = cudaEventRecord(here, stream_of(stream));
        if (status == cudaSuccess) status = cudaEventSynchronize(here);
        (void)cudaEventDestroy(here);
        return status;
    });
}

int perform(int gpu, const Step& step, void* stream) noexcept {
    return on(gpu, [&] {
        const CopyStep& copy = step.copy;
        if (step.kind == Step::Kind::copy)
            return cudaMemcpy2DAsync(copy.to, copy.to_stride, copy.from, copy.from_stride, copy.row,
                                     copy.rows, cudaMemcpyDefault, stream_of(stream));
        const KernelStep& kernel = step.kernel;
        void* arguments[] = {const_cast<void*>(kernel.argument)};
        return cudaLaunchKernel(kernel.function, dim3(kernel.across, kernel.down),
                                dim3(kernel.threads_across, kernel.threads_down), arguments, 0,
                                stream_of(stream));
    });
}

}  // namespace driver

}  // namespace vbg::cuda
