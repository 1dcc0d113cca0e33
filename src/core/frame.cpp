#include <fmt/format.h>

#include <cstring>
#include <vbg/error.hpp>
#include <vbg/frame.hpp>

#include "core/device.hpp"
#include "core/frame_layout.hpp"
#include "core/pixel_memory.hpp"

namespace vbg::inline v0 {

namespace {

void check_same(bool same, int fw, int fh, std::string_view ff, int tw, int th, std::string_view tf) {
    if (same) return;
    throw Error(Errc::invalid_argument,
                fmt::format("copy_pixels: from {}x{} {} to {}x{} {}: size and format must "
                            "be equal; convert() changes formats",
                            fw, fh, ff, tw, th, tf));
}

std::string_view mask_name(MaskFormat format) { return format == MaskFormat::f32 ? "f32" : "u8"; }

}  // namespace

Frame::Frame(int width, int height, PixelFormat format, ColorSpec color)
    : Frame(FrameSpec{width, height, format, color, {}, 0}) {}

Frame::Frame(const FrameSpec& spec) {
    const FrameLayout layout = lay_out(spec, row_alignment(spec.device), "Frame");
    storage_ = {allocate_pixels(layout.bytes, spec.device, spec.width, spec.height), PixelFree{spec.device}};
    view_ = layout.at(storage_.get());
}

Mask::Mask(int width, int height, MaskFormat format, const Device& device) {
    std::byte dummy{};
    check_view(ConstMaskView{&dummy, PTRDIFF_MAX, width, height, format, {}}, "Mask");
    const std::size_t align = row_alignment(device);
    const std::size_t value = format == MaskFormat::f32 ? sizeof(float) : 1;
    const std::size_t stride = (static_cast<std::size_t>(width) * value + align - 1) / align * align;
    const std::size_t bytes = stride * static_cast<std::size_t>(height);
    storage_ = {allocate_pixels(bytes, device, width, height), PixelFree{device}};
    view_ = {storage_.get(), static_cast<std::ptrdiff_t>(stride), width, height, format, device};
}

void copy_pixels(const ConstFrameView& from, const FrameView& to) {
    check_view(from, "copy_pixels: from");
    check_view(to, "copy_pixels: to");
    need_host(from.device, "copy_pixels: from");
    need_host(to.device, "copy_pixels: to");
    check_same(from.width == to.width && from.height == to.height && from.format == to.format, from.width,
               from.height, to_string(from.format), to.width, to.height, to_string(to.format));
    for (int p = 0; p < plane_count(from.format); ++p) {
        const std::size_t bytes = row_bytes(from.format, p, from.width);
        for (int y = 0; y < plane_rows(from.format, p, from.height); ++y) {
            std::memmove(to.row(y, static_cast<std::size_t>(p)), from.row(y, static_cast<std::size_t>(p)),
                         bytes);
        }
    }
}

void copy_pixels(const ConstMaskView& from, const MaskView& to) {
    check_view(from, "copy_pixels: from");
    check_view(to, "copy_pixels: to");
    need_host(from.device, "copy_pixels: from");
    need_host(to.device, "copy_pixels: to");
    check_same(from.width == to.width && from.height == to.height && from.format == to.format, from.width,
               from.height, mask_name(from.format), to.width, to.height, mask_name(to.format));
    const std::size_t bytes =
        static_cast<std::size_t>(from.width) * (from.format == MaskFormat::f32 ? sizeof(float) : 1);
    for (int y = 0; y < from.height; ++y) std::memmove(to.row(y), from.row(y), bytes);
}

void fill(const FrameView& frame, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    check_view(frame, "fill");
    need_host(frame.device, "fill");
    const auto luma = static_cast<std::uint8_t>((299 * r + 587 * g + 114 * b + 500) / 1000);
    std::array<std::uint8_t, 4> pixel{};
    std::size_t n = 0;
    switch (frame.format) {
        case PixelFormat::rgb8: pixel = {r, g, b, 0}, n = 3; break;
        case PixelFormat::bgr8: pixel = {b, g, r, 0}, n = 3; break;
        case PixelFormat::rgba8: pixel = {r, g, b, 255}, n = 4; break;
        case PixelFormat::bgra8: pixel = {b, g, r, 255}, n = 4; break;
        case PixelFormat::gray8: pixel = {luma, 0, 0, 0}, n = 1; break;
        default:
            throw Error(
                Errc::unsupported_format,
                fmt::format("fill: format {}; wanted rgb8, bgr8, rgba8, bgra8 or gray8: fill one of those "
                            "and convert() it",
                            to_string(frame.format)));
    }
    for (int x = 0; x < frame.width; ++x)
        std::memcpy(frame.row(0) + static_cast<std::size_t>(x) * n, pixel.data(), n);
    const std::size_t bytes = row_bytes(frame.format, 0, frame.width);
    for (int y = 1; y < frame.height; ++y) std::memcpy(frame.row(y), frame.row(0), bytes);
}

void fill(const MaskView& mask, std::uint8_t value) {
    check_view(mask, "fill");
    need_host(mask.device, "fill");
    for (int y = 0; y < mask.height; ++y) {
        if (mask.format == MaskFormat::u8) {
            std::memset(mask.row(y), value, static_cast<std::size_t>(mask.width));
        } else {
            auto* row = reinterpret_cast<float*>(mask.row(y));
            for (int x = 0; x < mask.width; ++x) row[x] = static_cast<float>(value) / 255.F;
        }
    }
}

}  // namespace vbg::inline v0
