#pragma once
/// @file types.hpp  Plain descriptions of pictures and mattes: formats, colour, devices, non-owning views.
///
/// A view is a few pointers and numbers. It owns nothing: it is valid only for the call it is passed to,
/// unless the function's comment says otherwise. Owners (vbg::Frame, vbg::Mask) are in frame.hpp.

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <vbg/export.hpp>

namespace vbg::inline v0 {

/// Where memory lives. The numbers are DLPack's DLDeviceType.
enum class DeviceType : std::int32_t { cpu = 1, cuda = 2, cuda_host = 3 };

struct Device {
    DeviceType type = DeviceType::cpu;
    std::int32_t index = 0;  ///< CUDA ordinal; 0 for host memory
    friend auto operator<=>(const Device&, const Device&) = default;
};

/// A borrowed cudaStream_t as an opaque word; null means the legacy default stream.
struct StreamRef {
    void* native = nullptr;
};

/// Pixel formats, named by BYTE ORDER IN MEMORY, never by a V4L2, DRM or OpenCV name.
/// Values are fixed for ever; new ones are appended.
enum class PixelFormat : std::int32_t {
    unknown = 0,
    rgb8 = 1,   ///< R,G,B: 3 bytes a pixel
    bgr8 = 2,   ///< B,G,R: 3 bytes a pixel; what the stages work on
    rgba8 = 3,  ///< R,G,B,A: 4 bytes
    bgra8 = 4,  ///< B,G,R,A: 4 bytes
    gray8 = 5,  ///< one byte a pixel
    yuyv = 16,  ///< Y0,U,Y1,V for two pixels; an odd last column has a whole pair of its own
    uyvy = 17,  ///< U,Y0,V,Y1 for two pixels
    nv12 = 18,  ///< plane 0: Y; plane 1: U,V interleaved, half size (rounded up) both ways
    i420 = 19,  ///< plane 0: Y; planes 1, 2: U and V, half size (rounded up) both ways
};

enum class Matrix : std::int32_t { unknown = 0, bt601 = 1, bt709 = 2 };
enum class Range : std::int32_t { unknown = 0, limited = 1, full = 2 };

/// How YUV numbers mean colour. `unknown` is read as BT.601 limited range, the webcam's habit.
struct ColorSpec {
    Matrix matrix = Matrix::unknown;
    Range range = Range::unknown;
    friend bool operator==(const ColorSpec&, const ColorSpec&) = default;
};

template <class Byte>
struct BasicPlane {
    Byte* data = nullptr;
    std::ptrdiff_t stride = 0;  ///< BYTES from one row to the next; negative = bottom-up
};

/// One picture, borrowed.
template <class Byte>
struct BasicFrameView {
    std::array<BasicPlane<Byte>, 3> planes{};
    std::int32_t width = 0;   ///< pixels, >= 1
    std::int32_t height = 0;  ///< pixels, >= 1
    PixelFormat format = PixelFormat::unknown;
    ColorSpec color{};
    Device device{};
    std::chrono::nanoseconds
        timestamp{};             ///< capture time; CLOCK_MONOTONIC for cameras, media time for files
    std::uint64_t sequence = 0;  ///< +1 a frame; a gap means lost frames

    /// First byte of row `y` of plane `p`.
    [[nodiscard]] Byte* row(int y, std::size_t p = 0) const noexcept {
        return planes[p].data + static_cast<std::ptrdiff_t>(y) * planes[p].stride;
    }
    // NOLINTNEXTLINE(google-explicit-constructor): a view of mutable bytes is a view of bytes
    operator BasicFrameView<const std::byte>() const noexcept requires(!std::is_const_v<Byte>) {
        BasicFrameView<const std::byte> v;
        for (std::size_t i = 0; i < planes.size(); ++i) v.planes[i] = {planes[i].data, planes[i].stride};
        v.width = width;
        v.height = height;
        v.format = format;
        v.color = color;
        v.device = device;
        v.timestamp = timestamp;
        v.sequence = sequence;
        return v;
    }
};
using FrameView = BasicFrameView<std::byte>;
using ConstFrameView = BasicFrameView<const std::byte>;

/// u8: 0..255. f32: 0..1. Linear coverage in both.
enum class MaskFormat : std::int32_t { u8 = 1, f32 = 2 };

/// An alpha matte, borrowed. 255 / 1.0f = FOREGROUND (the person), 0 = background.
template <class Byte>
struct BasicMaskView {
    Byte* data = nullptr;
    std::ptrdiff_t stride = 0;  ///< BYTES from one row to the next; negative = bottom-up
    std::int32_t width = 0;     ///< pixels, >= 1
    std::int32_t height = 0;    ///< pixels, >= 1
    MaskFormat format = MaskFormat::u8;
    Device device{};

    [[nodiscard]] Byte* row(int y) const noexcept { return data + static_cast<std::ptrdiff_t>(y) * stride; }
    // NOLINTNEXTLINE(google-explicit-constructor): a view of mutable bytes is a view of bytes
    operator BasicMaskView<const std::byte>() const noexcept requires(!std::is_const_v<Byte>) {
        return {data, stride, width, height, format, device};
    }
};
using MaskView = BasicMaskView<std::byte>;
using ConstMaskView = BasicMaskView<const std::byte>;

/// What is fixed between the frames of a stream.
struct FrameSpec {
    std::int32_t width = 0;   ///< pixels
    std::int32_t height = 0;  ///< pixels
    PixelFormat format = PixelFormat::unknown;
    ColorSpec color{};
    Device device{};
    double fps = 0.0;  ///< nominal frames a second; 0 = unknown
};

/// Largest side of a frame, pixels. Larger ones are refused, so that sizes never overflow.
inline constexpr std::int32_t kMaxSide = 16384;

/// "bgr8" and so on; "unknown" for a value that is none. Thread-safe.
[[nodiscard]] VBG_API std::string_view to_string(PixelFormat format) noexcept;
/// The format of that name, or PixelFormat::unknown. Thread-safe.
[[nodiscard]] VBG_API PixelFormat pixel_format(std::string_view name) noexcept;

/// Number of planes of a format: 1 to 3; 0 for unknown.
[[nodiscard]] VBG_API int plane_count(PixelFormat format) noexcept;
/// Bytes of picture data in a row of plane `plane` (without padding), for a frame `width` pixels wide.
[[nodiscard]] VBG_API std::size_t row_bytes(PixelFormat format, int plane, int width) noexcept;
/// Rows of plane `plane`, for a frame `height` pixels high.
[[nodiscard]] VBG_API int plane_rows(PixelFormat format, int plane, int height) noexcept;

/// Throws Error{invalid_argument} unless the view can be read: size in 1..kMaxSide, planes not null,
/// |stride| at least a row. `who` names the caller in the text.
VBG_API void check_view(const ConstFrameView& view, std::string_view who);
VBG_API void check_view(const ConstMaskView& view, std::string_view who);

}  // namespace vbg::inline v0
