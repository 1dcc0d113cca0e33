#pragma once
/// @file file_bytes.hpp  Whole files into memory. C++17-clean.

#include <cstdint>
#include <filesystem>
#include <string>

namespace vbg::model {

/// The bytes of a regular file of at most `limit` bytes. `what` names its role in texts ("weight file").
/// Throws Error{not_found} when there is none, Error{io} when it cannot be read, Error{model} when it is
/// empty or too large.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, const std::string& what,
                                    std::uintmax_t limit = std::uintmax_t{1} << 31);

/// Writes a whole file in one step: a reader sees the old one or the whole new one, and nothing is left
/// behind on failure (see ByteWriter in io/file.hpp). Throws Error{not_found} for a folder that is not there,
/// Error{io}.
void write_file_atomically(const std::filesystem::path& path, const std::string& bytes);

}  // namespace vbg::model
