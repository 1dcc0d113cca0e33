#include "mask/entries.hpp"

#include "mask/box_blur.hpp"
#include "mask/feather.hpp"
#include "mask/fill_holes.hpp"
#include "mask/guided_filter.hpp"
#include "mask/largest_component.hpp"
#include "mask/levels.hpp"
#include "mask/morphology.hpp"
#include "mask/temporal.hpp"
#include "mask/threshold.hpp"

namespace vbg {

std::vector<StageEntry> mask_filter_entries() {
    // clang-format off: one line a filter
    return {
        threshold_entry(),
        levels_entry(),
        dilate_entry(),
        erode_entry(),
        open_entry(),
        close_entry(),
        box_blur_entry(),
        feather_entry(),
        guided_filter_entry(),
        temporal_entry(),
        largest_component_entry(),
        fill_holes_entry(),
    };
    // clang-format on
}

}  // namespace vbg
