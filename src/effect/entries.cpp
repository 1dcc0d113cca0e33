#include "effect/entries.hpp"

#include "effect/blur.hpp"
#include "effect/color.hpp"
#include "effect/colormap.hpp"
#include "effect/flip.hpp"
#include "effect/ghost.hpp"
#include "effect/grayscale.hpp"
#include "effect/hologram.hpp"
#include "effect/image.hpp"
#include "effect/pixelate.hpp"
#include "effect/scanlines.hpp"
#include "effect/video.hpp"

namespace vbg {

std::vector<StageEntry> effect_entries() {
    std::vector<StageEntry> list;
    list.push_back(hologram_entry());
    list.push_back(colormap_entry());
    list.push_back(scanlines_entry());
    list.push_back(ghost_entry());
    list.push_back(grayscale_entry());
    list.push_back(flip_entry());
    list.push_back(blur_entry());
    list.push_back(pixelate_entry());
    list.push_back(color_entry());
    list.push_back(image_entry());
    list.push_back(video_entry());
    return list;
}

}  // namespace vbg
