#pragma once
/// @file kernel.hpp  The seam between libvbg's V4L2 code and the operating system: every system call that
/// src/io/v4l2 makes goes through one small class, so that its tests need no camera.

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vbg::v4l2 {

/// A process that has a node open.
struct Holder {
    int pid = 0;
    std::string name;     ///< as in /proc/PID/comm
    int descriptors = 1;  ///< how many times
    bool self = false;    ///< this very process
};

/// What happened at a watched node since it was last asked about.
struct NodeEvents {
    int opened = 0, closed = 0;  ///< times any program opened and closed it
    bool unsure = false;         ///< some were lost, or the node was removed: count anew
};

/// System calls. None throws; a call that fails returns minus its errno, and a call that a signal interrupted
/// is made again. Thread-safe.
class Kernel {
public:
    Kernel() = default;
    virtual ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    /// open(2) with O_CLOEXEC. A descriptor, or -errno.
    virtual int open(const std::string& path, int flags) = 0;
    virtual int close(int fd) = 0;
    /// 0 or more, or -errno.
    virtual int ioctl(int fd, unsigned long request, void* argument) = 0;
    /// mmap(2), shared. `*address` is set when 0 is returned; else -errno.
    virtual int mmap(std::size_t length, int protection, int fd, std::int64_t offset, void** address) = 0;
    virtual int munmap(void* address, std::size_t length) = 0;
    /// poll(2): how many items have news, 0 when the time is over, or -errno. A negative time waits for ever;
    /// an interrupted wait goes on for what is left of it.
    virtual int poll(std::span<pollfd> items, std::chrono::milliseconds timeout) = 0;
    /// write(2): bytes written (may be fewer than asked), or -errno.
    virtual std::int64_t write(int fd, const void* data, std::size_t size) = 0;

    /// The video nodes there are, "/dev/video0" and so on, ordered by their number.
    virtual std::vector<std::string> nodes() = 0;
    /// Lasting names of nodes: pairs of a link in /dev/v4l/by-id or /dev/v4l/by-path, and its node. Empty
    /// where there is no udev.
    virtual std::vector<std::pair<std::string, std::string>> links() = 0;
    /// What a path means when all links are followed; the path itself where it does not exist.
    virtual std::string real_path(const std::string& path) = 0;
    /// Who has the node open, as far as this user may see. This process is among them.
    virtual std::vector<Holder> holders(const std::string& path) = 0;
    /// Name of the group that a node belongs to, "video" as a rule; empty where there is no such node.
    virtual std::string group_of(const std::string& path) = 0;
    /// Begins to watch who opens and closes a node (inotify(7)). A descriptor for events() and close(), or
    /// -errno.
    virtual int watch(const std::string& path);
    /// What happened since the last call; never waits. 0, or -errno.
    virtual int events(int fd, NodeEvents& events);

    /// What a small file says (of /sys, /proc, /etc), at most 1 MiB; nothing where it cannot be read.
    virtual std::optional<std::string> read_file(const std::string& path);
    /// Names in a folder, in order; empty where it cannot be read.
    virtual std::vector<std::string> list_folder(const std::string& path);

    /// CLOCK_MONOTONIC, the clock of V4L2 time stamps.
    virtual std::chrono::nanoseconds now() = 0;
};

/// The real one. Lives as long as the program.
Kernel& system_kernel();

}  // namespace vbg::v4l2
