#include "model/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>
#include <vbg/error.hpp>

#include "io/file.hpp"

namespace vbg::model {

FolderLock::FolderLock(std::filesystem::path file, const std::function<bool()>& go_on)
    : file_(std::move(file)) {
    while (!try_once()) {
        if (!go_on())
            throw Error(Errc::io, fmt::format("cancelled while another process held '{}'", file_.string()));
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

FolderLock::~FolderLock() {
    ::unlink(file_.c_str());  // before letting go: whoever waits sees that it is gone and makes a new one
    ::close(fd_);
}

bool FolderLock::try_once() {
    std::error_code none;
    std::filesystem::create_directories(file_.parent_path(), none);  // its last holder may have removed it
    fd_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0 && errno == ENOENT && std::filesystem::is_directory(file_.parent_path().parent_path(), none))
        return false;
    if (fd_ < 0) throw_write_error(fmt::format("model folder, lock file '{}'", file_.string()), errno);
    const bool busy =
        ::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;  // else: no locks on this disk
    struct stat held {
    }, named{};
    const bool same = ::fstat(fd_, &held) == 0 && ::stat(file_.c_str(), &named) == 0 &&
                      held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    if (!busy && same) return true;
    ::close(std::exchange(fd_, -1));
    return false;
}

}  // namespace vbg::model
