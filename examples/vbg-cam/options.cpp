#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "../support/describe.hpp"

namespace cam {

namespace {

constexpr const char* kFooter =
    R"(Stages are written as name or name:key=value,key=value; several in a row are separated by '|':
  --filter 'dilate:size=10 | box_blur:size=30'   --background image:path=beach.jpg   --foreground hologram
What you name replaces that part of the preset. `vbg-cam list` shows every stage and its parameters.

--source also takes a camera's node (/dev/video0), or the path of a picture, a film or a folder of pictures (told apart
by content). `vbg-cam list cameras` shows the cameras.

--sink also takes a virtual camera (/dev/video20), or a path: *.png *.jpg one picture (with %d many), *.mp4 *.mkv *.avi
*.mov a film, *.y4m raw video, and - for y4m on standard output.

A live vbg-cam is steered from elsewhere: vbg-cam ctl set background blur | status | pause | freeze | resume | snapshot me.png | quit

Examples:
  vbg-cam --source /dev/video0 --sink /dev/video20 --on-demand --background image:path=beach.jpg
  vbg-cam --source me.jpg --preset fakecam --background image:path=beach.jpg --sink out.png
  vbg-cam --source talk.mp4 --background blur:sigma=15 --sink private.mp4
  vbg-cam --source image:path=me.jpg,motion=drift,frames=150 --show side-by-side --sink - | ffplay -

Exit status: 0 all was written; 1 an error, or frames without a valid matte; 2 wrong usage, or a mistake in the --config file;
130 stopped by Ctrl-C (files are finished all the same).)";

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
constexpr const char* kParts = "source|segmenter|filters|background|foreground|show|sync|on-failure|card";
constexpr std::array<const char*, 4> kLogLevel{"debug", "info", "warning", "error"};

/// "composite|matte|side-by-side": for --help, and for the shells' completion.
template <std::size_t N>
std::string words(const std::array<const char*, N>& choices) {
    return fmt::format("{}", fmt::join(choices, "|"));
}

template <class T>
bool is_set(const std::optional<T>& value) {
    return value.has_value();
}
bool is_set(const std::vector<std::string>& value) { return !value.empty(); }

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
    for_each_option([&](const char* /*name*/, auto member, When /*when*/, Range /*range*/) {
        if (!is_set(over.*member)) over.*member = under.*member;
    });
    return over;
}

namespace {

/// Flags have no "not given" of their own.
struct Flags {
    bool quiet = false, preview = false, on_demand = false, hold_rate = false, no_reconnect = false;

    void into(Options& given) const {
        if (quiet) given.quiet = true;
        if (preview) given.preview = true;
        if (on_demand) given.on_demand = true;
        if (hold_rate) given.hold_rate = true;
        if (no_reconnect) given.reconnect = false;
    }
};

constexpr const char* kLive = "Live sources";

/// A number whose range --help tells and the parser checks.
template <class Number>
CLI::Option* add_number(CLI::App& app, const char* name, std::optional<Number>& to, Range range,
                        const char* help) {
    return app.add_option(name, to, help)
        ->type_name(fmt::format("{}..{}", range.least, range.most))
        ->check(cli::within(range.least, range.most));
}

void add_stages(CLI::App& app, Options& given, Flags& flags) {
    app.add_option("--source", given.source, "Where frames come from (default: auto)")
        ->type_name("SPEC|FILE");
    app.add_option("--sink", given.sinks, "Where they go; may be given several times")
        ->allow_extra_args(false)
        ->type_name("SPEC|FILE");
    app.add_flag(
        "--preview", flags.preview,
        "A window that shows what the others see; q or Esc closes it, and ends vbg-cam where there is "
        "no --sink");
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
                   "Stages to start from; none: only what is named (default: default)")
        ->type_name("none|default|fakecam");
}

