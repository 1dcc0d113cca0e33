#pragma once
/// @file stats_json.hpp  Counters and times as JSON, for --stats and `vbg-cam ctl status --json`.

#include <nlohmann/json.hpp>
#include <vbg/pipeline.hpp>

namespace cam {

[[nodiscard]] nlohmann::json stats_json(const vbg::Pipeline& pipeline);

}  // namespace cam
