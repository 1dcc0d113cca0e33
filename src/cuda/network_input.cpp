#include "cuda/network_input.hpp"

#include "cuda/rows.hpp"

namespace vbg::cuda {

DeviceTaps::DeviceTaps(const segment::Taps& taps, const Device& device)
    : first_(taps.first.size() * sizeof taps.first[0], device),
      weights_(taps.weights.size() * sizeof taps.weights[0], device),
      table_{reinterpret_cast<const std::int32_t*>(first_.data()),
             reinterpret_cast<const float*>(weights_.data()), taps.count} {
    const Stream stream(device);
    copy_bytes(taps.first.data(), first_.data(), taps.first.size() * sizeof taps.first[0], device,
               stream.ref());
    copy_bytes(taps.weights.data(), weights_.data(), taps.weights.size() * sizeof taps.weights[0], device,
               stream.ref());
    stream.synchronize();
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
