#pragma once
/// @file torch.hpp  torch::Tensor <-> views, without a copy. Header only; include it where LibTorch is at
/// hand: find_package(vbg COMPONENTS torch) finds both.

#include <ATen/ATen.h>

#include <string>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0::interop {

/// A tensor over a packed view's pixels: uint8, [height, width, channels], in the view's channel order.
/// Valid as long as the pixels. Throws Error{unsupported_format} for planar formats and negative strides.
[[nodiscard]] inline at::Tensor to_tensor(const FrameView& view) {
    if (plane_count(view.format) != 1 || view.format == PixelFormat::yuyv ||
        view.format == PixelFormat::uyvy || view.planes[0].stride < 0 ||
        view.device.type != DeviceType::cpu) {
        throw Error(Errc::unsupported_format, std::string(to_string(view.format)) +
                                                  ": only packed RGB and grey in host memory, top row first");
    }
    const auto channels = static_cast<std::int64_t>(row_bytes(view.format, 0, 1));
    return at::from_blob(view.planes[0].data, {view.height, view.width, channels},
                         {view.planes[0].stride, channels, 1}, at::TensorOptions(at::kByte));
}

/// A tensor over a matte: [height, width], uint8 0..255 or float32 0..1.
[[nodiscard]] inline at::Tensor to_tensor(const MaskView& view) {
    const bool floats = view.format == MaskFormat::f32;
    const std::int64_t bytes = floats ? 4 : 1;
    if (view.stride < 0 || view.stride % bytes != 0 || view.device.type != DeviceType::cpu) {
        throw Error(Errc::unsupported_format,
                    "matte: wanted host memory, top row first, rows at whole values");
    }
    return at::from_blob(view.data, {view.height, view.width}, {view.stride / bytes, 1},
                         at::TensorOptions(floats ? at::kFloat : at::kByte));
}

/// A view of a uint8 tensor [height, width, 1, 3 or 4] in host memory whose pixels are packed. `format` says
/// the channel order. Valid as long as the tensor. Throws Error{unsupported_format}.
[[nodiscard]] inline FrameView frame_view(const at::Tensor& tensor, PixelFormat format) {
    const auto channels = static_cast<std::int64_t>(row_bytes(format, 0, 1));
    if (!tensor.device().is_cpu() || tensor.scalar_type() != at::kByte || tensor.dim() != 3 ||
        plane_count(format) != 1 || tensor.size(2) != channels || tensor.stride(2) != 1 ||
        tensor.stride(1) != channels || tensor.size(0) > kMaxSide || tensor.size(1) > kMaxSide) {
        throw Error(Errc::unsupported_format, "tensor: wanted uint8 [height, width, " +
                                                  std::to_string(channels) +
                                                  "] on the CPU with packed pixels for " +
                                                  std::string(to_string(format)) + "; use .contiguous()");
    }
    FrameView view;
    view.planes[0] = {static_cast<std::byte*>(tensor.data_ptr()),
                      static_cast<std::ptrdiff_t>(tensor.stride(0))};
    view.width = static_cast<std::int32_t>(tensor.size(1));
    view.height = static_cast<std::int32_t>(tensor.size(0));
    view.format = format;
    return view;
}

}  // namespace vbg::inline v0::interop
