#include "io/picture_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>

namespace vbg {

namespace {

using Bytes = std::span<const std::uint8_t>;

bool begins(Bytes bytes, std::string_view magic, std::size_t at = 0) {
    return bytes.size() >= at + magic.size() &&
           std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

/// Big- and little-endian numbers; the caller has checked that the bytes are there.
std::uint32_t big(Bytes b, std::size_t at, std::size_t n) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < n; ++i) v = v << 8 | b[at + i];
    return v;
}
std::uint32_t little(Bytes b, std::size_t at, std::size_t n) {
    std::uint32_t v = 0;
    for (std::size_t i = n; i-- > 0;) v = v << 8 | b[at + i];
    return v;
}

/// Position after the entropy-coded data that begins at `at`: the next marker that is neither a stuffed zero
/// (FF 00) nor a restart marker (FF D0..D7). bytes.size() when there is none. ITU-T T.81, B.1.1.
std::size_t skip_scan(Bytes b, std::size_t at) {
    while (at < b.size()) {
        const void* found = std::memchr(b.data() + at, 0xFF, b.size() - at);
        if (found == nullptr) return b.size();
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - b.data());
        if (at + 1 >= b.size()) return b.size();
        const std::uint8_t next = b[at + 1];
        if (next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
        at += next == 0xFF ? 1 : 2;
    }
    return b.size();
}

/// ITU-T T.81 (JPEG), B.1: a chain of markers, most with a length, up to EOI.
void inspect_jpeg(Bytes b, PictureInfo& info) {
    bool scan_seen = false;
    for (std::size_t at = 2; at + 1 < b.size();) {
        if (b[at] != 0xFF) {
            info.broken = fmt::format("has damage at byte {} (wanted a JPEG marker)", at);
            return;
        }
        const std::uint8_t marker = b[at + 1];
        if (marker == 0xFF) {  // fill byte
            ++at;
            continue;
        }
        if (marker == 0xD9) {  // EOI
            if (!scan_seen) info.broken = "holds no picture data";
            return;
        }
        at += 2;
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // these have no length
        if (at + 2 > b.size()) break;
        const std::size_t length = big(b, at, 2);
        if (at + length > b.size() || length < 2) break;
        // SOF0..SOF15 without DHT (C4), JPG (C8), DAC (CC)
        const bool frame_header =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame_header && length >= 7) {
            info.height = static_cast<int>(big(b, at + 3, 2));
            info.width = static_cast<int>(big(b, at + 5, 2));
        }
        at += length;
        if (marker == 0xDA) {
            scan_seen = true;
            at = skip_scan(b, at);
        }
    }
    info.broken = scan_seen ? "ends in the middle of the picture data" : "ends in the middle of its header";
}

/// PNG (ISO/IEC 15948), 5.3: chunks of length, type, data, CRC up to IEND.
void inspect_png(Bytes b, PictureInfo& info) {
    bool data_seen = false;
    for (std::size_t at = 8; at + 12 <= b.size();) {
        const std::size_t length = big(b, at, 4);
        if (begins(b, "IHDR", at + 4) && length == 13 && at + 25 <= b.size()) {
            info.width = static_cast<int>(std::min(big(b, at + 8, 4), 0x7FFFFFFFU));
            info.height = static_cast<int>(std::min(big(b, at + 12, 4), 0x7FFFFFFFU));
        }
        data_seen = data_seen || begins(b, "IDAT", at + 4);
        if (begins(b, "IEND", at + 4)) {
            if (!data_seen) info.broken = "holds no picture data";
            return;
        }
        if (length > b.size() - at - 12) break;
        at += 12 + length;
    }
    info.broken = data_seen ? "ends in the middle of the picture data" : "ends in the middle of its header";
}

/// Windows bitmap with a BITMAPINFOHEADER or later; rows are padded to 4 bytes.
void inspect_bmp(Bytes b, PictureInfo& info) {
    if (b.size() < 54) {
        info.broken = "ends in the middle of its header";
        return;
    }
    const std::size_t data_at = little(b, 10, 4);
    info.width = static_cast<int>(little(b, 18, 4));
    info.height = std::abs(static_cast<int>(little(b, 22, 4)));  // negative: top-down
    const std::uint32_t bits = little(b, 28, 2), compression = little(b, 30, 4);
    if (compression != 0 && compression != 3) return;  // run lengths: the decoder finds out
    const std::uint64_t row = (static_cast<std::uint64_t>(info.width) * bits + 31) / 32 * 4;
    if (data_at + row * static_cast<std::uint64_t>(info.height) > b.size()) {
        info.broken = "ends in the middle of the picture data";
    }
}

