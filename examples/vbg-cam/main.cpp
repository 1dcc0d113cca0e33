// vbg-cam: the library as a program. Uses the public API alone.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>

#include "list.hpp"
#include "options.hpp"
#include "ports.hpp"
#include "signals.hpp"
#include "stats_file.hpp"
#include "status.hpp"

namespace cam {

namespace {

using Clock = std::chrono::steady_clock;

/// Adds `key=value` to a segmenter's spec where its table has such a parameter and the spec does not say it
/// already.
void add_parameter(std::string& spec, const char* key, const std::optional<std::string>& value) {
    if (!value) return;
    const vbg::StageSpec parsed = vbg::parse_stage(spec);
    for (const auto& given : parsed.parameters) {
        if (given.name == key) return;
    }
    const vbg::StageEntry* entry = vbg::find_stage(vbg::StageKind::segmenter, parsed.name);
    if (entry == nullptr) return;
    for (const auto& parameter : entry->parameters) {
        if (parameter.name == key) {
            spec +=
                fmt::format("{}{}={}", parsed.parameters.empty() ? ':' : ',', key, vbg::quote_value(*value));
        }
    }
}

std::string segmenter_spec(const Options& options, const vbg::Preset& preset) {
    std::string spec = vbg::resolve_auto(vbg::StageKind::segmenter,
                                         options.segmenter.value_or(std::string(preset.segmenter)));
    add_parameter(spec, "device", options.device);
    add_parameter(spec, "precision", options.precision);
    if (options.threads) add_parameter(spec, "threads", std::to_string(*options.threads));
    return spec;
}

/// Every stage as asked for, the preset filling in.
void assemble(vbg::Pipeline& pipeline, const Options& options) {
    const std::string preset = options.preset.value_or("default");
    auto source = vbg::make_source(source_spec(options.source.value_or("auto")));
    const bool live = source->is_live();
    pipeline.source(std::move(source));
    pipeline.segmenter(segmenter_spec(options, vbg::find_preset(preset)));
    for (const auto& chain : options.filters) pipeline.filter(chain);
    for (const auto& chain : options.backgrounds) pipeline.background(chain);
    for (const auto& chain : options.foregrounds) pipeline.foreground(chain);
    pipeline.preset(preset);
    if (options.sinks.empty()) {
        throw vbg::Error(
            vbg::Errc::invalid_argument,
            "no --sink: say where the frames go, e.g. --sink out.mp4, --sink out.png or --sink null");
    }
    for (const auto& sink : options.sinks) pipeline.sink(sink_spec(sink));
    pipeline.show(show_from(options.show.value_or("composite")));
    pipeline.mask_sync(sync_from(options.sync.value_or(live ? "latest" : "exact")));
    pipeline.on_failure(on_failure_from(options.on_failure.value_or(live ? "hold" : "stop")));
}

int run(const Options& options, Clock::time_point start) {
    const bool quiet = options.quiet.value_or(false);
    vbg::set_log_handler(
        [](vbg::LogLevel level, std::string_view text) {
            fmt::print(stderr, "vbg-cam: {}{}\n", level == vbg::LogLevel::warning ? "warning: " : "", text);
        },
        log_level_from(options.log_level.value_or("warning")));

    Signals signals;
    vbg::Pipeline pipeline(options.threads.value_or(0));
    assemble(pipeline, options);
    const auto since = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    Timing timing;
    pipeline.open();
    timing.ready_seconds = since();

    Status status(quiet);
    std::exception_ptr failure;
    try {
        pipeline.run(signals.token(), options.frames.value_or(0), [&](const vbg::Pipeline& p) {
            if (timing.first_frame_seconds == 0) timing.first_frame_seconds = since();
            status.update(p);
        });
    } catch (...) {
        failure = std::current_exception();
    }
    timing.total_seconds = since();
    status.finish(pipeline);
    if (options.stats) write_stats(*options.stats, pipeline, timing);
    if (failure) std::rethrow_exception(failure);

    const vbg::Stats stats = pipeline.stats();
    if (stats.frames_failed > 0) {
        fmt::print(stderr, "vbg-cam: error: {} of {} frames had no valid matte; the last reason: {}\n",
                   stats.frames_failed, stats.frames_in, stats.last_failure);
        return 1;
    }
    return signals.stopped() ? 130 : 0;
}

}  // namespace

}  // namespace cam

int main(int argc, char** argv) {
    const auto start = std::chrono::steady_clock::now();
    vbg::prepare_process(argc, argv);
    try {
        cam::Options options;
        const cam::Command command = cam::parse_command_line(argc, argv, options);
        switch (command.kind) {
            case cam::Command::Kind::exit: return command.exit_code;
            case cam::Command::Kind::list: cam::list(command.list_what, command.list_json); return 0;
            case cam::Command::Kind::run: return cam::run(options, start);
        }
    } catch (const vbg::Error& e) {
        fmt::print(stderr, "vbg-cam: error: {}\n", e.what());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "vbg-cam: error: out of memory\n");
    } catch (const std::exception& e) {
        fmt::print(stderr, "vbg-cam: error: {}\n", e.what());
    }
    return 1;
}
