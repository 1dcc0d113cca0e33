#pragma once
/// @file convert_pixel.hpp  From any pixel format to any other, 2x2 pixels at a time: a block has one chroma
/// sample. The steps are those of core/convert.cpp, so that the results agree with libyuv's to within 2
/// levels (see tests/cuda/test_convert.cpp for each pair).

#include <cmath>

#include <vbg/types.hpp>

#include "cuda/portable.hpp"

namespace vbg {
namespace cuda {

struct Rgba {
    int r = 0, g = 0, b = 0, a = 255;
};
struct Chroma {
    int u = 128, v = 128;
};

VBG_HD inline int clip_byte(int v) { return v < 0 ? 0 : v > 255 ? 255 : v; }
VBG_HD inline int lesser(int a, int b) { return a < b ? a : b; }

/// YUV numbers -> colour. Factors in 1/64, the gain of luma in 1/65536 of that.
struct YuvDecoder {
    int luma_gain = 0, luma_bias = 0;
    int u_to_b = 0, u_to_g = 0, v_to_g = 0, v_to_r = 0;

    VBG_HD Rgba operator()(int y, const Chroma& c) const {
        const int l =
            static_cast<int>((static_cast<unsigned>(y * 257) * static_cast<unsigned>(luma_gain)) >> 16) +
            luma_bias;
        const int u = c.u - 128, v = c.v - 128;
        return {clip_byte((l + v_to_r * v) >> 6), clip_byte((l - u_to_g * u - v_to_g * v) >> 6),
                clip_byte((l + u_to_b * u) >> 6), 255};
    }
};

/// Colour -> YUV numbers. Factors in 1/65536.
struct YuvEncoder {
    int yr = 0, yg = 0, yb = 0, y0 = 0;
    int ur = 0, ug = 0, ub = 0;
    int vr = 0, vg = 0, vb = 0;

    VBG_HD int luma(const Rgba& p) const {
        return clip_byte(y0 + ((yr * p.r + yg * p.g + yb * p.b + 32768) >> 16));
    }
    /// Of the sum of four pixels.
    VBG_HD Chroma chroma(const Rgba& sum) const {
        return {clip_byte(128 + ((ur * sum.r + ug * sum.g + ub * sum.b + (1 << 17)) >> 18)),
                clip_byte(128 + ((vr * sum.r + vg * sum.g + vb * sum.b + (1 << 17)) >> 18))};
    }
};

namespace detail {
struct Weights {
    double kr, kb;
    bool full;
};
inline Weights weights_of(const ColorSpec& color) {
    const bool hd = color.matrix == Matrix::bt709;
    return {hd ? 0.2126 : 0.299, hd ? 0.0722 : 0.114, color.range == Range::full};
}
}  // namespace detail

/// ITU-R BT.601 and BT.709. Like libyuv's, the factors end at 2: blue of limited range is a little weak.
inline YuvDecoder yuv_decoder(const ColorSpec& color) {
    const auto [kr, kb, full] = detail::weights_of(color);
    const double kg = 1 - kr - kb, luma = full ? 1. : 255. / 219, chroma = full ? 1. : 255. / 224;
    const auto fix = [](double v) { return lesser(128, static_cast<int>(std::lround(v * 64))); };
    YuvDecoder d;
    d.luma_gain = static_cast<int>(std::lround(luma * 64 * 65536 / 257));
    d.luma_bias = 32 - (full ? 0 : static_cast<int>(std::lround(luma * 64 * 16)));
    d.u_to_b = fix(2 * (1 - kb) * chroma);
    d.v_to_r = fix(2 * (1 - kr) * chroma);
    d.u_to_g = fix(2 * (1 - kb) * kb / kg * chroma);
    d.v_to_g = fix(2 * (1 - kr) * kr / kg * chroma);
    return d;
}

/// ITU-R BT.601 and BT.709.
inline YuvEncoder yuv_encoder(const ColorSpec& color) {
    const auto [kr, kb, full] = detail::weights_of(color);
    const double ys = full ? 1.0 : 219.0 / 255, cs = full ? 1.0 : 224.0 / 255;
    const auto fix = [](double v) { return static_cast<int>(std::lround(v * 65536)); };
    YuvEncoder e;
    e.yr = fix(kr * ys), e.yb = fix(kb * ys), e.yg = fix(ys) - e.yr - e.yb, e.y0 = full ? 0 : 16;
    e.ub = fix(0.5 * cs), e.ur = fix(-0.5 * kr / (1 - kb) * cs), e.ug = -e.ub - e.ur;
    e.vr = fix(0.5 * cs), e.vb = fix(-0.5 * kb / (1 - kr) * cs), e.vg = -e.vr - e.vb;
    return e;
}

VBG_HD constexpr bool is_packed_yuv(PixelFormat f) {
    return f == PixelFormat::yuyv || f == PixelFormat::uyvy;
}
VBG_HD constexpr bool is_yuv(PixelFormat f) {
    return is_packed_yuv(f) || f == PixelFormat::nv12 || f == PixelFormat::i420;
}

/// One picture, with the ways to read or write a pixel of each format. (x, y) counts pixels, (cx, cy) blocks.
template <class Byte>
struct Pixels {
    Rows<Byte> planes[3];
    PixelFormat format = PixelFormat::unknown;
    int width = 0, height = 0;

    [[nodiscard]] VBG_HD int luma_at() const { return format == PixelFormat::uyvy ? 1 : 0; }

