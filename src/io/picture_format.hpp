#pragma once
/// @file picture_format.hpp  Looks into picture files without decoding them: what they are, how large, and
/// whether they are whole. Decoders are lenient: many hand out the upper half of a truncated picture and say
/// nothing. Here it is found out first.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vbg {

struct PictureInfo {
    enum class Kind { unknown, jpeg, png, bmp, webp, tiff, pnm };
    Kind kind = Kind::unknown;
    int width = 0, height = 0;  ///< as stored (before any turning by EXIF); 0 where it was not found
    /// Empty, or in which way the file is not whole ("ends in the middle of the picture data").
    std::string broken;
};

/// Walks the file's structure: the markers of a JPEG to its end, the chunks of a PNG to IEND, the sizes that
/// BMP and WebP headers state. `unknown` for anything that is none of the kinds. Thread-safe.
[[nodiscard]] PictureInfo inspect_picture(std::span<const std::uint8_t> bytes);

/// "JPEG", "PNG", ...
[[nodiscard]] std::string_view to_string(PictureInfo::Kind kind) noexcept;

/// Whether a file name ends like that of a picture we read (.png, .JPG, ...).
[[nodiscard]] bool has_picture_extension(std::string_view name);

}  // namespace vbg
