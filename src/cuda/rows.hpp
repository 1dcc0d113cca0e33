#pragma once
/// @file rows.hpp  From views to what kernels take. The memory is wherever the view says.

#include <vbg/types.hpp>

#include "cuda/portable.hpp"

namespace vbg::cuda {

inline Bytes rows(const FrameView& view, std::size_t plane = 0) {
    return {reinterpret_cast<std::uint8_t*>(view.planes[plane].data), view.planes[plane].stride};
}
inline ConstBytes rows(const ConstFrameView& view, std::size_t plane = 0) {
    return {reinterpret_cast<const std::uint8_t*>(view.planes[plane].data), view.planes[plane].stride};
}
inline Bytes rows(const MaskView& view) { return {reinterpret_cast<std::uint8_t*>(view.data), view.stride}; }
inline ConstBytes rows(const ConstMaskView& view) {
    return {reinterpret_cast<const std::uint8_t*>(view.data), view.stride};
}
inline Floats float_rows(const MaskView& view) { return {reinterpret_cast<float*>(view.data), view.stride}; }
inline ConstFloats float_rows(const ConstMaskView& view) {
    return {reinterpret_cast<const float*>(view.data), view.stride};
}

}  // namespace vbg::cuda
