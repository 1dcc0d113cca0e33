// Once running, a frame costs no heap allocation from source to sink (LibTorch's forward aside).
#include <doctest/doctest.h>

#include <vbg/pipeline.hpp>

#include "support/allocation_counter.hpp"

using namespace vbg;

TEST_CASE("stepping the whole pipeline does not allocate") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations are not counted in this build");
        return;
    }
    for (const int threads : {1, 2}) {
        Pipeline pipeline(threads);
        pipeline.source("pattern:size=320x240")
            .segmenter("chroma_key")
            .filter("dilate:size=10 | box_blur:size=30 | guided_filter | temporal | levels")
            .background("blur")
            .foreground("hologram")
            .sink("null");
        for (int i = 0; i < 10; ++i) REQUIRE(pipeline.step() == ReadResult::frame);
        const AllocationCounter counter;
        for (int i = 0; i < 50; ++i) REQUIRE(pipeline.step() == ReadResult::frame);
        CHECK(counter.count() == 0);
        CHECK(pipeline.stats().frames_failed == 0);
    }
}
