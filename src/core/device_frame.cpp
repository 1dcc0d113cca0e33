#include <vbg/device.hpp>

#include <fmt/format.h>

#include <vbg/frame.hpp>

#include "core/device.hpp"
#include "core/frame_layout.hpp"
#include "cuda/driver.hpp"
#include "cuda/runtime.hpp"
#include "cuda/status.hpp"

namespace vbg::inline v0 {

namespace {

constexpr std::size_t kAlign =
    256;  // of a GPU's rows, so that threads side by side read whole lines of its cache

std::byte* allocate(std::size_t bytes, const Device& device, std::string_view who) {
    if (device.type != DeviceType::cuda && device.type != DeviceType::cuda_host) {
        throw Error(
            Errc::invalid_argument,
            fmt::format(
                "{}: its device is host memory; wanted cuda or cuda_host: Frame and Mask own ordinary memory",
                who));
    }
    void* memory = nullptr;
    const int status = device.type == DeviceType::cuda
                           ? cuda::driver::allocate(device.index, bytes, memory)
                           : cuda::driver::allocate_pinned(device.index, bytes, memory);
    if (status != cuda::kOk) {
        throw cuda::error_of(status,
                             fmt::format("{}: allocating {} bytes for cuda:{}", who, bytes, device.index),
                             cuda::driver::text(status));
    }
    return static_cast<std::byte*>(memory);
}

}  // namespace

void DeviceMemoryFree::operator()(std::byte* memory) const noexcept {
    if (device.type == DeviceType::cuda) {
        cuda::driver::release(device.index, memory);
    } else {
        cuda::driver::release_pinned(memory);
    }
}

DeviceFrame::DeviceFrame(const FrameSpec& spec) {
    const FrameLayout layout = lay_out(spec, kAlign, "DeviceFrame");
    storage_ = {allocate(layout.bytes, spec.device, "DeviceFrame"), DeviceMemoryFree{spec.device}};
    view_ = layout.at(storage_.get());
}

DeviceMask::DeviceMask(int width, int height, const Device& device, MaskFormat format) {
    std::byte dummy{};
    check_view(ConstMaskView{&dummy, PTRDIFF_MAX, width, height, format, {}}, "DeviceMask");
    const std::size_t value = format == MaskFormat::f32 ? sizeof(float) : 1;
    const std::size_t stride = (static_cast<std::size_t>(width) * value + kAlign - 1) / kAlign * kAlign;
    storage_ = {allocate(stride * static_cast<std::size_t>(height), device, "DeviceMask"),
                DeviceMemoryFree{device}};
    view_ = {storage_.get(), static_cast<std::ptrdiff_t>(stride), width, height, format, device};
}

void copy_pixels(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return copy_pixels(from, to);
    cuda::copy(from, to, stream);
}

void copy_pixels(const ConstMaskView& from, const MaskView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return copy_pixels(from, to);
    cuda::copy(from, to, stream);
}

}  // namespace vbg::inline v0