void inspect_webp(Bytes b, PictureInfo& info) {
    if (std::uint64_t{little(b, 4, 4)} + 8 > b.size()) info.broken = "ends in the middle of the picture data";
}

/// Next number of a PNM header, which may have comments (# to the end of the line) before it; -1 when there
/// is none. `at` moves behind it.
std::int64_t pnm_number(Bytes b, std::size_t& at) {
    while (at < b.size() && (std::isspace(b[at]) != 0 || b[at] == '#')) {
        if (b[at] == '#') {
            while (at < b.size() && b[at] != '\n') ++at;
        } else {
            ++at;
        }
    }
    if (at >= b.size() || std::isdigit(b[at]) == 0) return -1;
    std::int64_t value = 0;
    for (; at < b.size() && std::isdigit(b[at]) != 0; ++at)
        value = std::min(value * 10 + (b[at] - '0'), 1L << 40);
    return value;
}

/// Netpbm: P4 (bits), P5 (grey), P6 (colour) hold raw rows; P1 to P3 are text, which the decoder looks
/// through.
void inspect_pnm(Bytes b, PictureInfo& info) {
    std::size_t at = 2;
    const std::uint8_t type = b[1];
    const std::int64_t width = pnm_number(b, at), height = pnm_number(b, at);
    const std::int64_t greatest = type == '1' || type == '4' ? 1 : pnm_number(b, at);
    if (width < 1 || height < 1 || greatest < 1 || at >= b.size()) {
        info.broken = "ends in the middle of its header";
        return;
    }
    info.width = static_cast<int>(std::min<std::int64_t>(width, 0x7FFFFFFF));
    info.height = static_cast<int>(std::min<std::int64_t>(height, 0x7FFFFFFF));
    if (type < '4' || width > 1 << 20 || height > 1 << 20) return;
    const std::int64_t row =
        type == '4' ? (width + 7) / 8 : width * (type == '6' ? 3 : 1) * (greatest > 255 ? 2 : 1);
    if (static_cast<std::int64_t>(b.size() - at) - 1 < row * height) {
        info.broken = "ends in the middle of the picture data";
    }
}

}  // namespace

PictureInfo inspect_picture(Bytes bytes) {
    using Kind = PictureInfo::Kind;
    PictureInfo info;
    if (begins(bytes, "\xFF\xD8\xFF")) {
        info.kind = Kind::jpeg;
        inspect_jpeg(bytes, info);
    } else if (begins(bytes, "\x89PNG\r\n\x1A\n")) {
        info.kind = Kind::png;
        inspect_png(bytes, info);
    } else if (begins(bytes, "BM")) {
        info.kind = Kind::bmp;
        inspect_bmp(bytes, info);
    } else if (begins(bytes, "RIFF") && begins(bytes, "WEBP", 8)) {
        info.kind = Kind::webp;
        inspect_webp(bytes, info);
    } else if (begins(bytes, std::string_view("II*\0", 4)) || begins(bytes, std::string_view("MM\0*", 4))) {
        info.kind = Kind::tiff;
    } else if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
               std::isspace(bytes[2]) != 0) {
        info.kind = Kind::pnm;
        inspect_pnm(bytes, info);
    }
    return info;
}

std::string_view to_string(PictureInfo::Kind kind) noexcept {
    using Kind = PictureInfo::Kind;
    switch (kind) {
        case Kind::unknown: return "unknown";
        case Kind::jpeg: return "JPEG";
        case Kind::png: return "PNG";
        case Kind::bmp: return "BMP";
        case Kind::webp: return "WebP";
        case Kind::tiff: return "TIFF";
        case Kind::pnm: return "PNM";
    }
    return "unknown";
}

bool has_picture_extension(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    std::string ending(name.substr(dot + 1));
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array<std::string_view, 10> kKnown = {"png",  "jpg", "jpeg", "bmp", "webp",
                                                         "tiff", "tif", "ppm",  "pgm", "pbm"};
    return std::find(kKnown.begin(), kKnown.end(), ending) != kKnown.end();
}

}  // namespace vbg
