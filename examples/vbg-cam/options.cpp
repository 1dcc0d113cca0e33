#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <utility>

namespace cam {

namespace {

constexpr const char* kFooter =
    R"(Stages are written as name or name:key=value,key=value; several in a row are separated by '|':
  --filter 'dilate:size=10 | box_blur:size=30'   --background image:path=beach.jpg   --foreground hologram
What you name replaces that part of the preset. `vbg-cam list` shows every stage and its parameters.

--source also takes a camera's node (/dev/video0), or the path of a picture, a film or a folder of pictures (told apart
by content). `vbg-cam list cameras` shows the cameras.
--sink also takes a virtual camera (/dev/video20), or a path: *.png *.jpg one picture (with %d many), *.mp4 *.mkv *.avi
*.mov a film, *.y4m raw video,
and - for y4m on standard output.

Examples:
  vbg-cam --source me.jpg --preset fakecam --background image:path=beach.jpg --sink out.png
  vbg-cam --source talk.mp4 --background blur:sigma=15 --sink private.mp4
  vbg-cam --source image:path=me.jpg,motion=drift,frames=150 --show side-by-side --sink - | ffplay -

Exit status: 0 all was written; 1 an error, or frames without a valid matte; 2 wrong usage; 130 stopped by Ctrl-C (files are
finished all the same).)";

template <std::size_t N>
std::size_t index_of(const std::array<const char*, N>& words, const std::string& word, const char* option) {
    for (std::size_t i = 0; i < N; ++i) {
        if (word == words[i]) return i;
    }
    throw vbg::Error(vbg::Errc::invalid_argument,
                     fmt::format("--{} {}: wanted one of {}", option, word, fmt::join(words, ", ")));
}

constexpr std::array<const char*, 3> kShow{"composite", "matte", "side-by-side"};
constexpr std::array<const char*, 2> kSync{"exact", "latest"};
constexpr std::array<const char*, 5> kOnFailure{"stop", "hold", "background", "blank", "passthrough"};
constexpr std::array<const char*, 4> kLogLevel{"debug", "info", "warning", "error"};

}  // namespace

vbg::Show show_from(const std::string& word) { return static_cast<vbg::Show>(index_of(kShow, word, "show")); }
vbg::MaskSync sync_from(const std::string& word) {
    return static_cast<vbg::MaskSync>(index_of(kSync, word, "sync"));
}
vbg::OnFailure on_failure_from(const std::string& word) {
    return static_cast<vbg::OnFailure>(index_of(kOnFailure, word, "on-failure"));
}
vbg::LogLevel log_level_from(const std::string& word) {
    return static_cast<vbg::LogLevel>(index_of(kLogLevel, word, "log-level"));
}

Options merge(Options over, const Options& under) {
    const auto take = [](auto& to, const auto& from) {
        if (!to) to = from;
    };
    const auto take_list = [](auto& to, const auto& from) {
        if (to.empty()) to = from;
    };
    take(over.source, under.source);
    take(over.segmenter, under.segmenter);
    take(over.preset, under.preset);
    take(over.show, under.show);
    take(over.sync, under.sync);
    take(over.on_failure, under.on_failure);
    take(over.device, under.device);
    take(over.precision, under.precision);
    take(over.log_level, under.log_level);
    take(over.stats, under.stats);
    take(over.threads, under.threads);
    take(over.frames, under.frames);
    take(over.quiet, under.quiet);
    take_list(over.sinks, under.sinks);
    take_list(over.filters, under.filters);
    take_list(over.backgrounds, under.backgrounds);
    take_list(over.foregrounds, under.foregrounds);
    return over;
}

Command parse_command_line(int argc, char** argv, Options& options) {
    CLI::App app{
        "Puts another background behind the person: camera, film or picture in, composed frames out."};
    app.name("vbg-cam");
    app.footer(kFooter);
    app.set_version_flag("--version", std::string(vbg::version()));
    app.get_formatter()->column_width(34);

    Command command;
    std::string config;
    Options given;
    bool quiet = false;
    app.add_option("--source", given.source, "Where frames come from (default: auto)")
        ->type_name("SPEC|FILE");
    app.add_option("--sink", given.sinks, "Where they go; may be given several times")
        ->allow_extra_args(false)
        ->type_name("SPEC|FILE");
    app.add_option("--segmenter", given.segmenter, "What finds the person (default: the preset's)")
        ->type_name("SPEC");
    app.add_option("--filter", given.filters, "Mask filters, in order; may be repeated")
        ->allow_extra_args(false)
        ->type_name("CHAIN");
    app.add_option("--background", given.backgrounds, "Background effects, in order; may be repeated")
        ->allow_extra_args(false)
        ->type_name("CHAIN");
    app.add_option("--foreground", given.foregrounds, "Effects on the person, in order; may be repeated")
        ->allow_extra_args(false)
        ->type_name("CHAIN");
    app.add_option("--preset", given.preset,
                   "none (only what is named), default or fakecam (default: default)")
        ->type_name("NAME");
    app.add_option("--show", given.show, "composite, matte or side-by-side (default: composite)")
        ->type_name("WHAT");
    app.add_option("--sync", given.sync,
                   "exact: every frame waits for its own matte; latest: frames never wait (default: exact "
                   "for recorded "
                   "sources, latest for live ones)")
        ->type_name("WHICH");
    app.add_option(
           "--on-failure", given.on_failure,
           "Where no matte can be made: stop, hold the last composed frame, background alone, blank card, or "
           "passthrough of the raw camera (default: stop for recorded sources, hold for live ones)")
        ->type_name("WHAT");
    app.add_option("--device", given.device, "auto, cpu, cuda or cuda:N (default: auto)")
        ->type_name("DEVICE");
    app.add_option("--precision", given.precision, "auto, fp32, fp16 or bf16 (default: auto)")
        ->type_name("WHICH");
    app.add_option("--threads", given.threads,
                   "Threads for the network and for pixels; 0 = all cores, at most 4")
        ->check(CLI::Range(0, 64));
    app.add_option("--frames", given.frames, "Stop after that many frames (default: at the source's end)");
    app.add_option("--stats", given.stats, "Write counters and times to this file as JSON")
        ->type_name("FILE");
    app.add_option("--config", config,
                   "TOML file with these options by their long names; the command line wins")
        ->type_name("FILE");
    app.add_flag("--quiet", quiet, "No status line");
    app.add_option("--log-level", given.log_level, "debug, info, warning or error (default: warning)")
        ->type_name("LEVEL");

    auto* list = app.add_subcommand("list", "Shows stages, their parameters, and why one is not available");
    list->add_option(
        "what", command.list_what,
        "cameras, segmenters, filters, effects, compositors, sources, sinks, presets, or a stage's name");
    list->add_flag("--json", command.list_json, "For machines");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        return {Command::Kind::exit, code == 0 ? 0 : 2, {}, false};
    }
    if (list->parsed()) {
        command.kind = Command::Kind::list;
        return command;
    }
    if (quiet) given.quiet = true;
    options = config.empty() ? std::move(given) : merge(std::move(given), read_config(config));
    return command;
}

}  // namespace cam
