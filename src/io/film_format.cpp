#include "io/film_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <fstream>

#include <vbg/error.hpp>

namespace vbg {

namespace {

/// Random access to the bytes of a file.
class FileBytes {
public:
    explicit FileBytes(const std::string& path) : file_(path, std::ios::binary) {
        file_.seekg(0, std::ios::end);
        if (!file_) throw Error(Errc::io, fmt::format("film '{}': cannot be read", path));
        size_ = static_cast<std::uint64_t>(file_.tellg());
    }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// `count` bytes at `at`; false at the end of the file.
    bool get(std::uint64_t at, std::uint8_t* to, std::size_t count) {
        if (at > size_ || size_ - at < count) return false;
        file_.seekg(static_cast<std::streamoff>(at));
        file_.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(count));
        return static_cast<bool>(file_);
    }

private:
    std::ifstream file_;
    std::uint64_t size_ = 0;
};

std::uint64_t big(const std::uint8_t* p, std::size_t count) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < count; ++i) v = v << 8 | p[i];
    return v;
}

std::string cut_short(std::string_view part, std::uint64_t wanted, std::uint64_t size) {
    return fmt::format("it is cut short: its {} should end at byte {}, but the file has {} bytes", part,
                       wanted, size);
}

/// ISO/IEC 14496-12, 4.2: boxes of 32-bit size and type; size 1 = a 64-bit size follows, 0 = to the end.
std::string damage_of_mp4(FileBytes& file) {
    bool index_seen = false;
    for (std::uint64_t at = 0; at < file.size();) {
        std::array<std::uint8_t, 16> head{};
        if (!file.get(at, head.data(), 8)) break;
        std::uint64_t size = big(head.data(), 4);
        const std::string type(reinterpret_cast<const char*>(head.data()) + 4, 4);
        if (!std::all_of(type.begin(), type.end(), [](unsigned char c) { return std::isprint(c) != 0; }))
            break;
        if (size == 1 && file.get(at, head.data(), 16)) size = big(head.data() + 8, 8);
        index_seen = index_seen || type == "moov";
        if (size == 0) break;
        if (size < 8) break;  // something else was appended; players do not mind
        if (size > file.size() - at) return cut_short(fmt::format("box '{}'", type), at + size, file.size());
        at += size;
    }
    return index_seen ? ""
                      : "it has no index (box 'moov'): it is cut short, or its recording was never finished";
}

/// RIFF chunks at the top level: "RIFF" size "AVI ", and more of "AVIX" in films over 1 GB (OpenDML).
std::string damage_of_avi(FileBytes& file) {
    for (std::uint64_t at = 0; at < file.size();) {
        std::array<std::uint8_t, 8> head{};
        if (!file.get(at, head.data(), 8) || std::memcmp(head.data(), "RIFF", 4) != 0) break;
        std::reverse(head.begin() + 4, head.end());  // little-endian
        const std::uint64_t size = big(head.data() + 4, 4);
        if (size == 0) return "its header says 0 bytes: its recording was never finished";
        if (at + 8 + size > file.size()) return cut_short("RIFF chunk", at + 8 + size, file.size());
        at += 8 + size + (size & 1);
    }
    return "";
}

/// A variable-length number of EBML (RFC 8794, 4); `length` gets its bytes, 0 when it is none. All ones:
/// unknown.
std::uint64_t ebml_number(FileBytes& file, std::uint64_t at, std::size_t& length, bool& unknown) {
    std::array<std::uint8_t, 8> bytes{};
    length = 0;
    if (!file.get(at, bytes.data(), 1) || bytes[0] == 0) return 0;
    std::size_t count = 1;
    while ((bytes[0] & (0x80U >> (count - 1))) == 0) ++count;
    if (!file.get(at, bytes.data(), count)) return 0;
    length = count;
    const std::uint64_t ones = (std::uint64_t{1} << (7 * count)) - 1;
    const std::uint64_t value = big(bytes.data(), count) & ones;
    unknown = value == ones;
    return value;
}

/// RFC 9559: an EBML header, then one segment with everything.
std::string damage_of_matroska(FileBytes& file) {
    std::size_t length = 0;
    bool unknown = false;
    const std::uint64_t header = ebml_number(file, 4, length, unknown);
    const std::uint64_t segment = 4 + length + header;
    std::array<std::uint8_t, 4> id{};
    if (length == 0 || !file.get(segment, id.data(), 4)) return "it ends in the middle of its header";
    if (big(id.data(), 4) != 0x18538067) return "";  // something between them; players find their way
    const std::uint64_t size = ebml_number(file, segment + 4, length, unknown);
    if (length == 0) return "it ends in the middle of its header";
    if (unknown) return "";  // a live recording
    const std::uint64_t end = segment + 4 + length + size;
    return end > file.size() ? cut_short("segment", end, file.size()) : "";
}

}  // namespace

std::string find_film_damage(const std::string& path) {
    FileBytes file(path);
    std::array<std::uint8_t, 12> head{};
    if (!file.get(0, head.data(), head.size())) return "";
    const auto is = [&](std::size_t at, const char* magic) {
        return std::memcmp(head.data() + at, magic, 4) == 0;
    };
    if (is(4, "ftyp") || is(4, "moov") || is(4, "mdat") || is(4, "wide")) return damage_of_mp4(file);
    if (is(0, "RIFF") && is(8, "AVI ")) return damage_of_avi(file);
    if (is(0, "\x1A\x45\xDF\xA3")) return damage_of_matroska(file);
    return "";
}

}  // namespace vbg
