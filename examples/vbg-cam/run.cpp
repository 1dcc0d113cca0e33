#include "run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <mutex>
#include <utility>

#include "config_watch.hpp"
#include "control.hpp"
#include "parts.hpp"
#include "signals.hpp"
#include "stats_file.hpp"
#include "stats_json.hpp"
#include "status.hpp"

namespace cam {

namespace {

using Clock = std::chrono::steady_clock;

void save_snapshot(const vbg::Pipeline& pipeline, const std::string& file) {
    const vbg::Frame frame = pipeline.last_frame();
    if (frame.empty()) throw vbg::Error(vbg::Errc::wrong_state, "snapshot: nothing has been shown yet");
    auto sink = vbg::make_sink("image:path=" + vbg::quote_value(file));
    sink->open({frame.width(), frame.height(), frame.format(), {}, {}, 0});
    sink->write(frame.view());
    sink->close();
}

/// The options that differ and take effect at the next start alone, by name.
std::string changed_for_next_start(const Options& from, const Options& to) {
    std::string names;
    for_each_option([&](const char* name, auto member, When when, Range /*range*/) {
        if (when == When::at_next_start && from.*member != to.*member)
            names += (names.empty() ? "" : ", ") + std::string(name);
    });
    return names;
}

/// What steers a pipeline while it runs: the control socket and the watched configuration.
class Steering {
public:
    Steering(vbg::Pipeline& pipeline, Signals& signals, const Command& command, Options options, Parts parts)
        : pipeline_(pipeline),
          signals_(signals),
          command_(command),
          options_(std::move(options)),
          parts_(std::move(parts)) {
        const std::string socket =
            options_.socket.value_or(parts_.live ? default_socket().string() : std::string("none"));
        if (!socket.empty() && socket != "none") {
            control_.emplace(socket, [this](const auto& words) { return obey(words); });
        }
        if (!command_.config.empty()) watch_.emplace(command_.config, [this] { reload(); });
    }

private:
    nlohmann::json obey(const std::vector<std::string>& words) {
        const std::string verb = words.empty() ? "" : words.front();
        if (verb == "set" && words.size() == 3) {
            Options options;
            {
                const std::lock_guard lock(mutex_);
                options = options_;
            }
            set_part(pipeline_, words[1], words[2], options);
        } else if (verb == "status") {
            return stats_json(pipeline_);
        } else if (verb == "pause") {
            pipeline_.pause();
        } else if (verb == "freeze") {
            pipeline_.freeze();
        } else if (verb == "resume") {
            pipeline_.resume();
        } else if (verb == "snapshot" && words.size() == 2) {
            save_snapshot(pipeline_, words[1]);
        } else if (verb == "quit") {
            signals_.stop();
        } else {
            throw vbg::Error(
                vbg::Errc::invalid_argument,
                fmt::format("no command '{}'; there are set PART SPEC, status, pause, freeze, resume, "
                            "snapshot FILE and quit",
                            verb));
        }
        return nullptr;
    }

    /// A wrong file is refused as a whole.
    void reload() {
        const std::lock_guard lock(mutex_);
        try {
            const Options options = merge(command_.given, read_config(command_.config));
            const Parts parts = parts_of(options);
            std::string text;
            for (const auto& name : change(pipeline_, parts_, parts))
                text += (text.empty() ? "" : ", ") + name;
            parts_ = parts;
            const std::string later = changed_for_next_start(options_, options);
            options_ = options;
            vbg::log(vbg::LogLevel::warning,
                     fmt::format("{}: changed: {}{}", command_.config, text.empty() ? "nothing" : text,
                                 later.empty() ? "" : "; at the next start: " + later));
        } catch (const std::exception& e) {
            vbg::log(vbg::LogLevel::error,
                     fmt::format("{}: refused, all stays as it was: {}", command_.config, e.what()));
        }
    }

    vbg::Pipeline& pipeline_;
    Signals& signals_;
    const Command& command_;
    std::mutex mutex_;  // what the configuration said last
    Options options_;
    Parts parts_;
    std::optional<Control> control_;
    std::optional<ConfigWatch> watch_;
};

}  // namespace

int run(const Command& command, const Options& options, Clock::time_point start) {
    const bool quiet = options.quiet.value_or(false);
    vbg::set_log_handler(
        [](vbg::LogLevel level, std::string_view text) {
            fmt::print(stderr, "vbg-cam: {}{}\n", level == vbg::LogLevel::warning ? "warning: " : "", text);
        },
        log_level_from(options.log_level.value_or("warning")));

    Signals signals;
    vbg::Pipeline pipeline(options.threads.value_or(0));
    const Parts parts = parts_of(options);
    assemble(pipeline, options, parts);
    const auto since = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    Timing timing;
    Steering steering(pipeline, signals, command, options, parts);
    Status status(quiet);
    std::exception_ptr failure;
    try {
        pipeline.open(signals.token());
        timing.ready_seconds = since();
        pipeline.run(signals.token(), options.frames.value_or(0), [&](const vbg::Pipeline& p) {
            if (timing.first_frame_seconds == 0) timing.first_frame_seconds = since();
            status.update(p);
        });
    } catch (const vbg::Error& e) {
        // ECANCELED: the preview was closed, and there is no other sink; or a signal came while a named pipe
        // had no reader yet.
        if (e.sys_errno() != ECANCELED) failure = std::current_exception();
    } catch (...) {
        failure = std::current_exception();
    }
    timing.total_seconds = since();
    status.finish(pipeline);
    if (options.stats) write_stats(*options.stats, pipeline, timing);
    if (failure) std::rethrow_exception(failure);

    const vbg::Stats stats = pipeline.stats();
    if (stats.frames_failed > 0 && !parts.live) {
        fmt::print(stderr, "vbg-cam: error: {} of {} frames had no valid matte; the last reason: {}\n",
                   stats.frames_failed, stats.frames_in, stats.last_failure);
        return 1;
    }
    return signals.stopped() ? 130 : 0;
}

}  // namespace cam
