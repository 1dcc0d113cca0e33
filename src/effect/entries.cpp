#include "effect/entries.hpp"

namespace vbg {

std::vector<StageEntry> effect_entries() { return {}; }

}  // namespace vbg
