#pragma once
/// @file progress.hpp  A progress bar on a terminal, a line a file elsewhere; and Ctrl-C.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace model_tool {

/// From the first one on, Ctrl-C and SIGTERM ask for a stop; a second one ends the program at once.
void catch_signals();
[[nodiscard]] bool stop_requested() noexcept;

/// Draws on standard error. A vbg::ModelProgress: returns false when a stop was asked for.
class Progress {
public:
    explicit Progress(bool quiet);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    bool operator()(std::string_view what, std::uint64_t done, std::uint64_t total);
    /// Ends an open line, so that other text can follow.
    void finish();

private:
    using Clock = std::chrono::steady_clock;
    void draw(std::string_view what, std::uint64_t done, std::uint64_t total);
    /// Bytes a second since the first report, e.g. "  1.2 MB/s"; empty in the first second.
    [[nodiscard]] std::string speed(std::uint64_t done);

    bool quiet_, terminal_, line_open_ = false;
    std::string last_what_;
    Clock::time_point last_draw_{}, begin_{};
    std::uint64_t begin_bytes_ = 0;
};

}  // namespace model_tool
