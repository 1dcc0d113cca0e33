#pragma once
/// @file convert_block.hpp  From two views to the work of converting one into the other.

#include "cuda/convert_pixel.hpp"
#include "cuda/rows.hpp"

namespace vbg::cuda {

inline ConvertBlock convert_block(const ConstFrameView& from, const FrameView& to) {
    ConvertBlock block;
    for (std::size_t p = 0; p < 3; ++p) {
        block.from.planes[p] = rows(from, p);
        block.to.planes[p] = rows(to, p);
    }
    block.from.format = from.format;
    block.to.format = to.format;
    block.from.width = block.to.width = to.width;
    block.from.height = block.to.height = to.height;
    block.decode = yuv_decoder(from.color);
    block.encode = yuv_encoder(to.color);
    block.same_colour = is_yuv(from.format) && is_yuv(to.format) && from.color == to.color;
    return block;
}

}  // namespace vbg::cuda
