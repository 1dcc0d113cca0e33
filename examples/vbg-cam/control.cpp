#include "control.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <cstdlib>
#include <vbg/log.hpp>

#include "unix_socket.hpp"

namespace cam {

namespace {

constexpr std::chrono::seconds kPatience{2};  // with a client that says nothing
constexpr std::size_t kMostClients = 32;

[[noreturn]] void refuse(const std::filesystem::path& path, const char* what) {
    const int code = errno;
    throw vbg::Error(vbg::Errc::io,
                     fmt::format("--socket {}: {}: {}", path.string(), what, std::strerror(code)), code);
}

/// Removes a socket nobody listens at. Throws where somebody does, or where it is no socket.
void remove_stale(const std::filesystem::path& path) {
    struct stat there {};
    if (lstat(path.c_str(), &there) != 0) return;
    if (!S_ISSOCK(there.st_mode)) {
        throw vbg::Error(vbg::Errc::invalid_argument,
                         fmt::format("--socket {}: there is something else of that name", path.string()));
    }
    const int fd = connect_to(path);
    if (fd >= 0) {
        const ucred peer = peer_of(fd);
        close(fd);
        throw vbg::Error(
            vbg::Errc::wrong_state,
            fmt::format(
                "another vbg-cam (process {}) listens at {}; end it with `vbg-cam ctl quit`, or give this "
                "one another place with --socket PATH or none with --socket none",
                peer.pid, path.string()));
    }
    if (errno != ECONNREFUSED) refuse(path, "cannot tell whether somebody listens there");
    unlink(path.c_str());
}

}  // namespace

std::filesystem::path default_socket() {
    const char* folder = std::getenv("XDG_RUNTIME_DIR");
    if (folder == nullptr || *folder == '\0') return {};
    return std::filesystem::path(folder) / "vbg-cam.sock";
}

Control::Control(std::filesystem::path socket, Handler handler)
    : path_(std::move(socket)), handler_(std::move(handler)) {
    const sockaddr_un address = socket_address(path_);
    remove_stale(path_);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener_ < 0) refuse(path_, "no socket");
    // For this user alone from the first moment on.
    const mode_t before = umask(0177);
    const bool bound = bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int code = errno;
    umask(before);
    if (!bound || listen(listener_, 8) != 0) {
        close(listener_);
        errno = bound ? errno : code;
        refuse(path_, "cannot listen there");
    }
    quit_ = eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { serve(); });
}

Control::~Control() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(quit_, &one, sizeof one);
    thread_.join();
    for (Client& client : clients_) client.thread.join();
    unlink(path_.c_str());
    close(listener_);
    close(quit_);
}

void Control::serve() {
    for (;;) {
        pollfd waits[2] = {{listener_, POLLIN, 0}, {quit_, POLLIN, 0}};
        if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
        if (waits[1].revents != 0) return;
        if ((waits[0].revents & POLLIN) == 0) continue;
        const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        clients_.remove_if([](Client& client) {
            if (client.done) client.thread.join();
            return client.done.load();
        });
        if (clients_.size() >= kMostClients) {
            close(connection);
            continue;
        }
        Client& client = clients_.emplace_back();
        client.thread = std::thread([this, connection, &client] {
            answer(connection);
            close(connection);
            client.done = true;
        });
    }
}

void Control::answer(int connection) const {
    nlohmann::json reply;
    try {
        const ucred peer = peer_of(connection);
        if (peer.uid != getuid() && peer.uid != 0) return;
        const std::string line = receive_line(connection, kPatience);
        if (line.empty()) return;
        const auto command = nlohmann::json::parse(line).at("command").get<std::vector<std::string>>();
        reply["result"] = handler_(command);
        reply["ok"] = true;
    } catch (const std::exception& e) {
        reply = {{"ok", false}, {"error", e.what()}};
    }
    send_all(connection, reply.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace cam
