#include "mask/entries.hpp"

namespace vbg {

std::vector<StageEntry> mask_filter_entries() { return {}; }

}  // namespace vbg
