#pragma once
/// @file control.hpp  The Unix socket through which `vbg-cam ctl` steers a running vbg-cam.
///
/// One line of JSON each way and connection: {"command": ["set", "background", "blur"]} is answered by
/// {"ok": true, "result": ...} or {"ok": false, "error": "text"}.

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace cam {

/// $XDG_RUNTIME_DIR/vbg-cam.sock, or empty where that is not set.
[[nodiscard]] std::filesystem::path default_socket();

/// Answers on threads of its own, each connection on one: a slow command keeps no other waiting.
class Control {
public:
    /// Gives the result of a command, or throws. Called on any thread, by several at once.
    using Handler = std::function<nlohmann::json(const std::vector<std::string>& command)>;

    /// Makes the socket, for this user alone. One left behind by a process that is gone is replaced. Throws
    /// vbg::Error that names the process where one listens there already.
    Control(std::filesystem::path socket, Handler handler);
    /// Waits for the commands in work, then removes the socket.
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

private:
    struct Client {
        std::thread thread;
        std::atomic<bool> done{false};
    };
    void serve();
    void answer(int connection) const;

    std::filesystem::path path_;
    Handler handler_;
    int listener_ = -1, quit_ = -1;
    std::list<Client> clients_;
    std::thread thread_;
};

}  // namespace cam
