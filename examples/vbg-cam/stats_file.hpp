#pragma once
/// @file stats_file.hpp  --stats: counters and times as JSON.

#include <filesystem>
#include <vbg/pipeline.hpp>

namespace cam {

struct Timing {
    double ready_seconds = 0;  ///< from the program's start until every stage was ready for the first frame
    double first_frame_seconds = 0;  ///< until the first frame was written
    double total_seconds = 0;
};

/// Appears under its name only when whole. Throws vbg::Error.
void write_stats(const std::filesystem::path& file, const vbg::Pipeline& pipeline, const Timing& timing);

}  // namespace cam
