#include "status.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace cam {

namespace {

std::string line(const vbg::Pipeline& pipeline) {
    const vbg::Stats stats = pipeline.stats();
    std::string text = fmt::format("frame {}", stats.frames_out);
    if (const auto total = pipeline.source_length(); total > 0) text += fmt::format("/{}", total);
    text += fmt::format("  {:.1f} frames/s  lag {}", stats.fps, stats.mask_lag);
    if (stats.state != vbg::RunState::running && stats.state != vbg::RunState::stopped) {
        text += fmt::format("  {}", vbg::to_string(stats.state));
    }
    if (stats.level > 0) text += fmt::format("  level {} ({})", stats.level, stats.given_up);
    if (stats.frames_dropped > 0) text += fmt::format("  dropped {}", stats.frames_dropped);
    if (stats.frames_damaged > 0) text += fmt::format("  damaged {}", stats.frames_damaged);
    if (stats.frames_failed > 0) text += fmt::format("  FAILED {}", stats.frames_failed);
    text += "  ms:";
    for (const auto& stage : stats.stages) {
        // "filter guided_filter" -> "guided_filter"
        text += fmt::format(" {} {:.1f}", stage.name.substr(stage.name.find(' ') + 1), 1000 * stage.mean);
    }
    return text;
}

std::size_t columns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col : 120;
}

}  // namespace

Status::Status(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

void Status::update(const vbg::Pipeline& pipeline) {
    const auto now = Clock::now();
    const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5000);
    if (quiet_ || now - last_ < pause) return;
    last_ = now;
    if (terminal_) {
        fmt::print(stderr, "\r\033[K{}", line(pipeline).substr(0, columns() - 1));
        std::fflush(stderr);
        line_open_ = true;
    } else {
        fmt::print(stderr, "{}\n", line(pipeline));
    }
}

void Status::finish(const vbg::Pipeline& pipeline) {
    if (line_open_) fmt::print(stderr, "\r\033[K");
    line_open_ = false;
    if (!quiet_) fmt::print(stderr, "{}\n", line(pipeline));
}

}  // namespace cam
