// run() within a budget with a segmenter that can be coarser: what is told, what the segmenter is asked for.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

#include "live_rig.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

TEST_CASE("resolution goes before anything else, no frame fails meanwhile, and it comes back") {
    std::atomic<bool> slow{true};
    LiveRig rig;
    rig.coarsest = 2;
    rig.live.hold_rate = true;
    rig.live.stall = 5s;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.camera->interval_ms = 40;
    rig.before_segment = [&] {
        if (slow) std::this_thread::sleep_for(rig.coarseness == 2 ? 5ms : 70ms);
    };
    std::atomic<int> wrong{0};
    rig.progress = [&wrong](const Pipeline& pipeline) {
        const Stats now = pipeline.stats();
        const bool resolution_first = now.coarseness == std::min(now.level, 2) && now.coarsest == 2;
        const bool told = now.given_up.starts_with("a coarser matte (") == (now.coarseness > 0);
        if (!resolution_first || !told) ++wrong;
    };
    rig.start();
    CHECK(eventually([&] { return rig.pipeline.stats().coarseness == 2 && rig.coarseness == 2; }, 60s));
    slow = false;
    CHECK(eventually([&] { return rig.pipeline.stats().level == 0 && rig.coarseness == 0; }, 240s));
    CHECK(rig.pipeline.stats().given_up.empty());
    rig.finish();
    CHECK(rig.error == nullptr);
    CHECK(wrong == 0);
    CHECK(rig.seen->leaks == 0);
    CHECK(rig.pipeline.stats().frames_failed == 0);
}

TEST_CASE("a segmenter put in while resolution is given up is asked for no more than it has") {
    register_test_stages();
    LiveRig rig;
    rig.coarsest = 3;
    rig.live.max_cpu = 1e-6;  // everything is given up
    rig.live.stall = 5s;
    rig.camera->interval_ms = 10;
    rig.start();
    REQUIRE(eventually([&] { return rig.coarseness == 3; }, 60s));
    rig.pipeline.set("segmenter", "test_left");
    CHECK(eventually([&] { return rig.pipeline.stats().coarsest == 0; }, 60s));
    const Stats stats = rig.pipeline.stats();
    CHECK(stats.coarseness == 0);
    CHECK(stats.given_up.find("coarser") == std::string::npos);
    REQUIRE(rig.frames(5));
    CHECK(rig.pipeline.stats().frames_failed == 0);
    CHECK(rig.seen->leaks == 0);
}

TEST_CASE("without a budget no segmenter is prepared for less") {
    LiveRig rig;
    rig.coarsest = 3;
    rig.start();
    REQUIRE(rig.frames(10));
    CHECK(rig.pipeline.stats().coarsest == 0);
    CHECK(rig.coarseness == 0);
}
