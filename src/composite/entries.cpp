#include "composite/entries.hpp"

namespace vbg {

std::vector<StageEntry> compositor_entries() { return {}; }

}  // namespace vbg
