#include "mask/entries.hpp"

#include "mask/box_blur.hpp"
#include "mask/morphology.hpp"

namespace vbg {

std::vector<StageEntry> mask_filter_entries() {
    return {
        dilate_entry(), erode_entry(), open_entry(), close_entry(), box_blur_entry(),
    };
}

}  // namespace vbg
