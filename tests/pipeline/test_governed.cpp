// run() within a budget: resolution and mattes are given up, told, and taken back.
#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <string>
#include <thread>

#include "live_rig.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

namespace {

/// Uses the processor that long, however many others want it.
void burn(std::chrono::milliseconds time) {
    const auto used = [] {
        std::timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    };
    const auto end = used() + time;
    while (used() < end) {
    }
}

}  // namespace

TEST_CASE("resolution goes before anything else, no frame fails meanwhile, and it comes back") {
    std::atomic<bool> slow{true};
    std::atomic<int> wrong{0};
    LiveRig rig;
    rig.coarsest = 2;
    rig.live.hold_rate = true;
    rig.live.stall = 5s;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.camera->interval_ms = 40;
    rig.before_segment = [&] {
        if (slow) std::this_thread::sleep_for(rig.coarseness == 2 ? 5ms : 70ms);
    };
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

TEST_CASE("mattes are given up for a camera faster than the network, and the rate holds") {
    LiveRig rig;
    rig.live.hold_rate = true;
    rig.live.stall = 1s;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.camera->interval_ms = 10;
    rig.before_segment = [] { std::this_thread::sleep_for(16ms); };
    rig.start();
    REQUIRE(eventually([&] { return rig.pipeline.stats().level > 0; }));
    const Stats stats = rig.pipeline.stats();
    CHECK(stats.given_up.find("a matte for every") != std::string::npos);
    REQUIRE(rig.frames(50));
    CHECK(rig.pipeline.stats().mask_lag_max > 0);
    CHECK(rig.seen->leaks == 0);
    rig.finish();
    CHECK(rig.pipeline.stats().level == 0);
}

TEST_CASE("a processor budget is kept by fewer mattes, and all is taken back when there is room again") {
    std::atomic<bool> heavy{true};
    LiveRig rig;
    rig.live.max_cpu = 0.2;
    rig.live.stall = 5s;
    rig.pipeline.mask_sync(MaskSync::latest);
    rig.camera->interval_ms = 40;
    rig.before_segment = [&] {
        if (heavy) burn(25ms);  // 0.6 cores; on a busy machine what is left of them
    };
    rig.start();
    REQUIRE(eventually([&] { return rig.pipeline.stats().level > 0; }, 60s));
    CHECK_FALSE(rig.pipeline.stats().given_up.empty());
    const auto mattes = rig.pipeline.stats().mattes;
    const int frames = rig.seen->frames;
    REQUIRE(rig.frames(20));
    const auto more_mattes = static_cast<int>(rig.pipeline.stats().mattes - mattes);
    CHECK(2 * more_mattes <= rig.seen->frames - frames + 4);
    heavy = false;
    CHECK(eventually([&] { return rig.pipeline.stats().level == 0; }, 120s));
    CHECK(rig.pipeline.stats().given_up.empty());
    CHECK(rig.seen->leaks == 0);
    CHECK(rig.pipeline.stats().frames_failed == 0);
}

TEST_CASE(
    "the rate holds though the network is too slow, and every frame gets a matte again when it is not") {
    std::atomic<bool> slow{true};
    LiveRig rig;
    rig.live.hold_rate = true;
    rig.live.stall = 5s;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.camera->interval_ms = 40;
    rig.before_segment = [&] {
        if (slow) std::this_thread::sleep_for(60ms);
    };
    rig.start();
    REQUIRE(eventually([&] { return rig.pipeline.stats().level > 0; }, 60s));
    slow = false;
    CHECK(eventually([&] { return rig.pipeline.stats().level == 0; }, 120s));
    const auto mattes = rig.pipeline.stats().mattes;
    const auto frames = rig.pipeline.stats().frames_out;
    REQUIRE(rig.frames(10));
    const Stats stats = rig.pipeline.stats();
    CHECK(stats.mattes - mattes + 2 >= stats.frames_out - frames);
    CHECK(rig.seen->leaks == 0);
}
