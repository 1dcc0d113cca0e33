#include "effect/entries.hpp"

#include "effect/color.hpp"
#include "effect/colormap.hpp"
#include "effect/flip.hpp"
#include "effect/ghost.hpp"
#include "effect/grayscale.hpp"
#include "effect/hologram.hpp"
#include "effect/scanlines.hpp"

namespace vbg {

std::vector<StageEntry> effect_entries() {
    return {
        hologram_entry(),  colormap_entry(), scanlines_entry(), ghost_entry(),
        grayscale_entry(), flip_entry(),     color_entry(),
    };
}

}  // namespace vbg
