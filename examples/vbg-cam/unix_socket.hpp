#pragma once
/// @file unix_socket.hpp  The few calls that both ends of the control socket need.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <vbg/error.hpp>

namespace cam {

/// Throws vbg::Error for a path longer than such an address may be.
inline sockaddr_un socket_address(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof address.sun_path) {
        throw vbg::Error(vbg::Errc::invalid_argument,
                         "--socket " + path.string() + ": too long; a socket's path has at most " +
                             std::to_string(sizeof address.sun_path - 1) + " bytes");
    }
    std::memcpy(address.sun_path, path.c_str(), path.string().size() + 1);
    return address;
}

/// A socket connected to `path`, or -1 with errno.
inline int connect_to(const std::filesystem::path& path) {
    const sockaddr_un address = socket_address(path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    const int code = errno;
    close(fd);
    errno = code;
    return -1;
}

/// The process and user at the other end; pid 0 where that is not known.
inline ucred peer_of(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) peer.uid = static_cast<uid_t>(-1);
    return peer;
}

/// All of `text`, however many writes that takes. Returns whether it went.
inline bool send_all(int fd, const std::string& text) {
    for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t n = send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        sent += static_cast<std::size_t>(n);
    }
    return true;
}

/// Up to and without the newline, at most 1 MB; empty when none comes in time.
inline std::string receive_line(int fd, std::chrono::milliseconds patience) {
    std::string line;
    const auto end = std::chrono::steady_clock::now() + patience;
    for (char buffer[4096]; line.size() < (1U << 20);) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd wait{fd, POLLIN, 0};
        if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) return {};
        const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return {};
        line.append(buffer, static_cast<std::size_t>(n));
        if (const auto at = line.find('\n'); at != std::string::npos) return line.substr(0, at);
    }
    return {};
}

}  // namespace cam