    [[nodiscard]] VBG_HD int luma(int x, int y) const {
        return is_packed_yuv(format) ? planes[0].at(2 * x + luma_at(), y) : planes[0].at(x, y);
    }
    /// Packed formats have chroma in each row: the mean of the block's two.
    [[nodiscard]] VBG_HD Chroma chroma(int cx, int cy) const {
        if (format == PixelFormat::i420) return {planes[1].at(cx, cy), planes[2].at(cx, cy)};
        if (format == PixelFormat::nv12) return {planes[1].at(2 * cx, cy), planes[1].at(2 * cx + 1, cy)};
        const int at = 4 * cx + 1 - luma_at();
        const Byte *first = planes[0].row(2 * cy), *second = planes[0].row(lesser(2 * cy + 1, height - 1));
        return {(first[at] + second[at] + 1) / 2, (first[at + 2] + second[at + 2] + 1) / 2};
    }
    [[nodiscard]] VBG_HD Rgba colour(int x, int y) const {
        const Byte* p = planes[0].row(y);
        switch (format) {
            case PixelFormat::rgb8: return p += 3 * x, Rgba{p[0], p[1], p[2], 255};
            case PixelFormat::bgr8: return p += 3 * x, Rgba{p[2], p[1], p[0], 255};
            case PixelFormat::rgba8: return p += 4 * x, Rgba{p[0], p[1], p[2], p[3]};
            case PixelFormat::bgra8: return p += 4 * x, Rgba{p[2], p[1], p[0], p[3]};
            default: return Rgba{p[x], p[x], p[x], 255};
        }
    }

    VBG_HD void put_luma(int x, int y, int value) const {
        const auto byte = static_cast<std::uint8_t>(value);
        if (!is_packed_yuv(format)) {
            planes[0].at(x, y) = byte;
            return;
        }
        planes[0].at(2 * x + luma_at(), y) = byte;
        // An odd last column has a whole pair of its own.
        if (x == width - 1 && x % 2 == 0) planes[0].at(2 * x + 2 + luma_at(), y) = byte;
    }
    VBG_HD void put_chroma(int cx, int cy, const Chroma& c) const {
        const auto u = static_cast<std::uint8_t>(c.u), v = static_cast<std::uint8_t>(c.v);
        if (format == PixelFormat::i420) {
            planes[1].at(cx, cy) = u;
            planes[2].at(cx, cy) = v;
        } else if (format == PixelFormat::nv12) {
            planes[1].at(2 * cx, cy) = u;
            planes[1].at(2 * cx + 1, cy) = v;
        } else {
            const int at = 4 * cx + 1 - luma_at();
            for (int y = 2 * cy; y <= lesser(2 * cy + 1, height - 1); ++y) {
                planes[0].at(at, y) = u;
                planes[0].at(at + 2, y) = v;
            }
        }
    }
    VBG_HD void put_colour(int x, int y, const Rgba& c) const {
        const auto r = static_cast<std::uint8_t>(c.r), g = static_cast<std::uint8_t>(c.g),
                   b = static_cast<std::uint8_t>(c.b), a = static_cast<std::uint8_t>(c.a);
        Byte* p = planes[0].row(y);
        switch (format) {
            case PixelFormat::rgb8: p += 3 * x, p[0] = r, p[1] = g, p[2] = b; break;
            case PixelFormat::bgr8: p += 3 * x, p[0] = b, p[1] = g, p[2] = r; break;
            case PixelFormat::rgba8: p += 4 * x, p[0] = r, p[1] = g, p[2] = b, p[3] = a; break;
            case PixelFormat::bgra8: p += 4 * x, p[0] = b, p[1] = g, p[2] = r, p[3] = a; break;
            default:
                p[x] =
                    static_cast<std::uint8_t>((77 * c.r + 150 * c.g + 29 * c.b + 128) >> 8);  // JPEG's luma
        }
    }
};

/// Block (cx, cy) of a picture of the same size in both.
struct ConvertBlock {
    Pixels<const std::uint8_t> from;
    Pixels<std::uint8_t> to;
    YuvDecoder decode;
    YuvEncoder encode;
    bool same_colour = false;  ///< both YUV, and their numbers mean the same: they are moved, not worked out

    VBG_HD void operator()(int cx, int cy) const {
        const bool reads_yuv = is_yuv(from.format), writes_yuv = is_yuv(to.format);
        Chroma chroma;
        if (reads_yuv) chroma = from.chroma(cx, cy);
        Rgba sum{0, 0, 0, 0};
        for (int i = 0; i < 4; ++i) {  // at an odd edge the last pixels stand for those outside
            const int x = lesser(2 * cx + i % 2, from.width - 1), y = lesser(2 * cy + i / 2, from.height - 1);
            if (same_colour) {
                to.put_luma(x, y, from.luma(x, y));
                continue;
            }
            const Rgba colour = reads_yuv ? decode(from.luma(x, y), chroma) : from.colour(x, y);
            if (!writes_yuv) {
                to.put_colour(x, y, colour);
                continue;
            }
            to.put_luma(x, y, encode.luma(colour));
            sum = {sum.r + colour.r, sum.g + colour.g, sum.b + colour.b, 0};
        }
        if (writes_yuv) to.put_chroma(cx, cy, same_colour ? chroma : encode.chroma(sum));
    }
};

}  // namespace cuda
}  // namespace vbg
