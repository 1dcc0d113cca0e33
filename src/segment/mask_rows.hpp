#pragma once
/// @file mask_rows.hpp  Writing a matte row from bytes or floats, whichever format it has.

#include <cstdint>
#include <vbg/types.hpp>

namespace vbg::segment {

/// Row `y` of `mask`: value_at(x) gives 0..255 for each pixel; f32 gets that / 255.
template <class ValueAt>
void write_bytes(const MaskView& mask, int y, ValueAt value_at) {
    if (mask.format == MaskFormat::f32) {
        auto* out = reinterpret_cast<float*>(mask.row(y));
        for (int x = 0; x < mask.width; ++x) out[x] = static_cast<float>(value_at(x)) * (1.F / 255.F);
    } else {
        auto* out = reinterpret_cast<std::uint8_t*>(mask.row(y));
        for (int x = 0; x < mask.width; ++x) out[x] = static_cast<std::uint8_t>(value_at(x));
    }
}

/// Row `y` of `mask`: value_at(x) gives 0..1 for each pixel; u8 gets that * 255, rounded.
template <class ValueAt>
void write_floats(const MaskView& mask, int y, ValueAt value_at) {
    if (mask.format == MaskFormat::f32) {
        auto* out = reinterpret_cast<float*>(mask.row(y));
        for (int x = 0; x < mask.width; ++x) out[x] = value_at(x);
    } else {
        auto* out = reinterpret_cast<std::uint8_t*>(mask.row(y));
        for (int x = 0; x < mask.width; ++x) out[x] = static_cast<std::uint8_t>(value_at(x) * 255.F + 0.5F);
    }
}

}  // namespace vbg::segment
