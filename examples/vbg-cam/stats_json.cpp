#include "stats_json.hpp"

#include <sys/resource.h>

#include <vbg/version.hpp>

namespace cam {

namespace {

nlohmann::json to_json(const vbg::StageTime& time) {
    return {{"name", time.name}, {"last", time.last}, {"mean", time.mean}, {"max", time.max}};
}

}  // namespace

nlohmann::json stats_json(const vbg::Pipeline& pipeline) {
    const vbg::Stats stats = pipeline.stats();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    nlohmann::json stages = nlohmann::json::array();
    for (const auto& stage : stats.stages) stages.push_back(to_json(stage));
    const vbg::FrameSpec in = pipeline.input_spec(), out = pipeline.output_spec();
    return {
        {"vbg_version", vbg::version()},
        {"state", vbg::to_string(stats.state)},
        {"input",
         {{"width", in.width},
          {"height", in.height},
          {"format", vbg::to_string(in.format)},
          {"fps", in.fps}}},
        {"output", {{"width", out.width}, {"height", out.height}}},
        {"frames_in", stats.frames_in},
        {"frames_out", stats.frames_out},
        {"frames_repeated", stats.frames_repeated},
        {"frames_failed", stats.frames_failed},
        {"frames_dropped", stats.frames_dropped},
        {"frames_damaged", stats.frames_damaged},
        {"source_reopened", stats.source_reopened},
        {"sinks_reopened", stats.sinks_reopened},
        {"mattes", stats.mattes},
        {"mask_lag", stats.mask_lag},
        {"mask_lag_max", stats.mask_lag_max},
        {"fps", stats.fps},
        {"latency", to_json(stats.latency)},
        {"cpu", stats.cpu},
        {"level", stats.level},
        {"given_up", stats.given_up},
        {"coarseness", stats.coarseness},
        {"coarsest", stats.coarsest},
        {"last_failure", stats.last_failure},
        {"stages", stages},
        {"cpu_seconds", seconds(usage.ru_utime) + seconds(usage.ru_stime)},
        {"peak_resident_mb", static_cast<double>(usage.ru_maxrss) / 1024.0},
    };
}

}  // namespace cam
