#include "model/file_bytes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vbg/error.hpp>

namespace vbg::model {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what, int error) {
    throw Error(Errc::io, std::string("cannot ") + what + " '" + path.string() + "': " + std::strerror(error),
                error);
}

/// An open temporary file that is gone unless it was renamed.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& final_path) : final_(final_path) {
        const std::string base = final_.string() + ".part-" + std::to_string(::getpid()) + "-";
        for (int attempt = 0; attempt < 100 && fd_ < 0; ++attempt) {
            name_ = base + std::to_string(attempt);
            fd_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (fd_ < 0 && errno != EEXIST) break;
        }
        if (fd_ < 0) fail(final_, "write", errno);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (fd_ >= 0) ::close(fd_);
        if (!done_) ::unlink(name_.c_str());
    }

    void write(const std::string& bytes) {
        std::size_t at = 0;
        while (at < bytes.size()) {
            const ssize_t n = ::write(fd_, bytes.data() + at, bytes.size() - at);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) fail(final_, "write", n < 0 ? errno : EIO);
            at += static_cast<std::size_t>(n);
        }
    }

    void finish() {
        if (::fsync(fd_) != 0 && errno != EINVAL) fail(final_, "write", errno);
        const int closing = fd_;
        fd_ = -1;
        if (::close(closing) != 0) fail(final_, "write", errno);
        if (::rename(name_.c_str(), final_.c_str()) != 0) fail(final_, "put in place", errno);
        done_ = true;
    }

private:
    std::filesystem::path final_;
    std::string name_;
    int fd_ = -1;
    bool done_ = false;
};

}  // namespace

void write_file_atomically(const std::filesystem::path& path, const std::string& bytes) {
    TemporaryFile file(path);
    file.write(bytes);
    file.finish();
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
