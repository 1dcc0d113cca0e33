#include "io/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include <vbg/error.hpp>

namespace vbg {

namespace fs = std::filesystem;

namespace {

std::string errno_text(int number) { return std::generic_category().message(number); }

[[noreturn]] void throw_read_error(const std::string& path, std::string_view what, int number) {
    if (number == ENOENT || number == ENOTDIR) {
        throw Error(Errc::not_found,
                    fmt::format("{} '{}': no such file; look at the path (relative ones start in the folder "
                                "the program was started in)",
                                what, path),
                    number);
    }
    throw Error(Errc::io, fmt::format("{} '{}': cannot be read: {}", what, path, errno_text(number)), number);
}

/// Closes a descriptor at the end of a scope.
struct Descriptor {
    int fd;
    explicit Descriptor(int number) : fd(number) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

/// Opens for reading and checks the kind of thing. Returns the descriptor; `size` gets the length in bytes.
int open_input(const std::string& path, std::string_view what, std::uint64_t& size) {
    if (path.empty()) throw Error(Errc::invalid_argument, fmt::format("{}: the path is empty", what));
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not hang us
    if (fd < 0) throw_read_error(path, what, errno);
    struct stat info {};
    std::string problem;
    int code = 0;
    if (::fstat(fd, &info) != 0) {
        code = errno;
    } else if (S_ISDIR(info.st_mode)) {
        problem = "is a folder; wanted a file";
    } else if (!S_ISREG(info.st_mode)) {
        problem = "is a pipe or a device; wanted a file";
    } else if (info.st_size == 0) {
        problem = "is empty (0 bytes); get the file again";
    }
    if (code != 0 || !problem.empty()) {
        ::close(fd);
        if (code != 0) throw_read_error(path, what, code);
        throw Error(Errc::io, fmt::format("{} '{}': {}", what, path, problem),
                    S_ISDIR(info.st_mode) ? EISDIR : 0);
    }
    size = static_cast<std::uint64_t>(info.st_size);
    return fd;
}

/// Holds SIGPIPE back on this thread; one that our own write raised is taken away before it is let through.
class HoldSigpipe {
public:
    HoldSigpipe() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~HoldSigpipe() {
        if (raised && !was_pending_) {
            const timespec now{};
            while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    HoldSigpipe(const HoldSigpipe&) = delete;
    HoldSigpipe& operator=(const HoldSigpipe&) = delete;
    bool raised = false;

private:
    sigset_t pipe_{}, before_{};
    bool was_pending_ = false;
};

/// Writes some of `bytes`, or throws. Returns how many: 0 where the descriptor takes none now.
std::size_t write_some(int fd, std::span<const std::byte> bytes, std::string_view who, HoldSigpipe& hold) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done > 0) return static_cast<std::size_t>(done);
    const int number = done < 0 ? errno : EIO;
    if (number == EINTR || number == EAGAIN || number == EWOULDBLOCK) return 0;
    hold.raised = number == EPIPE;
    throw_write_error(who, number);
}

[[noreturn]] void throw_interrupted(std::string_view who, std::string_view reader) {
    throw Error(Errc::io, fmt::format("{}: stopped while waiting for {}", who, reader), ECANCELED);
}

/// Opens a named pipe for writing when there is a reader.
int open_pipe(const std::string& path, const std::string& who, const Interrupt& interrupt) {
    constexpr std::chrono::milliseconds kAgain{20}, kMoment{1000};
    for (;;) {
        if (interrupt.raised()) throw_interrupted(who, "somebody to read it");
        const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd >= 0) return fd;
        if (errno != ENXIO) throw_write_error(who, errno);
        if (interrupt.pause(kAgain)) continue;
        // A signal came. A program that takes it as a wish to stop says so in a moment.
        (void)interrupt.pause(kMoment);
        if (!interrupt.raised()) throw_write_error(who, EINTR);
    }
}

/// A descriptor of our own for standard output. A pipe is opened anew: so it can be made non-blocking without
/// the other programs that share it noticing.
int own_stdout() {
    struct stat info {};
    if (::fstat(STDOUT_FILENO, &info) == 0 && S_ISFIFO(info.st_mode)) {
        const int fd = ::open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd >= 0) return fd;
    }
    return ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

/// What a symbolic link points at, so that a rename replaces that and not the link.
std::string resolve_link(const std::string& path) {
    std::error_code none;
    if (!fs::is_symlink(path, none)) return path;
    const fs::path target = fs::weakly_canonical(path, none);
    return none ? path : target.string();
}

std::string part_name(const std::string& path) {
    const fs::path p(path);
    return (p.parent_path() / fmt::format(".{}.part{}", p.stem().string(), p.extension().string())).string();
}

}  // namespace

void check_input_file(const std::string& path, std::string_view what) {
    std::uint64_t size = 0;
    ::close(open_input(path, what, size));
}

void read_file(const std::string& path, std::string_view what, std::vector<std::uint8_t>& into) {
    std::uint64_t size = 0;
    const Descriptor file(open_input(path, what, size));
    into.resize(size);
    std::size_t at = 0;
    while (at < into.size()) {
        const ssize_t got = ::read(file.fd, into.data() + at, into.size() - at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_read_error(path, what, errno);
        if (got == 0) break;  // it became shorter under our hands
        at += static_cast<std::size_t>(got);
    }
    into.resize(at);
}

void throw_write_error(std::string_view who, int sys_errno) {
    const std::string text = errno_text(sys_errno);
    switch (sys_errno) {
        case EPIPE:
            throw Error(Errc::io, fmt::format("{}: the reader is gone (broken pipe)", who), sys_errno);
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            throw Error(Errc::io,
                        fmt::format("{}: no more room ({}); free some space, or write elsewhere", who, text),
                        sys_errno);
        case EACCES:
        case EPERM:
        case EROFS:
            throw Error(Errc::io,
                        fmt::format("{}: not allowed to write there ({}); change the permissions, or write "
                                    "elsewhere",
                                    who, text),
                        sys_errno);
        default: throw Error(Errc::io, fmt::format("{}: writing failed: {}", who, text), sys_errno);
    }
}

void write_all(int fd, std::span<const std::byte> bytes, std::string_view who) {
    HoldSigpipe hold;
    while (!bytes.empty()) {
        const std::size_t done = write_some(fd, bytes, who, hold);
        bytes = bytes.subspan(done);
        if (done > 0) continue;
        pollfd wait{fd, POLLOUT, 0};  // somebody made the pipe non-blocking
        ::poll(&wait, 1, 1000);
    }
}

void write_all(int fd, std::span<const std::byte> bytes, std::string_view who, const Interrupt& interrupt) {
    HoldSigpipe hold;
    const bool blocks = (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
    const std::size_t most = blocks ? PIPE_BUF : bytes.size();
    bool may_wait = blocks;
    while (!bytes.empty()) {
        if (may_wait && !interrupt.wait_writable(fd)) throw_interrupted(who, "its reader");
        const std::size_t done = write_some(fd, bytes.first(std::min(most, bytes.size())), who, hold);
        bytes = bytes.subspan(done);
        may_wait = blocks || done == 0;
    }
}

PartFile::PartFile(std::string path, std::string_view what) : what_(what), path_(std::move(path)) {
    if (path_.empty()) throw Error(Errc::invalid_argument, fmt::format("{}: the path is empty", what));
    path_ = resolve_link(path_);
    const std::string who = fmt::format("{} '{}'", what, path_);
    std::error_code none;
    if (fs::is_directory(path_, none)) {
        throw Error(Errc::io, fmt::format("{}: is a folder; wanted the name of a file", who), EISDIR);
    }
    if (fs::exists(path_, none) && !fs::is_regular_file(path_, none)) {
        throw Error(Errc::io, fmt::format("{}: is a pipe or a device; wanted a file", who));
    }
    const std::string part = part_name(path_);
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        const int number = errno;
        const std::string folder = fs::path(path_).parent_path().string();
        if ((number == ENOENT || number == ENOTDIR) &&
            !fs::is_directory(folder.empty() ? "." : folder, none)) {
            throw Error(Errc::not_found,
                        fmt::format("{}: there is no folder '{}'; make it first", who, folder), number);
        }
        // Folders of the system (/proc) say ENOENT for what is a refusal.
        throw_write_error(who, number == ENOENT ? EACCES : number);
    }
    ::close(fd);
    part_ = part;
}

PartFile::~PartFile() { discard(); }

PartFile::PartFile(PartFile&& other) noexcept
    : what_(std::move(other.what_)), path_(std::move(other.path_)), part_(std::exchange(other.part_, {})) {}

PartFile& PartFile::operator=(PartFile&& other) noexcept {
    if (this != &other) {
        discard();
        what_ = std::move(other.what_);
        path_ = std::move(other.path_);
        part_ = std::exchange(other.part_, {});
    }
    return *this;
}

std::uint64_t PartFile::bytes() const noexcept {
    struct stat info {};
    return !part_.empty() && ::stat(part_.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

void PartFile::commit() {
    if (part_.empty()) return;
    if (std::rename(part_.c_str(), path_.c_str()) != 0) {
        const int number = errno;
        discard();
        throw_write_error(fmt::format("{} '{}'", what_, path_), number);
    }
    part_.clear();
}

void PartFile::discard() noexcept {
    if (part_.empty()) return;
    ::unlink(part_.c_str());
    part_.clear();
}

ByteWriter::ByteWriter(const std::string& path, std::string_view what, const Interrupt* interrupt)
    : who_(fmt::format("{} '{}'", what, path)) {
    struct stat info {};
    if (path == "-" || path == "/dev/stdout") {
        fd_ = interrupt != nullptr ? own_stdout() : ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (fd_ < 0) throw_write_error(fmt::format("{} to standard output", what), errno);
        who_ = fmt::format("{} to standard output", what);
    } else if (path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/") ||
               (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) {
        const bool waits = interrupt != nullptr && S_ISFIFO(info.st_mode);
        fd_ = waits ? open_pipe(path, who_, *interrupt) : ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (fd_ < 0) throw_write_error(who_, errno);
    } else {
        file_ = PartFile(path, what);
        fd_ = ::open(file_.part_path().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
        if (fd_ < 0) throw_write_error(who_, errno);
    }
    if (::fstat(fd_, &info) == 0 && !S_ISREG(info.st_mode)) interrupt_ = interrupt;
}

ByteWriter::~ByteWriter() { discard(); }

ByteWriter::ByteWriter(ByteWriter&& other) noexcept
    : who_(std::move(other.who_)),
      file_(std::move(other.file_)),
      fd_(std::exchange(other.fd_, -1)),
      interrupt_(other.interrupt_) {}

ByteWriter& ByteWriter::operator=(ByteWriter&& other) noexcept {
    if (this != &other) {
        discard();
        who_ = std::move(other.who_);
        file_ = std::move(other.file_);
        fd_ = std::exchange(other.fd_, -1);
        interrupt_ = other.interrupt_;
    }
    return *this;
}

void ByteWriter::write(std::span<const std::byte> bytes) {
    interrupt_ != nullptr ? write_all(fd_, bytes, who_, *interrupt_) : write_all(fd_, bytes, who_);
}

void ByteWriter::close() {
    if (fd_ < 0) return;
    if (::close(std::exchange(fd_, -1)) != 0 &&
        errno != EINTR) {  // network disks say here that they are full
        const int number = errno;
        file_.discard();
        throw_write_error(who_, number);
    }
    file_.commit();
}

void ByteWriter::discard() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    file_.discard();
}

}  // namespace vbg
