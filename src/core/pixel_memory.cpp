#include "core/pixel_memory.hpp"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <vbg/error.hpp>
#include <vbg/frame.hpp>
#include <vector>

#include "cuda/driver.hpp"
#include "cuda/runtime.hpp"
#include "cuda/status.hpp"

namespace vbg {

namespace {

constexpr std::align_val_t kHostAlign{row_alignment({})};

std::byte* allocate_on_host(std::size_t bytes, int width, int height) {
    // One more line than needed: kernels may read, never write, a vector past the last row.
    const std::size_t whole = bytes + static_cast<std::size_t>(kHostAlign);
    void* p = ::operator new[](whole, kHostAlign, std::nothrow);
    if (p == nullptr) {
        throw Error(Errc::out_of_memory,
                    fmt::format("no memory for {} bytes ({}x{} pixels)", bytes, width, height));
    }
    std::memset(p, 0, whole);
    return static_cast<std::byte*>(p);
}

[[noreturn]] void refuse(int status, std::size_t bytes, const Device& device, int width, int height) {
    throw cuda::error_of(status,
                         fmt::format("no memory for {} bytes ({}x{} pixels) {} cuda:{}", bytes, width, height,
                                     device.type == DeviceType::cuda ? "on" : "pinned for", device.index),
                         cuda::driver::text(status));
}

/// What was on a GPU before is nobody's business.
void clear_on_gpu(std::byte* memory, std::size_t bytes, const Device& device) {
    const std::vector<std::byte> zeros(bytes);
    const cuda::Stream stream(device);
    cuda::copy_bytes(zeros.data(), memory, bytes, device, stream.ref());
    stream.synchronize();
}

}  // namespace

std::byte* allocate_pixels(std::size_t bytes, const Device& device, int width, int height) {
    void* memory = nullptr;
    switch (device.type) {
        case DeviceType::cpu: return allocate_on_host(bytes, width, height);
        case DeviceType::cuda: {
            const int status = cuda::driver::allocate(device.index, bytes, memory);
            if (status != cuda::kOk) refuse(status, bytes, device, width, height);
            std::unique_ptr<std::byte, PixelFree> owned(static_cast<std::byte*>(memory), PixelFree{device});
            clear_on_gpu(owned.get(), bytes, device);
            return owned.release();
        }
        case DeviceType::cuda_host: {
            const int status = cuda::driver::allocate_pinned(device.index, bytes, memory);
            if (status != cuda::kOk) refuse(status, bytes, device, width, height);
            std::memset(memory, 0, bytes);
            return static_cast<std::byte*>(memory);
        }
    }
    throw Error(Errc::invalid_argument, fmt::format("no device of type {}; wanted cpu, cuda or cuda_host",
                                                    static_cast<int>(device.type)));
}

inline namespace v0 {

void PixelFree::operator()(std::byte* memory) const noexcept {
    switch (device.type) {
        case DeviceType::cpu: ::operator delete[](memory, kHostAlign); break;
        case DeviceType::cuda: cuda::driver::release(device.index, memory); break;
        case DeviceType::cuda_host: cuda::driver::release_pinned(memory); break;
    }
}

}  // namespace v0

}  // namespace vbg
