// Pixel format conversion through libyuv. libyuv names formats by little-endian words: its ARGB is B,G,R,A in
// memory and its RAW is R,G,B; its RGB24 is B,G,R.
#include <fmt/format.h>
#include <libyuv.h>

#include <algorithm>
#include <array>
#include <iterator>

#include <vbg/device.hpp>
#include <vbg/error.hpp>
#include <vbg/frame.hpp>

#include "core/device.hpp"
#include "core/yuv.hpp"
#include "cuda/convert.hpp"
#include "cuda/convert_pixel.hpp"
#include "cuda/runtime.hpp"

namespace vbg::inline v0 {

namespace {

struct Plane {
    std::uint8_t* data;
    int stride;
};

Plane plane(const ConstFrameView& v, std::size_t p) {
    // libyuv takes int strides and writes only where it is told to; the cast serves reading and writing
    // alike.
    return {reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(v.planes[p].data)),
            static_cast<int>(v.planes[p].stride)};
}

void check(int status, const ConstFrameView& from, const ConstFrameView& to) {
    if (status == 0) return;
    throw Error(Errc::internal, fmt::format("convert: libyuv could not convert {}x{} {} to {}", from.width,
                                            from.height, to_string(from.format), to_string(to.format)));
}

const libyuv::YuvConstants* to_rgb_constants(const ColorSpec& color) {
    if (color.matrix == Matrix::bt709) {
        return color.range == Range::full ? &libyuv::kYuvF709Constants : &libyuv::kYuvH709Constants;
    }
    return color.range == Range::full ? &libyuv::kYuvJPEGConstants : &libyuv::kYuvI601Constants;
}

/// Anything -> bgra8.
void to_bgra(const ConstFrameView& from, const FrameView& to) {
    const Plane a = plane(from, 0), b = plane(from, 1), c = plane(from, 2), d = plane(to, 0);
    const int w = from.width, h = from.height;
    const auto* k = to_rgb_constants(from.color);
    int status = -1;
    switch (from.format) {
        case PixelFormat::bgr8: status = libyuv::RGB24ToARGB(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::rgb8: status = libyuv::RAWToARGB(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::rgba8: status = libyuv::ABGRToARGB(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::gray8: status = libyuv::J400ToARGB(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::i420:
            status = libyuv::I420ToARGBMatrix(a.data, a.stride, b.data, b.stride, c.data, c.stride, d.data,
                                              d.stride, k, w, h);
            break;
        case PixelFormat::nv12:
            status = libyuv::NV12ToARGBMatrix(a.data, a.stride, b.data, b.stride, d.data, d.stride, k, w, h);
            break;
        default: break;
    }
    check(status, from, to);
}

/// bgra8 -> packed RGB or grey.
void from_bgra(const ConstFrameView& from, const FrameView& to) {
    const Plane a = plane(from, 0), d = plane(to, 0);
    const int w = from.width, h = from.height;
    int status = -1;
    switch (to.format) {
        case PixelFormat::bgr8: status = libyuv::ARGBToRGB24(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::rgb8: status = libyuv::ARGBToRAW(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::rgba8: status = libyuv::ARGBToABGR(a.data, a.stride, d.data, d.stride, w, h); break;
        case PixelFormat::gray8: status = libyuv::ARGBToJ400(a.data, a.stride, d.data, d.stride, w, h); break;
        default: break;
    }
    check(status, from, to);
}

/// bgra8 -> i420 in fixed point, for every matrix and range (libyuv has BT.601 only in this direction).
/// The GPU's kernel has the same arithmetic: cuda/convert_pixel.hpp.
void bgra_to_i420(const ConstFrameView& from, const FrameView& to) {
    const cuda::YuvEncoder encode = cuda::yuv_encoder(to.color);
    for (int y = 0; y < from.height; ++y) {
        const auto* s = reinterpret_cast<const std::uint8_t*>(from.row(y));
        std::byte* d = to.row(y);
        for (int x = 0; x < from.width; ++x, s += 4)
            d[x] = static_cast<std::byte>(encode.luma({s[2], s[1], s[0], 0}));
    }
    for (int y = 0; y < (from.height + 1) / 2; ++y) {
        const auto* s0 = reinterpret_cast<const std::uint8_t*>(from.row(2 * y));
        const auto* s1 =
            reinterpret_cast<const std::uint8_t*>(from.row(std::min(2 * y + 1, from.height - 1)));
        std::byte *du = to.row(y, 1), *dv = to.row(y, 2);
        for (int x = 0; x < (from.width + 1) / 2; ++x) {
            const int i = 8 * x, j = 4 * std::min(2 * x + 1, from.width - 1);
            const int b = s0[i] + s0[j] + s1[i] + s1[j];
            const int g = s0[i + 1] + s0[j + 1] + s1[i + 1] + s1[j + 1];
            const int r = s0[i + 2] + s0[j + 2] + s1[i + 2] + s1[j + 2];
            const cuda::Chroma chroma = encode.chroma({r, g, b, 0});
            du[x] = static_cast<std::byte>(chroma.u);
            dv[x] = static_cast<std::byte>(chroma.v);
        }
    }
}

/// yuyv or uyvy -> i420. libyuv is not used: it drops the odd last column's own chroma.
void packed_to_i420(const ConstFrameView& from, const FrameView& to) {
    const std::size_t y_at = from.format == PixelFormat::yuyv ? 0 : 1, u_at = 1 - y_at, v_at = u_at + 2;
    for (int y = 0; y < from.height; ++y) {
        const std::byte* s = from.row(y);
        std::byte* d = to.row(y);
        for (int x = 0; x < from.width; ++x) d[x] = s[static_cast<std::size_t>(x) * 2 + y_at];
    }
    const auto mean = [](std::byte a, std::byte b) {
        return static_cast<std::byte>((std::to_integer<int>(a) + std::to_integer<int>(b) + 1) / 2);
    };
    for (int y = 0; y < (from.height + 1) / 2; ++y) {
        const std::byte* s0 = from.row(2 * y);
        const std::byte* s1 = from.row(std::min(2 * y + 1, from.height - 1));
        for (int x = 0; x < (from.width + 1) / 2; ++x) {
            const auto i = static_cast<std::size_t>(x) * 4;
            to.row(y, 1)[x] = mean(s0[i + u_at], s1[i + u_at]);
            to.row(y, 2)[x] = mean(s0[i + v_at], s1[i + v_at]);
        }
    }
}

void i420_to_packed(const ConstFrameView& from, const FrameView& to) {
    const std::size_t y_at = to.format == PixelFormat::yuyv ? 0 : 1, u_at = 1 - y_at, v_at = u_at + 2;
    for (int y = 0; y < from.height; ++y) {
        const std::byte *sy = from.row(y), *su = from.row(y / 2, 1), *sv = from.row(y / 2, 2);
        std::byte* d = to.row(y);
        for (int x = 0; x < (from.width + 1) / 2; ++x, d += 4) {
            d[y_at] = sy[2 * x];
            d[y_at + 2] = sy[std::min(2 * x + 1, from.width - 1)];
            d[u_at] = su[x];
            d[v_at] = sv[x];
        }
    }
}

/// i420 <-> nv12 and the packed forms: numbers are moved, colours untouched.
void yuv_to_i420(const ConstFrameView& from, const FrameView& to) {
    if (is_packed_yuv(from.format)) return packed_to_i420(from, to);
    const Plane y = plane(from, 0), uv = plane(from, 1), dy = plane(to, 0), du = plane(to, 1),
                dv = plane(to, 2);
    check(libyuv::NV12ToI420(y.data, y.stride, uv.data, uv.stride, dy.data, dy.stride, du.data, du.stride,
                             dv.data, dv.stride, from.width, from.height),
          from, to);
}

void i420_to_yuv(const ConstFrameView& from, const FrameView& to) {
    if (is_packed_yuv(to.format)) return i420_to_packed(from, to);
    const Plane y = plane(from, 0), u = plane(from, 1), v = plane(from, 2), dy = plane(to, 0),
                duv = plane(to, 1);
    check(libyuv::I420ToNV12(y.data, y.stride, u.data, u.stride, v.data, v.stride, dy.data, dy.stride,
                             duv.data, duv.stride, from.width, from.height),
          from, to);
}

/// Pictures of one format, one of each size: the sizes asked for last are kept, the newest first.
class Temporaries {
public:
    explicit Temporaries(PixelFormat format) : format_(format) {}

    FrameView of_size(const ConstFrameView& like) {
        auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Frame& frame) {
            return frame.width() == like.width && frame.height() == like.height;
        });
        if (found == kept_.end()) *--found = Frame(like.width, like.height, format_);
        std::rotate(kept_.begin(), found, std::next(found));
        return kept_.front().view();
    }

private:
    PixelFormat format_;
    std::array<Frame, 4> kept_;  // a thread seldom serves more outputs than that
};

/// Pictures in between, kept per thread so that converting every frame of some streams allocates once. Valid
/// until the next one of that kind.
FrameView bgra_between(const ConstFrameView& like) {
    thread_local Temporaries kept(PixelFormat::bgra8);
    return kept.of_size(like);
}
FrameView i420_between(const ConstFrameView& like, const ColorSpec& color) {
    thread_local Temporaries kept(PixelFormat::i420);
    FrameView view = kept.of_size(like);
    view.color = color;
    return view;
}

void rgb_to_yuv(const ConstFrameView& from, const FrameView& to) {
    ConstFrameView bgra = from;
    if (from.format != PixelFormat::bgra8) {
        const FrameView temporary = bgra_between(from);
        to_bgra(from, temporary);
        bgra = temporary;
    }
    if (to.format == PixelFormat::i420) return bgra_to_i420(bgra, to);
    const FrameView planar = i420_between(from, to.color);
    bgra_to_i420(bgra, planar);
    i420_to_yuv(planar, to);
}

void yuv_to_rgb(const ConstFrameView& from, const FrameView& to) {
    ConstFrameView planar = from;
    if (is_packed_yuv(from.format)) {
        const FrameView temporary = i420_between(from, from.color);
        packed_to_i420(from, temporary);
        planar = temporary;
    }
    if (to.format == PixelFormat::bgra8) return to_bgra(planar, to);
    const FrameView bgra = bgra_between(from);
    to_bgra(planar, bgra);
    from_bgra(bgra, to);
}

void rgb_to_rgb(const ConstFrameView& from, const FrameView& to) {
    const bool swap = (from.format == PixelFormat::rgb8 && to.format == PixelFormat::bgr8) ||
                      (from.format == PixelFormat::bgr8 && to.format == PixelFormat::rgb8);
    if (swap) {
        const Plane a = plane(from, 0), d = plane(to, 0);
        return check(libyuv::RAWToRGB24(a.data, a.stride, d.data, d.stride, from.width, from.height), from,
                     to);
    }
    if (to.format == PixelFormat::bgra8) return to_bgra(from, to);
    if (from.format == PixelFormat::bgra8) return from_bgra(from, to);
    const FrameView bgra = bgra_between(from);
    to_bgra(from, bgra);
    from_bgra(bgra, to);
}

/// Between two YUV formats: only the layout changes where the colour specs agree, else by way of RGB.
void yuv_to_yuv(const ConstFrameView& from, const FrameView& to) {
    if (!(from.color == to.color)) {
        const FrameView bgra = bgra_between(from);
        yuv_to_rgb(from, bgra);
        return rgb_to_yuv(bgra, to);
    }
    if (to.format == PixelFormat::i420) return yuv_to_i420(from, to);
    if (from.format == PixelFormat::i420) return i420_to_yuv(from, to);
    const FrameView planar = i420_between(from, from.color);
    yuv_to_i420(from, planar);
    i420_to_yuv(planar, to);
}

}  // namespace

namespace {

void check_pair(const ConstFrameView& from, const FrameView& to) {
    check_view(from, "convert: from");
    check_view(to, "convert: to");
    if (from.width != to.width || from.height != to.height) {
        throw Error(Errc::invalid_argument, fmt::format("convert: from {}x{} to {}x{}: sizes must be equal",
                                                        from.width, from.height, to.width, to.height));
    }
}

/// Only the bytes' places are the same.
bool only_copies(const ConstFrameView& from, const FrameView& to) {
    return from.format == to.format && (!is_yuv(from.format) || from.color == to.color);
}

}  // namespace

void convert(const ConstFrameView& from, const FrameView& to) {
    check_pair(from, to);
    need_host(from.device, "convert: from");
    need_host(to.device, "convert: to");
    if (only_copies(from, to)) return copy_pixels(from, to);
    const bool from_yuv = is_yuv(from.format), to_yuv = is_yuv(to.format);
    if (from_yuv && to_yuv) return yuv_to_yuv(from, to);
    if (from_yuv) return yuv_to_rgb(from, to);
    if (to_yuv) return rgb_to_yuv(from, to);
    rgb_to_rgb(from, to);
}

void convert(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return convert(from, to);
    check_pair(from, to);
    if (!same_place(from.device, to.device)) {
        throw Error(Errc::invalid_argument,
                    fmt::format("convert: from {} to {}: both must lie in the same place",
                                device_text(from.device), device_text(to.device)));
    }
    if (only_copies(from, to)) return cuda::copy(from, to, stream);
    cuda::convert(from, to, stream);
}

}  // namespace vbg::inline v0
