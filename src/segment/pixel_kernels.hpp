#pragma once
/// @file pixel_kernels.hpp  Inner loops of the segmenters that look at colours alone, one row each, written
/// for every instruction set (Highway). None allocates or throws; all are thread-safe.

#include <cstdint>

namespace vbg::segment::kernels {

/// A plane of colour and a point in it. Coordinates of a pixel with channels c0, c1, c2 (0..255, as they lie
/// in memory): u = u[0] c0 + u[1] c1 + u[2] c2 and v likewise; where `relative`, both divided by the largest
/// channel, which counts as at least `dark`.
struct ColorKey {
    float u[3] = {0, 0, 0}, v[3] = {0, 0, 0};
    bool relative = false;
    float dark = 1;
    float key_u = 0, key_v = 0;
    float tolerance = 0;  ///< distance from the key up to which a pixel is 0
    float rise = 1;       ///< 1 / the further distance at which it is 1
};

/// out[x] = (distance of pixel x from the key - tolerance) * rise, cut to 0..1, for x < n; u8: * 255,
/// rounded.
void key_row(const std::uint8_t* pixels, int n, const ColorKey& key, std::uint8_t* out);
void key_row(const std::uint8_t* pixels, int n, const ColorKey& key, float* out);

/// out[x] = 255 (1.0f) where the sum over the channels of weights[c] * |a - b| is at least `least`, else 0,
/// for x < n. Sums must stay below 2^24, so that they are exact.
void changed_row(const std::uint8_t* a, const std::uint8_t* b, int n, const int (&weights)[3], int least,
                 std::uint8_t* out);
void changed_row(const std::uint8_t* a, const std::uint8_t* b, int n, const int (&weights)[3], int least,
                 float* out);

}  // namespace vbg::segment::kernels
