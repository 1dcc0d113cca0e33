#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace model_tool {

namespace {

volatile std::sig_atomic_t stop_asked = 0;

std::size_t columns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

}  // namespace

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { stop_asked = 1; };
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is then an error with a text, like a full disk
}

bool stop_requested() noexcept { return stop_asked != 0; }

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { finish(); }

void Progress::finish() {
    if (line_open_) fmt::print(stderr, "\r\033[K");
    line_open_ = false;
}

bool Progress::operator()(std::string_view what, std::uint64_t done, std::uint64_t total) {
    const auto now = Clock::now();
    const bool fresh = what != last_what_;
    if (!quiet_ && (fresh || (terminal_ && now - last_draw_ > std::chrono::milliseconds(100)))) {
        last_draw_ = now;
        last_what_ = what;
        draw(what, done, total);
    }
    return !stop_requested();
}

std::string Progress::speed(std::uint64_t done) {
    const auto now = Clock::now();
    if (begin_ == Clock::time_point{} || done < begin_bytes_) begin_ = now, begin_bytes_ = done;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    if (seconds < 1) return {};
    return fmt::format("  {:.1f} MB/s", megabytes(done - begin_bytes_) / seconds);
}

void Progress::draw(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (!terminal_) {
        if (what != "done") fmt::print(stderr, "{}\n", what);
        return;
    }
    std::string text;
    if (total > 0) {
        constexpr std::size_t width = 24;
        const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
        const auto full = static_cast<std::size_t>(part * width);
        text = fmt::format("[{:#<{}}{:-<{}}] {:3.0f} %  ", "", full, "", width - full, 100 * part);
        if (what.starts_with("getting"))
            text += fmt::format("{:.1f} of {:.1f} MB{}  ", megabytes(done), megabytes(total), speed(done));
    }
    text += what;
    fmt::print(stderr, "\r\033[K{}", text.substr(0, columns() - 1));
    std::fflush(stderr);
    line_open_ = true;
}

}  // namespace model_tool
