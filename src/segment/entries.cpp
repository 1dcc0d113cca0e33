#include "segment/entries.hpp"

#include "segment/background_subtraction.hpp"
#include "segment/bodypix.hpp"
#include "segment/chroma_key.hpp"
#include "segment/constant.hpp"
#include "segment/frame_difference.hpp"
#include "segment/selfie.hpp"
#include "segment/torchscript.hpp"

namespace vbg {

std::vector<StageEntry> segmenter_entries() {
    return {segment::selfie_entry(),
            segment::bodypix_entry(),
            segment::torchscript_entry(),
            segment::chroma_key_entry(),
            segment::background_subtraction_entry(),
            segment::frame_difference_entry(),
            segment::constant_entry()};
}

}  // namespace vbg