void add_running(CLI::App& app, Command& command, Flags& flags) {
    Options& given = command.given;
    app.add_option("--show", given.show, "What goes to the sinks (default: composite)")
        ->type_name(words(kShow));
    app.add_option("--sync", given.sync,
                   "exact: every frame waits for its own matte; latest: frames never wait (default: exact "
                   "for recorded sources, latest for live ones)")
        ->type_name(words(kSync));
    app.add_option(
           "--on-failure", given.on_failure,
           "Where no matte can be made: stop, hold the last composed frame, background alone, blank card, or "
           "passthrough of the raw camera (default: stop for recorded sources, hold for live ones)")
        ->type_name(words(kOnFailure));
    app.add_option(
           "--device", given.device,
           "Where the work is done; also cuda:N. auto takes the first GPU that the segmenter can work on "
           "(default: auto)")
        ->type_name("auto|cpu|cuda");
    app.add_option("--precision", given.precision, "Number format of networks (default: auto)")
        ->type_name("auto|fp32|fp16|bf16");
    add_number(app, "--threads", given.threads, kThreads,
               "Threads for the network and for pixels; 0 = all cores, at most 4");
    app.add_option("--frames", given.frames, "Stop after that many frames (default: at the source's end)")
        ->type_name("N");
    app.add_option("--stats", given.stats, "Write counters and times to this file as JSON")
        ->type_name("FILE");
    app.add_option(
           "--config", command.config,
           "TOML file with these options by their long names; the command line wins. Watched while running: "
           "what changes in it is taken over between two frames, what is wrong in it is refused")
        ->type_name("FILE");
    app.add_flag("--quiet", flags.quiet, "No status line");
    app.add_option("--log-level", given.log_level, "What is told on standard error (default: warning)")
        ->type_name(words(kLogLevel));

    app.add_option("--card", given.card,
                   "Placeholder while paused or unwatched: an effect that makes a picture (default: black)")
        ->type_name("SPEC");
    app.add_option(
           "--socket", given.socket,
           "Where `vbg-cam ctl` reaches this one; none: nowhere (default: $XDG_RUNTIME_DIR/vbg-cam.sock "
           "for live sources)")
        ->type_name("PATH");
}

void add_live(CLI::App& app, Options& given, Flags& flags) {
    add_number(app, "--fps", given.fps, kFps, "Frames a second promised to the sinks (default: the source's)")
        ->group(kLive);
    app.add_flag("--on-demand", flags.on_demand, "Camera and network sleep while nobody reads the sink")
        ->group(kLive);
    add_number(app, "--idle-after", given.idle_after, kIdleAfter,
               "Seconds without a reader before that (default: 5)")
        ->group(kLive);
    add_number(app, "--max-cpu", given.max_cpu, kMaxCpu,
               "Processor cores to use at most, e.g. 0.5: the network's resolution, then mattes, then "
               "effects, then frames are given up")
        ->group(kLive);
    app.add_flag("--hold-rate", flags.hold_rate,
                 "Give up the network's resolution, then mattes, then effects, rather than frames")
        ->group(kLive);
    add_number(app, "--stall", given.stall, kStall,
               "Seconds after which a network that does not answer has failed (default: 1)")
        ->group(kLive);
    app.add_flag("--no-reconnect", flags.no_reconnect, "End when the camera is lost rather than wait for it")
        ->group(kLive);
}

