#pragma once
// Runs bad_server.py for a test; it ends with the object.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace vbg_test {

class BadServer {
public:
    explicit BadServer(const std::string& folder) {
        ::setenv("no_proxy", "127.0.0.1", 1);
        int to[2], from[2];
        if (::pipe(to) != 0 || ::pipe(from) != 0) return;
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(to[0], 0);
            ::dup2(from[1], 1);
            for (const int fd : {to[0], to[1], from[0], from[1]}) ::close(fd);
            ::execlp("python3", "python3", VBG_BAD_SERVER, folder.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        ::close(to[0]);
        ::close(from[1]);
        stdin_ = to[1];
        if (std::FILE* out = ::fdopen(from[0], "r")) {
            if (std::fscanf(out, "%d", &port_) != 1) port_ = 0;
            std::fclose(out);
        }
    }
    ~BadServer() {
        if (stdin_ >= 0) ::close(stdin_);
        if (child_ > 0) ::waitpid(child_, nullptr, 0);
    }
    BadServer(const BadServer&) = delete;
    BadServer& operator=(const BadServer&) = delete;

    /// False where there is no python3 to run it: the test says SKIP.
    [[nodiscard]] bool runs() const { return port_ != 0; }
    /// Address of /HOW/, with '/' at the end.
    [[nodiscard]] std::string base(const std::string& how) const {
        return "http://127.0.0.1:" + std::to_string(port_) + "/" + how + "/";
    }

private:
    pid_t child_ = -1;
    int stdin_ = -1, port_ = 0;
};

}  // namespace vbg_test
