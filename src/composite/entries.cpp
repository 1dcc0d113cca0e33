#include "composite/entries.hpp"

#include "composite/over.hpp"

namespace vbg {

std::vector<StageEntry> compositor_entries() { return {over_entry()}; }

}  // namespace vbg
