#pragma once
/// @file run.hpp  vbg-cam's work: frames from source to sinks until the end.

#include <chrono>

#include "options.hpp"

namespace cam {

/// Returns the exit status. Throws vbg::Error.
int run(const Command& command, const Options& options, std::chrono::steady_clock::time_point start);

}  // namespace cam
