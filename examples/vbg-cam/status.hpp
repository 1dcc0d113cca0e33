#pragma once
/// @file status.hpp  The live status line, on standard error.

#include <chrono>
#include <vbg/pipeline.hpp>

namespace cam {

class Status {
public:
    /// Rewrites one line on a terminal; elsewhere prints a line every few seconds; nothing when quiet.
    explicit Status(bool quiet);
    void update(const vbg::Pipeline& pipeline);
    /// Ends the line and says how it went.
    void finish(const vbg::Pipeline& pipeline);

private:
    using Clock = std::chrono::steady_clock;
    bool quiet_, terminal_, line_open_ = false;
    Clock::time_point last_ = Clock::now();
};

}  // namespace cam
