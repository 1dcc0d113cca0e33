#include "segment/entries.hpp"

namespace vbg {

std::vector<StageEntry> segmenter_entries() { return {}; }

}  // namespace vbg
