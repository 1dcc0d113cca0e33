#pragma once
/// @file network_input.hpp  Frame -> input of a network, on the GPU, in one pass over the frame.

#include <vbg/types.hpp>

#include "cuda/network_input_pixel.hpp"
#include "cuda/runtime.hpp"
#include "segment/kernels.hpp"

namespace vbg::cuda {

/// The tables of one axis, on a GPU.
class DeviceTaps {
public:
    DeviceTaps() = default;
    /// Room for `size` outputs of at most `count` inputs each.
    DeviceTaps(int size, int count, const Device& device);
    /// Copies them there, in the stream's turn; `taps` may go at once. They must have room.
    void set(const segment::Taps& taps, StreamRef stream);
    [[nodiscard]] const TapTable& table() const noexcept { return table_; }

private:
    Device device_;
    DeviceBuffer first_, weights_;
    TapTable table_{};
};

/// Everything but the pointers on a GPU.
[[nodiscard]] NetworkInputPixel network_input_pixel(const ConstFrameView& frame, float* out, int width,
                                                    const TapTable& x, const TapTable& y,
                                                    const segment::kernels::Normalise& normalise);

/// Fills out[3 * (i + width * line) + c], as segment::NetworkInput::fill() does, in the stream's turn:
/// `frame` (bgr8 or rgb8) and `out` lie on frame.device. Throws Error{device, not_built}.
void network_input(const ConstFrameView& frame, float* out, int width, int height, const DeviceTaps& x,
                   const DeviceTaps& y, const segment::kernels::Normalise& normalise, StreamRef stream);

/// The launch itself.
void launch_network_input(const NetworkInputPixel& pixel, int width, int height, const Device& device,
                          StreamRef stream);

}  // namespace vbg::cuda
