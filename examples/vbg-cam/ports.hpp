#pragma once
/// @file ports.hpp  From what people type for --source and --sink to spec strings.

#include <string>

namespace cam {

/// A spec is kept. The path of an existing file or folder becomes image:, video: or images:, told apart by
/// content.
std::string source_spec(const std::string& text);
/// A spec is kept. A path becomes a sink by the rule in --help. Throws vbg::Error where no rule fits.
std::string sink_spec(const std::string& text);

}  // namespace cam
