#include "cuda/network_input.hpp"

#include "cuda/rows.hpp"

namespace vbg::cuda {

DeviceTaps::DeviceTaps(int size, int count, const Device& device)
    : device_(device),
      first_(static_cast<std::size_t>(size) * sizeof(std::int32_t), device),
      weights_(static_cast<std::size_t>(size) * static_cast<std::size_t>(count) * sizeof(float), device) {}

void DeviceTaps::set(const segment::Taps& taps, StreamRef stream) {
    // From memory that is not pinned: the bytes are taken before the call returns.
    copy_bytes(taps.first.data(), first_.data(), taps.first.size() * sizeof taps.first[0], device_, stream);
    copy_bytes(taps.weights.data(), weights_.data(), taps.weights.size() * sizeof taps.weights[0], device_,
               stream);
    table_ = {reinterpret_cast<const std::int32_t*>(first_.data()),
              reinterpret_cast<const float*>(weights_.data()), taps.count};
}

NetworkInputPixel network_input_pixel(const ConstFrameView& frame, float* out, int width, const TapTable& x,
                                      const TapTable& y, const segment::kernels::Normalise& normalise) {
    NetworkInputPixel pixel;
    pixel.frame = rows(frame);
    pixel.out = {out, static_cast<std::ptrdiff_t>(sizeof(float)) * 3 * width};
    pixel.x = x;
    pixel.y = y;
    for (int c = 0; c < 3; ++c) {
        pixel.scale[c] = normalise.scale[c];
        pixel.offset[c] = normalise.offset[c];
    }
    pixel.swap = normalise.swap;
    return pixel;
}

void network_input(const ConstFrameView& frame, float* out, int width, int height, const DeviceTaps& x,
                   const DeviceTaps& y, const segment::kernels::Normalise& normalise, StreamRef stream) {
    launch_network_input(network_input_pixel(frame, out, width, x.table(), y.table(), normalise), width,
                         height, frame.device, stream);
}

}  // namespace vbg::cuda
