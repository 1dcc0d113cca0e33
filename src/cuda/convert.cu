#include "cuda/convert.hpp"

#include "cuda/convert_block.hpp"
#include "cuda/launch.cuh"

namespace vbg::cuda {

void convert(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    const ConvertBlock block = convert_block(from, to);
    for_each_pixel(block, (to.width + 1) / 2, (to.height + 1) / 2, to.device, stream, "convert");
}

}  // namespace vbg::cuda
