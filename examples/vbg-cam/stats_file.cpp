#include "stats_file.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vbg/version.hpp>

namespace cam {

void write_stats(const std::filesystem::path& file, const vbg::Pipeline& pipeline, const Timing& timing) {
    const vbg::Stats stats = pipeline.stats();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };

    nlohmann::json stages = nlohmann::json::array();
    for (const auto& stage : stats.stages) {
        stages.push_back(
            {{"name", stage.name}, {"last", stage.last}, {"mean", stage.mean}, {"max", stage.max}});
    }
    const vbg::FrameSpec in = pipeline.input_spec(), out = pipeline.output_spec();
    const nlohmann::json json{
        {"vbg_version", vbg::version()},
        {"input",
         {{"width", in.width},
          {"height", in.height},
          {"format", vbg::to_string(in.format)},
          {"fps", in.fps}}},
        {"output", {{"width", out.width}, {"height", out.height}}},
        {"frames_in", stats.frames_in},
        {"frames_out", stats.frames_out},
        {"frames_failed", stats.frames_failed},
        {"frames_dropped", stats.frames_dropped},
        {"mattes", stats.mattes},
        {"mask_lag", stats.mask_lag},
        {"mask_lag_max", stats.mask_lag_max},
        {"fps", stats.fps},
        {"last_failure", stats.last_failure},
        {"stages", stages},
        {"ready_seconds", timing.ready_seconds},
        {"first_frame_seconds", timing.first_frame_seconds},
        {"total_seconds", timing.total_seconds},
        {"cpu_seconds", seconds(usage.ru_utime) + seconds(usage.ru_stime)},
        {"peak_resident_mb", static_cast<double>(usage.ru_maxrss) / 1024.0},
    };
    const std::filesystem::path part = file.string() + ".part";
    std::ofstream stream(part);
    stream << json.dump(2) << '\n';
    stream.close();
    std::error_code error;
    if (stream) std::filesystem::rename(part, file, error);
    if (!stream || error) {
        const int code = error ? error.value() : errno;
        std::filesystem::remove(part, error);
        throw vbg::Error(vbg::Errc::io,
                         fmt::format("--stats {}: cannot write it: {}", file.string(), std::strerror(code)),
                         code);
    }
}

}  // namespace cam
