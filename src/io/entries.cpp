#include "io/entries.hpp"

#include "io/image_sink.hpp"
#include "io/image_source.hpp"
#include "io/images_sink.hpp"
#include "io/images_source.hpp"
#include "io/null_sink.hpp"
#include "io/pattern_source.hpp"
#include "io/pipewire/entry.hpp"
#include "io/preview_sink.hpp"
#include "io/raw_sink.hpp"
#include "io/v4l2/sink.hpp"
#include "io/v4l2/source.hpp"
#include "io/video_sink.hpp"
#include "io/video_source.hpp"
#include "io/y4m_sink.hpp"

namespace vbg {

std::vector<StageEntry> source_entries() {
    // Cameras have a score: `auto` takes them. Files and patterns are never taken unasked.
    return {v4l2::camera_source_entry(), image_source_entry(), video_source_entry(), images_source_entry(),
            pattern_source_entry()};
}

std::vector<StageEntry> sink_entries() {
    return {v4l2_sink_entry(),  pipewire_sink_entry(), image_sink_entry(),
            video_sink_entry(), images_sink_entry(),   y4m_sink_entry(),
            raw_sink_entry(),   preview_sink_entry(),  null_sink_entry()};
}

}  // namespace vbg
