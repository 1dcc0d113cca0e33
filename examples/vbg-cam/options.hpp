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
    std::optional<bool> quiet, preview, on_demand, hold_rate, reconnect;
    std::optional<double> fps, idle_after, max_cpu, stall;
};

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

/// Reads a TOML file whose keys are the long options' names. Throws vbg::Error that names file, line and key.
Options read_config(const std::filesystem::path& file);

/// `over` where it is set, else `under`.
Options merge(Options over, const Options& under);

/// The words each option takes.
vbg::Show show_from(const std::string& word);
vbg::MaskSync sync_from(const std::string& word);
vbg::OnFailure on_failure_from(const std::string& word);
vbg::LogLevel log_level_from(const std::string& word);

}  // namespace cam
