#include "io/v4l2/kernel.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace vbg::v4l2 {

namespace {

namespace fs = std::filesystem;

/// The number at the end of `name` after `prefix`, or -1.
int number_after(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return -1;
    name.remove_prefix(prefix.size());
    int value = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    return error == std::errc() && end == name.data() + name.size() && !name.empty() ? value : -1;
}

/// Calls `visit(entry)` for what a folder holds; a folder that cannot be read is an empty one.
template <class Visit>
void for_each_entry(const fs::path& folder, const Visit& visit) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) visit(*at);
}

/// Repeats a system call that a signal interrupted; minus errno when it fails.
template <class Call>
auto restarted(const Call& call) -> decltype(call()) {
    for (;;) {
        const auto result = call();
        if (result >= 0) return result;
        if (errno != EINTR) return -errno;
    }
}

class SystemKernel final : public Kernel {
public:
    int open(const std::string& path, int flags) override {
        return restarted([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
    }
    int close(int fd) override { return ::close(fd) == 0 ? 0 : -errno; }
    int ioctl(int fd, unsigned long request, void* argument) override {
        return restarted([&] { return ::ioctl(fd, request, argument); });
    }
    int mmap(std::size_t length, int protection, int fd, std::int64_t offset, void** address) override {
        void* found = ::mmap(nullptr, length, protection, MAP_SHARED, fd, offset);
        if (found == MAP_FAILED) return -errno;
        *address = found;
        return 0;
    }
    int munmap(void* address, std::size_t length) override {
        return ::munmap(address, length) == 0 ? 0 : -errno;
    }
    int poll(std::span<pollfd> items, std::chrono::milliseconds timeout) override {
        const auto deadline = now() + timeout;
        for (auto left = timeout;;) {
            const int wait =
                timeout.count() < 0 ? -1 : static_cast<int>(std::max<std::int64_t>(left.count(), 0));
            const int result = ::poll(items.data(), items.size(), wait);
            if (result >= 0) return result;
            if (errno != EINTR) return -errno;
            left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
        }
    }
    std::int64_t write(int fd, const void* data, std::size_t size) override {
        return restarted([&] { return std::int64_t{::write(fd, data, size)}; });
    }

    std::vector<std::string> nodes() override {
        std::vector<std::pair<int, std::string>> found;
        for_each_entry("/dev", [&](const fs::directory_entry& entry) {
            const int number = number_after(entry.path().filename().native(), "video");
            if (number >= 0) found.emplace_back(number, entry.path().native());
        });
        std::sort(found.begin(), found.end());
        std::vector<std::string> paths;
        paths.reserve(found.size());
        for (auto& [number, path] : found) paths.push_back(std::move(path));
        return paths;
    }
    std::vector<std::pair<std::string, std::string>> links() override {
        std::vector<std::pair<std::string, std::string>> found;
        for (const char* folder : {"/dev/v4l/by-id", "/dev/v4l/by-path"}) {
            const std::size_t first = found.size();
            for_each_entry(folder, [&](const fs::directory_entry& entry) {
                found.emplace_back(entry.path().native(), real_path(entry.path().native()));
            });
            std::sort(found.begin() + static_cast<std::ptrdiff_t>(first), found.end());
        }
        return found;
    }
    std::string real_path(const std::string& path) override {
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        return error ? path : real.native();
    }
    std::vector<Holder> holders(const std::string& path) override {
        const std::string node = real_path(path);
        std::vector<Holder> found;
        for_each_entry("/proc", [&](const fs::directory_entry& process) {
            const int pid = number_after(process.path().filename().native(), "");
            if (pid <= 0) return;
            int descriptors = 0;
            for_each_entry(process.path() / "fd", [&](const fs::directory_entry& descriptor) {
                std::error_code error;
                if (fs::read_symlink(descriptor.path(), error).native() == node) ++descriptors;
            });
            if (descriptors == 0) return;
            std::string name;
            std::getline(std::ifstream(process.path() / "comm"), name);
            found.push_back({pid, name, descriptors, pid == ::getpid()});
        });
        return found;
    }
    std::string group_of(const std::string& path) override {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) return {};
        std::vector<char> room(4096);
        group entry{};
        group* found = nullptr;
        if (::getgrgid_r(status.st_gid, &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
            return entry.gr_name;
        return std::to_string(status.st_gid);
    }
    int watch(const std::string& path) override {
        const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (fd < 0) return -errno;
        if (::inotify_add_watch(fd, path.c_str(), IN_OPEN | IN_CLOSE | IN_DELETE_SELF) >= 0) return fd;
        const int error = errno;
        ::close(fd);
        return -error;
    }
    int events(int fd, NodeEvents& events) override {
        // Events of a watched file have no name, so each is just the fixed part (inotify(7)).
        alignas(inotify_event) std::array<char, 4096> room;
        for (;;) {
            const ssize_t size = ::read(fd, room.data(), room.size());
            if (size < 0) return errno == EAGAIN ? 0 : errno == EINTR ? 0 : -errno;
            for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(size);) {
                inotify_event event{};
                std::memcpy(&event, room.data() + at, sizeof event);
                if ((event.mask & IN_OPEN) != 0) ++events.opened;
                if ((event.mask & IN_CLOSE) != 0) ++events.closed;
                if ((event.mask & (IN_DELETE_SELF | IN_IGNORED | IN_Q_OVERFLOW)) != 0) events.unsure = true;
                at += sizeof event + event.len;
            }
        }
    }
    std::optional<std::string> read_file(const std::string& path) override {
        std::ifstream in(path, std::ios::binary);
        if (!in) return std::nullopt;
        std::string text(std::size_t{1} << 20, '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        if (in.bad()) return std::nullopt;
        text.resize(static_cast<std::size_t>(in.gcount()));
        return text;
    }
    std::vector<std::string> list_folder(const std::string& path) override {
        std::vector<std::string> names;
        for_each_entry(path, [&](const fs::directory_entry& e) { names.push_back(e.path().filename()); });
        std::sort(names.begin(), names.end());
        return names;
    }
    std::chrono::nanoseconds now() override {
        timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
};

}  // namespace

Kernel::~Kernel() = default;

// Made-up kernels without these have nothing to watch and no files.
int Kernel::watch(const std::string&) { return -ENOSYS; }
int Kernel::events(int, NodeEvents&) { return -ENOSYS; }
std::optional<std::string> Kernel::read_file(const std::string&) { return std::nullopt; }
std::vector<std::string> Kernel::list_folder(const std::string&) { return {}; }

Kernel& system_kernel() {
    static SystemKernel instance;
    return instance;
}

}  // namespace vbg::v4l2
