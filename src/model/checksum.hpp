#pragma once
/// @file checksum.hpp  Checksums of model files, as the catalogue writes them.
///
/// Kinds:
///   sha256       SHA-256 (FIPS 180-4) of the bytes.
///   gitsha1      SHA-1 of "blob <size in decimal>", a zero byte, and the bytes: the name git gives a file.
///   json-sha256  SHA-256 of what a JSON file says, however it is written out. The value is first encoded
///   thus:
///                null "z", true "t", false "f"; a number "d" and the 16 hexadecimal digits of its IEEE 754
///                double, -0 as 0; a text "s<length in bytes>:<UTF-8>"; a list "a<items>:" and its items; an
///                object "o<members>:" and, sorted by name, each name (as a text) and value.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vbg::model {

enum class ChecksumKind { sha256, gitsha1, json_sha256 };

struct Checksum {
    ChecksumKind kind = ChecksumKind::sha256;
    std::string hex;  ///< lower case
    /// As in the catalogue: "sha256:..."
    [[nodiscard]] std::string text() const;
};

/// "KIND:HEX", several with spaces between. Throws Error{invalid_argument} for anything else.
[[nodiscard]] std::vector<Checksum> parse_checksums(std::string_view text);

/// Computes the checksum of a file. Throws Error{not_found, io}, and Error{model} when it is to be JSON and
/// is not.
[[nodiscard]] Checksum checksum_of(const std::filesystem::path& file, ChecksumKind kind);

/// SHA-256 of bytes in memory: 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_of(std::string_view bytes);

/// Compares a file with the accepted checksums; one match is enough. Returns an empty text when it matches,
/// else what was wanted and what was found. Throws Error{not_found, io}.
[[nodiscard]] std::string checksum_mismatch(const std::filesystem::path& file,
                                            const std::vector<Checksum>& accepted);

}  // namespace vbg::model
