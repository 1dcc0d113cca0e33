#include "config_watch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <vbg/error.hpp>

namespace cam {

namespace {

constexpr std::chrono::milliseconds kQuiet{150};  // an editor may write in several steps

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

ConfigWatch::ConfigWatch(const std::filesystem::path& file, std::function<void()> changed)
    : file_(std::filesystem::absolute(file)), changed_(std::move(changed)), content_(content_of(file_)) {
    inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    quit_ = eventfd(0, EFD_CLOEXEC);
    if (inotify_ < 0 || quit_ < 0) {
        const int code = errno;
        throw vbg::Error(vbg::Errc::io,
                         fmt::format("--config {}: cannot watch it: {}", file_.string(), std::strerror(code)),
                         code);
    }
    watch_folders();
    thread_ = std::thread([this] { serve(); });
}

ConfigWatch::~ConfigWatch() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(quit_, &one, sizeof one);
    thread_.join();
    close(inotify_);
    close(quit_);
}

void ConfigWatch::watch_folders() {
    constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;
    const auto watch = [&](const std::filesystem::path& file) {
        names_.insert(file.filename().string());
        inotify_add_watch(inotify_, file.parent_path().c_str(), kEvents);
    };
    watch(file_);
    std::error_code error;
    const auto target = std::filesystem::canonical(file_, error);
    if (!error && target != file_) watch(target);
}

bool ConfigWatch::read_events() {
    alignas(inotify_event) std::array<char, 8192> buffer{};
    bool ours = false;
    for (ssize_t size = 0; (size = read(inotify_, buffer.data(), buffer.size())) > 0;) {
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            if (event->len > 0 && names_.count(event->name) != 0) ours = true;
            if ((event->mask & IN_Q_OVERFLOW) != 0) ours = true;
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        }
    }
    return ours;
}

void ConfigWatch::serve() {
    using Clock = std::chrono::steady_clock;
    std::optional<Clock::time_point>
        quiet_at;  // after the file's own newest event; others in the folder do not count
    for (;;) {
        std::array<pollfd, 2> waits{pollfd{inotify_, POLLIN, 0}, pollfd{quit_, POLLIN, 0}};
        int timeout = -1;
        if (quiet_at) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(*quiet_at - Clock::now()).count();
            timeout = static_cast<int>(std::max<std::int64_t>(left, 0));
        }
        const int n = poll(waits.data(), waits.size(), timeout);
        if (n < 0 && errno != EINTR) return;
        if (waits[1].revents != 0) return;
        if (n > 0 && read_events()) quiet_at = Clock::now() + kQuiet;
        if (!quiet_at || Clock::now() < *quiet_at) continue;
        quiet_at.reset();
        watch_folders();  // a link may lead elsewhere by now
        std::string now = content_of(file_);
        // Empty: between an editor's truncation and its writing, or the file is gone.
        if (now.empty() || now == content_) continue;
        content_ = std::move(now);
        changed_();
    }
}

}  // namespace cam
