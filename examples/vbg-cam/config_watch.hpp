#pragma once
/// @file config_watch.hpp  Tells when a file's content has changed, however its editor saves it.

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <thread>

namespace cam {

/// Watches the file's folder (editors put a new file in the old one's place), and that of the file behind a
/// link. Waits until writing has been quiet for a moment.
class ConfigWatch {
public:
    /// `changed` is called on a thread of the watch's own. Throws vbg::Error where watching is impossible.
    ConfigWatch(const std::filesystem::path& file, std::function<void()> changed);
    ~ConfigWatch();
    ConfigWatch(const ConfigWatch&) = delete;
    ConfigWatch& operator=(const ConfigWatch&) = delete;

private:
    void serve();
    /// Whether one of the events that wait is about the file.
    bool read_events();
    void watch_folders();

    std::filesystem::path file_;
    std::function<void()> changed_;
    std::set<std::string> names_;  ///< of the file and of what it links to
    std::string content_;
    int inotify_ = -1, quit_ = -1;
    std::thread thread_;
};

}  // namespace cam
