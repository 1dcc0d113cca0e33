#include "model/file_bytes.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <system_error>
#include <vbg/error.hpp>

#include "io/file.hpp"

namespace vbg::model {
void write_file_atomically(const std::filesystem::path& path, const std::string& bytes) {
    ByteWriter file(path.string(), "model");
    file.write(std::as_bytes(std::span(bytes)));
    file.close();
}

std::string read_file(const std::filesystem::path& path, const std::string& what, std::uintmax_t limit) {
    const std::string name = path.string();
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        throw Error(Errc::not_found, "there is no " + what + " '" + name + "'");
    if (!std::filesystem::is_regular_file(status))
        throw Error(Errc::io, what + " '" + name + "' is not a regular file");
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error)
        throw Error(Errc::io, "cannot read " + what + " '" + name + "': " + error.message(), error.value());
    if (size == 0) throw Error(Errc::model, what + " '" + name + "' is empty");
    if (size > limit)
        throw Error(Errc::model, what + " '" + name + "' has " + std::to_string(size) +
                                     " bytes, wanted at most " + std::to_string(limit));
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int saved = errno;
        throw Error(Errc::io, "cannot open " + what + " '" + name + "': " + std::strerror(saved), saved);
    }
    std::string bytes(static_cast<std::size_t>(size), '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    if (static_cast<std::uintmax_t>(file.gcount()) != size)
        throw Error(Errc::io, what + " '" + name + "' ended after " + std::to_string(file.gcount()) + " of " +
                                  std::to_string(size) + " bytes");
    return bytes;
}

}  // namespace vbg::model
