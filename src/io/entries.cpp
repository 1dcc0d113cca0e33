#include "io/entries.hpp"

namespace vbg {

std::vector<StageEntry> source_entries() { return {}; }
std::vector<StageEntry> sink_entries() { return {}; }

}  // namespace vbg
