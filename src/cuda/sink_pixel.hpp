#pragma once
/// @file sink_pixel.hpp  Colours of three bytes, and where the last kernel of an effect puts them.

#include "cuda/over_pixel.hpp"
#include "cuda/words.hpp"

namespace vbg {
namespace cuda {

/// Three bytes in the frame's order.
struct Color3 {
    std::uint8_t at[3] = {};
};

VBG_HD inline Color3 load_color(ConstBytes rows, int x, int y) {
    const std::uint8_t* p = rows.row(y) + 3 * x;
    return {{p[0], p[1], p[2]}};
}
VBG_HD inline void store_color(const Color3& color, Bytes rows, int x, int y) {
    std::uint8_t* p = rows.row(y) + 3 * x;
    for (int c = 0; c < 3; ++c) p[c] = color.at[c];
}

/// A picture that takes an effect's pixels as they are, or mixed with another layer's by the matte: then it
/// is the composed frame, with the bytes that OverPixel gives. Moves 3 bytes a pixel, or 7: the other layer's
/// and the matte's, too. `to` may be `other`, for every pixel is put once.
struct PixelSink {
    Bytes to;
    ConstBytes other, alpha;  ///< alpha.data null: there is no other layer
    bool is_person;           ///< the effect's pixels are the person's, the other layer the background

    // NOLINTNEXTLINE(google-explicit-constructor): a picture is a sink
    PixelSink(Bytes out, ConstBytes other_layer = {}, ConstBytes matte = {}, bool person = false)
        : to(out), other(other_layer), alpha(matte), is_person(person) {}

    VBG_HD std::uint8_t mixed(std::uint8_t value, std::uint8_t there, std::uint8_t a) const {
        return is_person ? mix(value, there, a) : mix(there, value, a);
    }
    VBG_HD void put(int x, int y, Color3 color) const {
        if (alpha.data != nullptr) {
            const Color3 there = load_color(other, x, y);
            const std::uint8_t a = alpha.at(x, y);
            for (int c = 0; c < 3; ++c) color.at[c] = mixed(color.at[c], there.at[c], a);
        }
        store_color(color, to, x, y);
    }
    /// One byte of a row.
    VBG_HD void put_byte(int i, int y, std::uint8_t value) const {
        to.at(i, y) = alpha.data != nullptr ? mixed(value, other.at(i, y), alpha.at(i / 3, y)) : value;
    }
};

}  // namespace cuda
}  // namespace vbg
