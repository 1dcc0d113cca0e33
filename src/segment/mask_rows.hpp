#pragma once
/// @file mask_rows.hpp  A matte's row as what it holds.

#include <cstdint>
#include <vbg/types.hpp>

namespace vbg::segment {

/// Calls body(p) with the first value of row `y`: std::uint8_t* or float*, as the matte's format says.
template <class Body>
void with_row(const MaskView& mask, int y, Body body) {
    if (mask.format == MaskFormat::f32) {
        body(reinterpret_cast<float*>(mask.row(y)));
    } else {
        body(reinterpret_cast<std::uint8_t*>(mask.row(y)));
    }
}

}  // namespace vbg::segment
