#include "cuda/launch.cuh"
#include "cuda/network_input.hpp"

namespace vbg::cuda {

void launch_network_input(const NetworkInputPixel& pixel, int width, int height, const Device& device,
                          StreamRef stream) {
    for_each_pixel(pixel, width, height, device, stream, "resizing for the network");
}

}  // namespace vbg::cuda
