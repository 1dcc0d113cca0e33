#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vbg/error.hpp>
#include <vbg/types.hpp>

#include "core/device.hpp"

namespace vbg::inline v0 {

namespace {

constexpr std::array<std::pair<PixelFormat, std::string_view>, 9> kNames{{
    {PixelFormat::rgb8, "rgb8"},
    {PixelFormat::bgr8, "bgr8"},
    {PixelFormat::rgba8, "rgba8"},
    {PixelFormat::bgra8, "bgra8"},
    {PixelFormat::gray8, "gray8"},
    {PixelFormat::yuyv, "yuyv"},
    {PixelFormat::uyvy, "uyvy"},
    {PixelFormat::nv12, "nv12"},
    {PixelFormat::i420, "i420"},
}};

void check_size(int width, int height, std::string_view who) {
    if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
        throw Error(Errc::invalid_argument, fmt::format("{}: size {}x{}: each side must be 1 to {} pixels",
                                                        who, width, height, kMaxSide));
    }
}

void check_plane(const void* data, std::ptrdiff_t stride, std::size_t row, int rows, int plane,
                 std::string_view who) {
    if (data == nullptr) {
        throw Error(Errc::invalid_argument, fmt::format("{}: plane {} is null", who, plane));
    }
    if (rows > 1 && static_cast<std::size_t>(std::abs(stride)) < row) {
        throw Error(
            Errc::invalid_argument,
            fmt::format("{}: plane {} has a stride of {} bytes, but a row takes {}; strides are in bytes, "
                        "not pixels",
                        who, plane, stride, row));
    }
}

}  // namespace

std::string_view to_string(PixelFormat format) noexcept {
    for (const auto& [value, name] : kNames) {
        if (value == format) return name;
    }
    return "unknown";
}

PixelFormat pixel_format(std::string_view name) noexcept {
    for (const auto& [value, text] : kNames) {
        if (text == name) return value;
    }
    return PixelFormat::unknown;
}

int plane_count(PixelFormat format) noexcept {
    switch (format) {
        case PixelFormat::unknown: return 0;
        case PixelFormat::nv12: return 2;
        case PixelFormat::i420: return 3;
        default: return to_string(format) == "unknown" ? 0 : 1;
    }
}

std::size_t row_bytes(PixelFormat format, int plane, int width) noexcept {
    if (plane < 0 || plane >= plane_count(format) || width < 0) return 0;
    const auto w = static_cast<std::size_t>(width);
    const std::size_t half = (w + 1) / 2;
    switch (format) {
        case PixelFormat::rgb8:
        case PixelFormat::bgr8: return w * 3;
        case PixelFormat::rgba8:
        case PixelFormat::bgra8: return w * 4;
        case PixelFormat::gray8: return w;
        case PixelFormat::yuyv:
        case PixelFormat::uyvy: return half * 4;
        case PixelFormat::nv12: return plane == 0 ? w : half * 2;
        case PixelFormat::i420: return plane == 0 ? w : half;
        case PixelFormat::unknown: break;
    }
    return 0;
}

int plane_rows(PixelFormat format, int plane, int height) noexcept {
    if (plane < 0 || plane >= plane_count(format)) return 0;
    const bool subsampled = (format == PixelFormat::nv12 || format == PixelFormat::i420) && plane > 0;
    return subsampled ? (height + 1) / 2 : height;
}

void check_view(const ConstFrameView& view, std::string_view who) {
    check_size(view.width, view.height, who);
    const int planes = plane_count(view.format);
    if (planes == 0) {
        throw Error(Errc::unsupported_format,
                    fmt::format("{}: pixel format {} is not known", who, static_cast<int>(view.format)));
    }
    for (int p = 0; p < planes; ++p) {
        const auto& plane = view.planes[static_cast<std::size_t>(p)];
        check_plane(plane.data, plane.stride, row_bytes(view.format, p, view.width),
                    plane_rows(view.format, p, view.height), p, who);
    }
}

void check_view(const ConstMaskView& view, std::string_view who) {
    check_size(view.width, view.height, who);
    if (view.format != MaskFormat::u8 && view.format != MaskFormat::f32) {
        throw Error(Errc::unsupported_format,
                    fmt::format("{}: mask format {} is not known", who, static_cast<int>(view.format)));
    }
    const std::size_t bytes = view.format == MaskFormat::f32 ? sizeof(float) : 1;
    check_plane(view.data, view.stride, static_cast<std::size_t>(view.width) * bytes, view.height, 0, who);
    // A CPU reads them wherever they lie; a GPU is lost to the whole process by trying.
    const auto address = reinterpret_cast<std::uintptr_t>(view.data);
    if (!on_host(view.device) &&
        (address % bytes != 0 || view.stride % static_cast<std::ptrdiff_t>(bytes) != 0)) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: floats on a GPU begin at address {:#x} with a stride of {}; wanted "
                                "multiples of {}",
                                who, address, view.stride, bytes));
    }
}

}  // namespace vbg::inline v0