CLI::App* add_ctl(CLI::App& app, Command& command) {
    auto* ctl = app.add_subcommand("ctl", "Tells a running vbg-cam what to do");
    ctl->add_option("--socket", command.socket, "Of the one meant (default: $XDG_RUNTIME_DIR/vbg-cam.sock)")
        ->type_name("PATH");
    ctl->require_subcommand(1);
    const auto verb = [&](const char* name, const char* help, std::initializer_list<const char*> arguments) {
        auto* one = ctl->add_subcommand(name, help);
        auto values = std::make_shared<std::array<std::string, 2>>();
        std::size_t n = 0;
        for (const char* argument : arguments) {
            const bool part = std::string_view(argument) == "part";
            one->add_option(argument, (*values)[n++])->required()->type_name(part ? kParts : "");
        }
        one->callback([&command, name, values, n] {
            command.ctl = {name};
            command.ctl.insert(command.ctl.end(), values->begin(),
                               values->begin() + static_cast<std::ptrdiff_t>(n));
        });
        return one;
    };
    verb("set", "Replaces a part by what the spec says", {"part", "spec"});
    verb("status", "What it does now", {})->add_flag("--json", command.ctl_json, "For machines");
    verb("pause", "Closes the camera and shows the card", {});
    verb("freeze", "Keeps the last composed frame", {});
    verb("resume", "Ends pause and freeze", {});
    verb("snapshot", "Saves the picture as the others see it", {"file"});
    verb("quit", "Ends it", {});
    return ctl;
}

CLI::App* add_list(CLI::App& app, Command& command) {
    auto* list = app.add_subcommand("list", "Shows stages, their parameters, and why one is not available");
    list->add_option("what", command.list_what, "Only these, or only the stage of that name")
        ->type_name("cameras|segmenters|filters|effects|compositors|sources|sinks|presets|devices");
    list->add_flag("--json", command.list_json, "For machines");
    return list;
}

CLI::App* add_doctor(CLI::App& app, Command& command) {
    auto* doctor = app.add_subcommand(
        "doctor",
        "Looks for what keeps cameras from working here, and says what mends it (exit status 1 then)");
    doctor->add_option("--sink", command.doctor.sink, "Only this virtual camera")->type_name("NODE");
    doctor->add_option("--source", command.doctor.source, "Only this camera")->type_name("NODE");
    doctor->add_flag("--json", command.list_json, "For machines");
    return doctor;
}

/// The options of the command line and of the file it names. A wrong file is a Command{exit} with code 2, as
/// a wrong option is: no restart mends it.
void read_options(Command& command, Options& options) {
    try {
        options = command.config.empty() ? command.given : merge(command.given, read_config(command.config));
    } catch (const vbg::Error& e) {
        fmt::print(stderr, "vbg-cam: error: {}\n", e.what());
        command.kind = Command::Kind::exit;
        command.exit_code = 2;
    }
}

}  // namespace

Command parse_command_line(int argc, char** argv, Options& options) {
    CLI::App app{
        "Puts another background behind the person: camera, film or picture in, composed frames out."};
    app.name("vbg-cam");
    app.footer(kFooter);
    app.set_version_flag("--version", std::string(vbg::version()));
    app.get_formatter()->column_width(34);

    Command command;
    Flags flags;
    add_stages(app, command.given, flags);
    add_running(app, command, flags);
    add_live(app, command.given, flags);
    CLI::App* ctl = add_ctl(app, command);
    CLI::App* list = add_list(app, command);
    CLI::App* doctor = add_doctor(app, command);
    if (argc == 2 && std::string_view(argv[1]) == "--describe") {
        fmt::print("{}", cli::describe(app));
        command.kind = Command::Kind::exit;
        return command;
    }
    // What is said of stages and files belongs to the program, not to these.
    for (CLI::App* one : {ctl, list}) one->footer("");
    for (CLI::App* one : ctl->get_subcommands([](const CLI::App*) { return true; })) one->footer("");
    doctor->footer("Exit status: 0 nothing is wrong; 1 something is, or some programs will not like it.");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        command.kind = Command::Kind::exit;
        command.exit_code = code == 0 ? 0 : 2;
        return command;
    }
    flags.into(command.given);
    if (doctor->parsed()) {
        command.kind = Command::Kind::doctor;
    } else if (ctl->parsed()) {
        command.kind = Command::Kind::ctl;
    } else if (list->parsed()) {
        command.kind = Command::Kind::list;
    } else {
        read_options(command, options);
    }
    return command;
}

}  // namespace cam
