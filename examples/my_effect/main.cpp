// Two stages of one's own, registered under their names and then used in spec strings like the built-in ones.
#include <cstdio>
#include <vbg/vbg.hpp>

#include "circle.hpp"
#include "sepia.hpp"

int main() {
    try {
        vbg::register_stage(sepia_entry());
        vbg::register_stage(circle_entry());

        vbg::Pipeline pipeline;
        pipeline.source("pattern:size=320x240,frames=10")
            .segmenter("constant:value=255")
            .filter("circle:radius=0.3")
            .foreground("sepia:amount=0.8")
            .background("color:value=#203040")
            .sink("null");
        pipeline.run();
        std::printf("%llu frames\n", static_cast<unsigned long long>(pipeline.stats().frames_out));
    } catch (const vbg::Error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
