#pragma once
/// @file hologram_pixel.hpp  Scan lines, ghosts and the hologram, bit for bit as src/effect's.

#include "cuda/tint_pixel.hpp"

namespace vbg {
namespace cuda {

/// How a row of this frame is dimmed. Uploaded anew for each frame.
struct RowDim {
    double factor = 1;         ///< what is kept
    std::uint32_t scaled = 0;  ///< factor * 2^32, rounded up, where `how` is `scaled`
    std::uint32_t how = 0;     ///< kNot, kScaled or kDouble
    enum : std::uint32_t { kNot, kScaled, kDouble };

    /// trunc(v * factor), as in double precision; `scaled` gives the same where it is allowed.
    VBG_HD std::uint8_t dim(std::uint8_t v) const {
        if (how == kNot) return v;
        if (how == kScaled) return static_cast<std::uint8_t>((static_cast<std::uint64_t>(v) * scaled) >> 32);
        return static_cast<std::uint8_t>(v * factor);
    }
};

/// One byte a thread. out may be in. Moves 3 bytes a pixel, and the sink's.
struct DimByte {
    ConstBytes in;
    PixelSink out;
    const RowDim* rows;
    VBG_HD void operator()(int x, int y) const { out.put_byte(x, y, rows[y].dim(in.at(x, y))); }
};

template <class Launcher>
void scanlines(const RowDim* dims, ConstBytes in, const PixelSink& out, int width, int height,
               Launcher&& launcher) {
    launcher.items(3 * width, height, DimByte{in, out, dims});
}

/// Bytes of a row that is zero outside the picture.
struct ZeroBeyond {
    ConstBytes rows;
    int width, height;  ///< bytes and rows
    VBG_HD int at(int x, int y) const {
        return x >= 0 && x < width && y >= 0 && y < height ? rows.at(x, y) : 0;
    }
};

/// Two ghosts over the picture: round(0.4 round(0.2 here + 0.8 one) + 0.6 two).
VBG_HD inline int ghost_of(int here, int one, int two) {
    return (2 * ((here + 4 * one + 2) / 5) + 3 * two + 2) / 5;
}

/// round(0.5 picture + 0.6 light), halves to even, no product kept longer than single precision.
VBG_HD inline std::uint8_t light_of(int picture, int light) {
    const float half = static_cast<float>(picture) * 0.5F;
#ifdef __CUDA_ARCH__
    const float sum = __fadd_rn(half, __fmul_rn(static_cast<float>(light), 0.6F));
#else
    const float part = static_cast<float>(light) * 0.6F;
    const float sum = half + part;
#endif
    return cut_to_byte(nearest(sum));
}

struct CopyByte {
    ConstBytes in;
    Bytes out;
    VBG_HD void operator()(int x, int y) const { out.at(x, y) = in.at(x, y); }
};

/// One byte a thread. `out` is other memory than `in`. Moves 3 bytes a pixel (the ghosts come from the
/// cache), and the sink's.
struct GhostByte {
    ZeroBeyond in;
    PixelSink out;
    int shift_x, shift_y;  ///< bytes, rows
    VBG_HD void operator()(int x, int y) const {
        out.put_byte(x, y,
                     static_cast<std::uint8_t>(ghost_of(in.at(x, y), in.at(x - shift_x, y - shift_y),
                                                        in.at(x + shift_x, y + shift_y))));
    }
};

struct GhostPlan {
    int width = 0, height = 0, shift = 0;
    ScratchPlan scratch;
    ScratchPlan::Part<std::uint8_t> copy;

    GhostPlan() = default;
    GhostPlan(int w, int h, int by)
        : width(w), height(h), shift(by), copy(scratch.add<std::uint8_t>(3 * w, h)) {}
};

/// out may be in: the picture is copied to `scratch` then.
template <class Launcher>
void ghost(const GhostPlan& plan, void* scratch, ConstBytes in, const PixelSink& out, Launcher&& launcher) {
    const int width = 3 * plan.width;
    if (in.data == out.to.data) {
        const Bytes copy = plan.copy.in(scratch);
        launcher.items(width, plan.height, CopyByte{in, copy});
        in = {copy.data, copy.stride};
    }
    launcher.items(width, plan.height, GhostByte{{in, width, plan.height}, out, 3 * plan.shift, plan.shift});
}

/// One pixel a thread: its winter colours, dimmed: blue and green, red being 0. Moves 3 + 2 bytes a pixel.
struct WinterPixel {
    ConstBytes in;
    Bytes out;
    const RowDim* rows;
    int blue;
    VBG_HD void operator()(int x, int y) const {
        const int grey = grey_of(load_color(in, x, y), blue);
        // COLORMAP_WINTER's blue: 255 - grey / 2; a half goes to the even one, and up from 66 to 96.
        const int twice = 510 - grey;
        const int up = (twice >> 1) % 2 == 1 || (grey >= 66 && grey <= 96) ? 1 : 0;
        out.at(2 * x, y) = rows[y].dim(static_cast<std::uint8_t>((twice + up) >> 1));
        out.at(2 * x + 1, y) = rows[y].dim(static_cast<std::uint8_t>(grey));
    }
};

/// One pixel a thread: ghosts of the light, added to the picture. out may be in. Moves 2 + 3 bytes a pixel,
/// and the sink's.
struct AddLight {
    ZeroBeyond light;
    ConstBytes in;
    PixelSink out;
    int shift, blue;
    VBG_HD int light_at(int x, int y, int c) const {
        return ghost_of(light.at(2 * x + c, y), light.at(2 * (x - shift) + c, y - shift),
                        light.at(2 * (x + shift) + c, y + shift));
    }
    VBG_HD void operator()(int x, int y) const {
        Color3 color = load_color(in, x, y);
        color.at[blue] = light_of(color.at[blue], light_at(x, y, 0));
        color.at[1] = light_of(color.at[1], light_at(x, y, 1));
        color.at[2 - blue] = light_of(color.at[2 - blue], 0);
        out.put(x, y, color);
    }
};

struct HologramPlan {
    int width = 0, height = 0, shift = 0, blue = 0;
    ScratchPlan scratch;
    ScratchPlan::Part<std::uint8_t> light;

    HologramPlan() = default;
    HologramPlan(int w, int h, int by, int blue_at)
        : width(w), height(h), shift(by), blue(blue_at), light(scratch.add<std::uint8_t>(2 * w, h)) {}
};

/// out may be in.
template <class Launcher>
void hologram(const HologramPlan& plan, void* scratch, const RowDim* dims, ConstBytes in,
              const PixelSink& out, Launcher&& launcher) {
    const Bytes light = plan.light.in(scratch);
    launcher.items(plan.width, plan.height, WinterPixel{in, light, dims, plan.blue});
    launcher.items(
        plan.width, plan.height,
        AddLight{{{light.data, light.stride}, 2 * plan.width, plan.height}, in, out, plan.shift, plan.blue});
}

}  // namespace cuda
}  // namespace vbg
