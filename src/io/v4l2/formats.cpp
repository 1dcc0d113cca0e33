#include "io/v4l2/formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/yuv.hpp"

namespace vbg::v4l2 {

namespace {

using P = PixelFormat;

// In V4L2's names "32" formats list bytes in odd orders; what counts is the order in memory, in the comment.
constexpr Format kFormats[] = {
    {V4L2_PIX_FMT_NV12, P::nv12, "nv12", 1, false, false, true},
    {V4L2_PIX_FMT_YUV420, P::i420, "i420", 1, false, false, true},
    {V4L2_PIX_FMT_YUYV, P::yuyv, "yuyv", 1, false, false, true},
    {V4L2_PIX_FMT_UYVY, P::uyvy, "uyvy", 1, false, false, true},
    {V4L2_PIX_FMT_BGR24, P::bgr8, "bgr8", 1, false, false, true},
    {V4L2_PIX_FMT_RGB24, P::rgb8, "rgb8", 1, false, false, true},
    {V4L2_PIX_FMT_XBGR32, P::bgra8, "bgra8", 1, false, false, true},  // B G R x
    {V4L2_PIX_FMT_RGBX32, P::rgba8, "rgba8", 1, false, false, true},  // R G B x
    {V4L2_PIX_FMT_GREY, P::gray8, "gray8", 1, false, false, true},
    {V4L2_PIX_FMT_MJPEG, P::i420, "mjpeg", 1, true, false, true},
    {V4L2_PIX_FMT_JPEG, P::i420, "mjpeg", 1, true},
    {V4L2_PIX_FMT_YVU420, P::i420, "i420", 1, false, true},
    {V4L2_PIX_FMT_NV12M, P::nv12, "nv12", 2},
    {V4L2_PIX_FMT_YUV420M, P::i420, "i420", 3},
    {V4L2_PIX_FMT_YVU420M, P::i420, "i420", 3, false, true},
    {V4L2_PIX_FMT_ABGR32, P::bgra8, "bgra8"},  // B G R A
    {V4L2_PIX_FMT_BGR32, P::bgra8, "bgra8"},   // B G R A or x: the old name
    {V4L2_PIX_FMT_RGBA32, P::rgba8, "rgba8"},  // R G B A
};

/// The matrix of an encoding that is not "default".
Matrix matrix_of(std::uint32_t encoding) {
    switch (encoding) {
        case V4L2_YCBCR_ENC_709:
        case V4L2_YCBCR_ENC_XV709:
        case V4L2_YCBCR_ENC_BT2020:
        case V4L2_YCBCR_ENC_BT2020_CONST_LUM:
        case V4L2_YCBCR_ENC_SMPTE240M: return Matrix::bt709;
        default: return Matrix::bt601;
    }
}

/// What "default" stands for in each colour space (the kernel's V4L2_MAP_YCBCR_ENC_DEFAULT).
std::uint32_t default_encoding(std::uint32_t colorspace) {
    switch (colorspace) {
        case V4L2_COLORSPACE_REC709:
        case V4L2_COLORSPACE_DCI_P3: return V4L2_YCBCR_ENC_709;
        case V4L2_COLORSPACE_BT2020: return V4L2_YCBCR_ENC_BT2020;
        case V4L2_COLORSPACE_SMPTE240M: return V4L2_YCBCR_ENC_SMPTE240M;
        default: return V4L2_YCBCR_ENC_601;
    }
}

}  // namespace

std::span<const Format> formats() noexcept { return kFormats; }

const Format* find_format(std::uint32_t fourcc) noexcept {
    const auto* at = std::find_if(std::begin(kFormats), std::end(kFormats),
                                  [&](const Format& f) { return f.fourcc == fourcc; });
    return at == std::end(kFormats) ? nullptr : at;
}

const Format* format_for(PixelFormat pixel) noexcept {
    const auto* at = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) {
        return f.pixel == pixel && f.preferred && !f.jpeg;
    });
    return at == std::end(kFormats) ? nullptr : at;
}

