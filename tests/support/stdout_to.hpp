#pragma once
/// @file stdout_to.hpp  Standard output of this process goes elsewhere for a while.

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace vbg_test {

/// For the time of a scope. Nothing may print meanwhile.
class StdoutTo {
public:
    explicit StdoutTo(int fd) : saved_(::dup(1)) { ::dup2(fd, 1); }
    explicit StdoutTo(const std::string& path) : saved_(::dup(1)) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(fd, 1);
        ::close(fd);
    }
    ~StdoutTo() {
        ::dup2(saved_, 1);
        ::close(saved_);
    }
    StdoutTo(const StdoutTo&) = delete;
    StdoutTo& operator=(const StdoutTo&) = delete;

private:
    int saved_;
};

}  // namespace vbg_test
