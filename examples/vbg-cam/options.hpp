#pragma once
/// @file options.hpp  What vbg-cam was asked to do, from the command line and a TOML file.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vbg/vbg.hpp>
#include <vector>

namespace cam {

/// Nothing set means: the default, or what the preset says.
struct Options {
    std::optional<std::string> source, segmenter, preset, show, sync, on_failure, device, precision,
        log_level, stats, card, socket;
    std::vector<std::string> sinks, filters, backgrounds, foregrounds;
    std::optional<int> threads;
    std::optional<std::uint64_t> frames;
    std::optional<bool> quiet, on_demand, hold_rate, reconnect;
    std::optional<double> fps, idle_after, max_cpu, stall;
};

/// What to do besides running.
struct Command {
