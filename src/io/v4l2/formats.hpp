#pragma once
/// @file formats.hpp  V4L2's pixel formats and colour fields against libvbg's. The only place in the project
/// that knows a fourcc. V4L2's definitions: linux/videodev2.h and the kernel's "Media subsystem" manual,
/// chapters "Image Formats" and "Colorspaces".

#include <linux/videodev2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/types.hpp>

namespace vbg::v4l2 {

/// One fourcc that libvbg reads or writes.
struct Format {
    std::uint32_t fourcc = 0;
    PixelFormat pixel = PixelFormat::unknown;  ///< bytes in memory; for MJPEG what it is decoded to (i420)
    std::string_view name;                     ///< as in spec strings: "yuyv", "mjpeg"
    int memory_planes = 1;                     ///< separate buffers a frame (NV12M: 2, YUV420M: 3)
    bool jpeg = false;                         ///< every frame is a JPEG file
    bool swapped_chroma = false;               ///< V before U (YV12)
    bool preferred = false;                    ///< the fourcc to write this pixel format with
};

/// Every format, the preferred ones first.
std::span<const Format> formats() noexcept;
/// The format of a fourcc, or nullptr.
const Format* find_format(std::uint32_t fourcc) noexcept;
/// The fourcc to write a pixel format with, or nullptr. One buffer a frame.
const Format* format_for(PixelFormat pixel) noexcept;
/// "YUYV"; bytes that do not print are shown as '?', a big-endian variant gets "-BE".
std::string fourcc_text(std::uint32_t fourcc);

/// Colour meaning of the four V4L2 fields (values of v4l2_colorspace, v4l2_ycbcr_encoding,
/// v4l2_quantization), with the kernel's rules for fields left at "default". RGB and grey formats give {}.
/// BT.2020, which libvbg does not have, is read as its neighbour BT.709.
ColorSpec color_of(PixelFormat pixel, std::uint32_t colorspace, std::uint32_t encoding,
                   std::uint32_t quantization) noexcept;
/// What Motion-JPEG means: BT.601, full range (JFIF), whatever the driver says of it.
inline constexpr ColorSpec kJpegColor{Matrix::bt601, Range::full};

/// A picture format as a driver gave it, the same for single- and multi-planar buffers.
struct Picture {
    std::uint32_t fourcc = 0;
    int width = 0, height = 0;                  ///< pixels
    const Format* format = nullptr;             ///< null where libvbg does not read it
    ColorSpec color{};                          ///< as color_of() says; for MJPEG kJpegColor
    int memory_planes = 1;                      ///< buffers a frame
    std::array<std::uint32_t, 3> stride{};      ///< bytes a row, of each memory plane
    std::array<std::uint32_t, 3> size_image{};  ///< bytes of each memory plane that the driver wants
    std::uint32_t field = V4L2_FIELD_NONE;      ///< interlacing
};

[[nodiscard]] constexpr bool is_multiplanar(std::uint32_t buffer_type) noexcept {
    return buffer_type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE ||
           buffer_type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
}

/// A request for VIDIOC_S_FMT of either kind: progressive, rows without padding, colour fields from `color`
/// (for output; capture drivers ignore them).
v4l2_format pack(std::uint32_t buffer_type, std::uint32_t fourcc, int width, int height,
                 ColorSpec color = {});
/// Reads what a driver answered.
Picture unpack(const v4l2_format& format) noexcept;
/// Size and fourcc in words: "1280x720 YUYV".
std::string describe(const Picture& picture);

/// Where the picture's own planes lie within one memory plane, for formats that keep them in one buffer.
struct PlaneLayout {
    int memory_plane = 0;
    std::size_t offset = 0;  ///< bytes from the beginning of the memory plane
    std::size_t stride = 0;  ///< bytes a row
};
/// Layout of each plane of the pixel format, in libvbg's plane order. Chroma rows of planar formats in one
/// buffer have half the luma stride (rounded up), NV12's the same, as V4L2 lays down. Not for JPEG.
std::array<PlaneLayout, 3> plane_layout(const Picture& picture) noexcept;
/// Bytes that memory plane `plane` must hold for a whole picture; the last row's padding is not needed.
std::size_t needed_bytes(const Picture& picture, int plane) noexcept;

/// A view of the picture in the buffers that `memory` points to (one entry a memory plane). Not for JPEG.
FrameView view_of(const Picture& picture, std::span<std::byte* const> memory) noexcept;

}  // namespace vbg::v4l2
