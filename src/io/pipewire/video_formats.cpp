#include "io/pipewire/video_formats.hpp"

#include <spa/param/video/raw.h>

#include <algorithm>

namespace vbg::pipewire {

namespace {

/// YUY2 stands first: every program reads it, and it takes two thirds of the memory of RGB.
constexpr VideoFormat kFormats[] = {
    {PixelFormat::yuyv, SPA_VIDEO_FORMAT_YUY2},  {PixelFormat::i420, SPA_VIDEO_FORMAT_I420},
    {PixelFormat::nv12, SPA_VIDEO_FORMAT_NV12},  {PixelFormat::uyvy, SPA_VIDEO_FORMAT_UYVY},
    {PixelFormat::bgra8, SPA_VIDEO_FORMAT_BGRx}, {PixelFormat::bgra8, SPA_VIDEO_FORMAT_BGRA},
    {PixelFormat::rgba8, SPA_VIDEO_FORMAT_RGBx}, {PixelFormat::rgba8, SPA_VIDEO_FORMAT_RGBA},
    {PixelFormat::rgb8, SPA_VIDEO_FORMAT_RGB},   {PixelFormat::bgr8, SPA_VIDEO_FORMAT_BGR},
    {PixelFormat::gray8, SPA_VIDEO_FORMAT_GRAY8}};

constexpr std::size_t kRowUnit = 4;  ///< bytes

}  // namespace

std::vector<VideoFormat> offered_formats(PixelFormat pixel, int width, int height) {
    std::vector<VideoFormat> offered;
    if (width < 1 || height < 1) return offered;
    for (const VideoFormat& f : kFormats) {
        if (pixel != PixelFormat::unknown && f.pixel != pixel) continue;
        // A grey camera is what only those get who ask for it.
        if (pixel == PixelFormat::unknown && f.pixel == PixelFormat::gray8) continue;
        if (fitting_size(f.pixel, width, height) == Size{width, height}) offered.push_back(f);
    }
    return offered;
}

PixelFormat pixel_format_of(std::uint32_t spa) noexcept {
    const auto* found = std::ranges::find(kFormats, spa, &VideoFormat::spa);
    return found == std::end(kFormats) ? PixelFormat::unknown : found->pixel;
}

Size fitting_size(PixelFormat pixel, int width, int height) noexcept {
    int across = 1, down = 1;
    if (pixel == PixelFormat::yuyv || pixel == PixelFormat::uyvy) across = 2;
    if (pixel == PixelFormat::nv12) across = 4;
    if (pixel == PixelFormat::i420) across = 8;  // half rows are multiples of four bytes, too
    if (pixel == PixelFormat::nv12 || pixel == PixelFormat::i420) down = 2;
    return {width - width % across, height - height % down};
}

Layout layout_of(PixelFormat format, int width, int height, ColorSpec color) noexcept {
    Layout layout{format, width, height, color, {}, {}, 0};
    const auto planes = static_cast<std::size_t>(plane_count(format));
    for (std::size_t p = 0; p < planes; ++p) {
        const std::size_t row = row_bytes(format, static_cast<int>(p), width);
        layout.offset[p] = layout.bytes;
        layout.stride[p] = (row + kRowUnit - 1) / kRowUnit * kRowUnit;
        layout.bytes +=
            layout.stride[p] * static_cast<std::size_t>(plane_rows(format, static_cast<int>(p), height));
    }
    return layout;
}

FrameView view_of(const Layout& layout, std::byte* memory) noexcept {
    FrameView view;
    view.width = layout.width;
    view.height = layout.height;
    view.format = layout.format;
    view.color = layout.color;
    const auto planes = static_cast<std::size_t>(plane_count(layout.format));
    for (std::size_t p = 0; p < planes; ++p)
        view.planes[p] = {memory + layout.offset[p], static_cast<std::ptrdiff_t>(layout.stride[p])};
    return view;
}

}  // namespace vbg::pipewire
