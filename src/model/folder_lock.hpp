#pragma once
/// @file folder_lock.hpp  One process (and thread) at a time.

#include <filesystem>
#include <functional>

namespace vbg::model {

/// Holds a lock file; the file goes when the lock does. The kernel lets go of a lock whose process has died.
class FolderLock {
public:
    /// Waits while somebody else holds it, asking `go_on` five times a second; false cancels (Error{io}).
    /// Throws Error{io} where the file cannot be made.
    FolderLock(std::filesystem::path file, const std::function<bool()>& go_on);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    bool try_once();

    std::filesystem::path file_;
    int fd_ = -1;
};

}  // namespace vbg::model
