#include "stats_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vbg/error.hpp>

#include "stats_json.hpp"

namespace cam {

void write_stats(const std::filesystem::path& file, const vbg::Pipeline& pipeline, const Timing& timing) {
    nlohmann::json json = stats_json(pipeline);
    json["ready_seconds"] = timing.ready_seconds;
    json["first_frame_seconds"] = timing.first_frame_seconds;
    json["total_seconds"] = timing.total_seconds;
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