std::string fourcc_text(std::uint32_t fourcc) {
    std::string text;
    for (int shift = 0; shift < 32; shift += 8) {
        const auto byte = static_cast<unsigned char>(fourcc >> shift & 0x7F);
        text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '?';
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    if ((fourcc & 1U << 31) != 0) text += "-BE";
    return text;
}

ColorSpec color_of(PixelFormat pixel, std::uint32_t colorspace, std::uint32_t encoding,
                   std::uint32_t quantization) noexcept {
    if (!is_yuv(pixel)) return {};
    // A driver that says nothing at all leaves the choice to vbg::ColorSpec's own default.
    if (colorspace == V4L2_COLORSPACE_DEFAULT && encoding == V4L2_YCBCR_ENC_DEFAULT &&
        quantization == V4L2_QUANTIZATION_DEFAULT) {
        return {};
    }
    ColorSpec color;
    color.matrix = matrix_of(encoding == V4L2_YCBCR_ENC_DEFAULT ? default_encoding(colorspace) : encoding);
    if (quantization == V4L2_QUANTIZATION_DEFAULT) {
        color.range = colorspace == V4L2_COLORSPACE_JPEG ? Range::full : Range::limited;
    } else {
        color.range = quantization == V4L2_QUANTIZATION_FULL_RANGE ? Range::full : Range::limited;
    }
    return color;
}

v4l2_format pack(std::uint32_t buffer_type, std::uint32_t fourcc, int width, int height, ColorSpec color) {
    const Format* known = find_format(fourcc);
    const bool yuv = known != nullptr && is_yuv(known->pixel);
    // libvbg's unknown means BT.601, limited range: say so, rather than leave it to the reader's guess.
    const std::uint32_t encoding = !yuv                            ? V4L2_YCBCR_ENC_DEFAULT
                                   : color.matrix == Matrix::bt709 ? V4L2_YCBCR_ENC_709
                                                                   : V4L2_YCBCR_ENC_601;
    const std::uint32_t quantization = !yuv                         ? V4L2_QUANTIZATION_DEFAULT
                                       : color.range == Range::full ? V4L2_QUANTIZATION_FULL_RANGE
                                                                    : V4L2_QUANTIZATION_LIM_RANGE;
    v4l2_format format{};
    format.type = buffer_type;
    if (is_multiplanar(buffer_type)) {
        auto& pix = format.fmt.pix_mp;
        pix.width = static_cast<std::uint32_t>(width);
        pix.height = static_cast<std::uint32_t>(height);
        pix.pixelformat = fourcc;
        pix.field = V4L2_FIELD_NONE;
        pix.colorspace = V4L2_COLORSPACE_SRGB;
        pix.ycbcr_enc = static_cast<std::uint8_t>(encoding);
        pix.quantization = static_cast<std::uint8_t>(quantization);
        pix.num_planes = static_cast<std::uint8_t>(known != nullptr ? known->memory_planes : 1);
    } else {
        auto& pix = format.fmt.pix;
        pix.width = static_cast<std::uint32_t>(width);
        pix.height = static_cast<std::uint32_t>(height);
        pix.pixelformat = fourcc;
        pix.field = V4L2_FIELD_NONE;
        pix.colorspace = V4L2_COLORSPACE_SRGB;
        pix.priv = V4L2_PIX_FMT_PRIV_MAGIC;  // without it the two fields below are not read
        pix.ycbcr_enc = encoding;
        pix.quantization = quantization;
    }
    return format;
}

Picture unpack(const v4l2_format& format) noexcept {
    Picture picture;
    std::uint32_t colorspace = 0, encoding = 0, quantization = 0;
    if (is_multiplanar(format.type)) {
        const auto& pix = format.fmt.pix_mp;
        picture.fourcc = pix.pixelformat;
        picture.width = static_cast<int>(pix.width);
        picture.height = static_cast<int>(pix.height);
        picture.field = pix.field;
        picture.memory_planes = std::clamp<int>(pix.num_planes, 1, 3);
        for (std::size_t i = 0; i < static_cast<std::size_t>(picture.memory_planes); ++i) {
            picture.stride[i] = pix.plane_fmt[i].bytesperline;
            picture.size_image[i] = pix.plane_fmt[i].sizeimage;
        }
        colorspace = pix.colorspace;
        encoding = pix.ycbcr_enc;
        quantization = pix.quantization;
    } else {
        const auto& pix = format.fmt.pix;
        picture.fourcc = pix.pixelformat;
        picture.width = static_cast<int>(pix.width);
        picture.height = static_cast<int>(pix.height);
        picture.field = pix.field;
        picture.stride[0] = pix.bytesperline;
        picture.size_image[0] = pix.sizeimage;
        colorspace = pix.colorspace;
        if (pix.priv == V4L2_PIX_FMT_PRIV_MAGIC) {
            encoding = pix.ycbcr_enc;
            quantization = pix.quantization;
        }
    }
    picture.format = find_format(picture.fourcc);
    if (picture.format == nullptr) return picture;
    // A driver need not say how long a row is (0), and some say less than a row needs.
    if (!picture.format->jpeg) {
        for (int i = 0; i < picture.memory_planes; ++i) {
            auto& stride = picture.stride[static_cast<std::size_t>(i)];
            stride = std::max(stride,
                              static_cast<std::uint32_t>(row_bytes(picture.format->pixel, i, picture.width)));
        }
    }
    picture.color = picture.format->jpeg
                        ? kJpegColor
                        : color_of(picture.format->pixel, colorspace, encoding, quantization);
    return picture;
}

std::string describe(const Picture& picture) {
    return fmt::format("{}x{} {}", picture.width, picture.height, fourcc_text(picture.fourcc));
}

std::array<PlaneLayout, 3> plane_layout(const Picture& picture) noexcept {
    std::array<PlaneLayout, 3> layout{};
    const Format& format = *picture.format;
    const int planes = plane_count(format.pixel);
    std::size_t offset = 0;
    for (int i = 0; i < planes; ++i) {
        // Which of the picture's planes comes at this place in memory.
        const auto plane = static_cast<std::size_t>(format.swapped_chroma && i > 0 ? 3 - i : i);
        const auto at = static_cast<std::size_t>(i);
        if (format.memory_planes > 1) {
            layout[plane] = {i, 0, picture.stride[at]};
            continue;
        }
        const std::size_t luma = picture.stride[0];
        const std::size_t stride = i > 0 && format.pixel == P::i420 ? (luma + 1) / 2 : luma;
        layout[plane] = {0, offset, stride};
        offset += stride * static_cast<std::size_t>(plane_rows(format.pixel, i, picture.height));
    }
    return layout;
}

std::size_t needed_bytes(const Picture& picture, int plane) noexcept {
    const auto layout = plane_layout(picture);
    std::size_t needed = 0;
    for (int i = 0; i < plane_count(picture.format->pixel); ++i) {
        const PlaneLayout& at = layout[static_cast<std::size_t>(i)];
        if (at.memory_plane != plane) continue;
        const auto rows = static_cast<std::size_t>(plane_rows(picture.format->pixel, i, picture.height));
        const std::size_t last = row_bytes(picture.format->pixel, i, picture.width);
        needed = std::max(needed, at.offset + at.stride * (rows - 1) + last);
    }
    return needed;
}

FrameView view_of(const Picture& picture, std::span<std::byte* const> memory) noexcept {
    FrameView view;
    const auto layout = plane_layout(picture);
    for (std::size_t i = 0; i < static_cast<std::size_t>(plane_count(picture.format->pixel)); ++i) {
        view.planes[i] = {memory[static_cast<std::size_t>(layout[i].memory_plane)] + layout[i].offset,
                          static_cast<std::ptrdiff_t>(layout[i].stride)};
    }
    view.width = picture.width;
    view.height = picture.height;
    view.format = picture.format->pixel;
    view.color = picture.color;
    return view;
}

}  // namespace vbg::v4l2
