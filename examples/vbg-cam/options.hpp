#pragma once
/// @file options.hpp  What vbg-cam was asked to do, from the command line and a TOML file.

#include <cstdint>
#include <filesystem>
#include <limits>
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
    std::optional<bool> quiet, preview, on_demand, hold_rate, reconnect;
    std::optional<double> fps, idle_after, max_cpu, stall;
};

/// From `least` to `most`, both included. For numbers; a text has none.
struct Range {
    double least = 0, most = std::numeric_limits<double>::infinity();
};

constexpr Range kThreads{0, 64}, kFps{0, 1000}, kIdleAfter{0, 86400}, kMaxCpu{0, 1024}, kStall{0.01, 60};

/// When a change in a watched --config file takes effect.
enum class When : std::uint8_t { between_frames, at_next_start };

/// Calls visit(name, member, when, range) for every option that the command line and the --config file share:
/// its long name, where Options keeps it, when a change of it takes effect, and its range if it is a number.
/// The one list of them; on the command line `reconnect = false` is --no-reconnect.
template <class Visit>
void for_each_option(const Visit& visit) {
    using enum When;
    visit("source", &Options::source, between_frames, Range{});
    visit("sink", &Options::sinks, at_next_start, Range{});
    visit("segmenter", &Options::segmenter, between_frames, Range{});
    visit("filter", &Options::filters, between_frames, Range{});
    visit("background", &Options::backgrounds, between_frames, Range{});
    visit("foreground", &Options::foregrounds, between_frames, Range{});
    visit("preset", &Options::preset, between_frames, Range{});
    visit("show", &Options::show, between_frames, Range{});
    visit("sync", &Options::sync, between_frames, Range{});
    visit("on-failure", &Options::on_failure, between_frames, Range{});
    visit("device", &Options::device, between_frames, Range{});
    visit("precision", &Options::precision, between_frames, Range{});
    visit("threads", &Options::threads, at_next_start, kThreads);
    visit("frames", &Options::frames, at_next_start, Range{});
    visit("stats", &Options::stats, at_next_start, Range{});
    visit("quiet", &Options::quiet, at_next_start, Range{});
    visit("preview", &Options::preview, at_next_start, Range{});
    visit("log-level", &Options::log_level, at_next_start, Range{});
    visit("card", &Options::card, between_frames, Range{});
    visit("socket", &Options::socket, at_next_start, Range{});
    visit("fps", &Options::fps, at_next_start, kFps);
    visit("on-demand", &Options::on_demand, at_next_start, Range{});
    visit("idle-after", &Options::idle_after, at_next_start, kIdleAfter);
    visit("max-cpu", &Options::max_cpu, at_next_start, kMaxCpu);
    visit("hold-rate", &Options::hold_rate, at_next_start, Range{});
    visit("stall", &Options::stall, at_next_start, kStall);
    visit("reconnect", &Options::reconnect, at_next_start, Range{});
}

/// What to do besides running.
struct Command {
    enum class Kind : std::uint8_t { run, list, doctor, ctl, exit } kind = Kind::run;
    int exit_code = 0;       ///< for exit: --help, --version, wrong usage
    std::string list_what;   ///< for list: a kind, a stage's name, or empty
    bool list_json = false;  ///< for list and doctor
    vbg::DoctorOptions doctor;
    std::vector<std::string> ctl;  ///< for ctl: "set", "background", "blur"
    std::string socket;            ///< for ctl: given with --socket, or empty
    bool ctl_json = false;
    std::string config;  ///< for run: the --config file, or empty
    Options given;       ///< for run: the command line alone
};

/// Reads the command line and the --config file it names; the command line wins. Wrong usage and a wrong file
/// print their reason and are a Command{exit} with code 2.
Command parse_command_line(int argc, char** argv, Options& options);

/// Reads a TOML file whose keys are the long options' names. Throws vbg::Error that names file, line and key,
/// what it got and what it wanted.
Options read_config(const std::filesystem::path& file);

/// `over` where it is set, else `under`.
Options merge(Options over, const Options& under);

/// The words each option takes.
vbg::Show show_from(const std::string& word);
vbg::MaskSync sync_from(const std::string& word);
vbg::OnFailure on_failure_from(const std::string& word);
vbg::LogLevel log_level_from(const std::string& word);

}  // namespace cam
