#include "parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "ports.hpp"

namespace cam {

namespace {

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

std::string segmenter_spec(const std::string& wanted, const Options& options) {
    std::string spec = vbg::resolve_auto(vbg::StageKind::segmenter, wanted);
    add_parameter(spec, "device", options.device);
    add_parameter(spec, "precision", options.precision);
    if (options.threads) add_parameter(spec, "threads", std::to_string(*options.threads));
    return spec;
}

std::string chain(const std::vector<std::string>& given, std::string_view preset) {
    return given.empty() ? std::string(preset) : fmt::format("{}", fmt::join(given, " | "));
}

/// side-by-side -> side_by_side
std::string underscored(std::string word) {
    std::replace(word.begin(), word.end(), '-', '_');
    return word;
}

vbg::LiveOptions live_options(const Options& options) {
    vbg::LiveOptions live;
    const auto milliseconds = [](double seconds) {
        return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * seconds));
    };
    live.fps = options.fps.value_or(0);
    live.on_demand = options.on_demand.value_or(false);
    if (options.idle_after) live.idle_after = milliseconds(*options.idle_after);
    live.max_cpu = options.max_cpu.value_or(0);
    live.hold_rate = options.hold_rate.value_or(false);
    if (options.stall) live.stall = milliseconds(*options.stall);
    live.reconnect = options.reconnect.value_or(true);
    return live;
}

constexpr std::array kFields{
    std::pair{"source", &Parts::source},
    std::pair{"segmenter", &Parts::segmenter},
    std::pair{"filters", &Parts::filters},
    std::pair{"background", &Parts::background},
    std::pair{"foreground", &Parts::foreground},
    std::pair{"show", &Parts::show},
    std::pair{"sync", &Parts::sync},
    std::pair{"on_failure", &Parts::on_failure},
    std::pair{"card", &Parts::card},
};

}  // namespace

Parts parts_of(const Options& options) {
    const vbg::Preset& preset = vbg::find_preset(options.preset.value_or("default"));
    Parts parts;
    parts.source = source_spec(options.source.value_or("auto"));
    parts.live = vbg::make_source(parts.source)->is_live();
    parts.segmenter = segmenter_spec(options.segmenter.value_or(std::string(preset.segmenter)), options);
    parts.filters = chain(options.filters, preset.filters);
    parts.background = chain(options.backgrounds, preset.background);
    parts.foreground = chain(options.foregrounds, preset.foreground);
    parts.show = underscored(options.show.value_or("composite"));
    parts.sync = options.sync.value_or(parts.live ? "latest" : "exact");
    parts.on_failure = options.on_failure.value_or(parts.live ? "hold" : "stop");
    parts.card = options.card.value_or("color:value=#000000");
    // The words are checked here, so that a wrong one names its option.
    (void)show_from(options.show.value_or("composite"));
    (void)sync_from(parts.sync);
    (void)on_failure_from(parts.on_failure);
    return parts;
}

void assemble(vbg::Pipeline& pipeline, const Options& options, const Parts& parts) {
    pipeline.live(live_options(options));
    pipeline.device(options.device.value_or("auto"));
    for (const auto& [name, field] : kFields) pipeline.set(name, parts.*field);
    const bool preview = options.preview.value_or(false);
    if (options.sinks.empty() && !preview) {
        throw vbg::Error(
            vbg::Errc::invalid_argument,
            "no --sink: say where the frames go, e.g. --sink /dev/video20, --sink out.mp4 or --preview");
    }
    for (const auto& sink : options.sinks) pipeline.sink(sink_spec(sink));
    // A call must not end because its preview was closed.
    if (preview) {
        pipeline.sink(
            fmt::format("preview:title=vbg-cam,on_close={}", options.sinks.empty() ? "stop" : "go_on"));
    }
}

std::vector<std::string> change(vbg::Pipeline& pipeline, const Parts& from, const Parts& to) {
    std::vector<std::string> changed;
    try {
        for (const auto& [name, field] : kFields) {
            if (from.*field == to.*field) continue;
            pipeline.set(name, to.*field);
            changed.emplace_back(name);
        }
    } catch (const vbg::Error&) {
        for (const auto& [name, field] : kFields) {
            const bool was_set = std::find(changed.begin(), changed.end(), name) != changed.end();
            if (was_set) pipeline.set(name, from.*field);
        }
        throw;
    }
    return changed;
}

void set_part(vbg::Pipeline& pipeline, std::string part, std::string value, const Options& options) {
    part = underscored(std::move(part));
    if (part == "filter") part = "filters";
    if (part == "source") value = source_spec(value);
    if (part == "segmenter") value = segmenter_spec(value, options);
    if (part == "show" || part == "on_failure") value = underscored(std::move(value));
    pipeline.set(part, value);
}

}  // namespace cam
