// run() with LiveOptions::on_demand: the camera is off while nobody looks, and back soon when somebody does.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "live_rig.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

TEST_CASE("on demand: nobody looks, the camera is off; somebody does, it is back within 300 ms") {
    LiveRig rig;
    rig.live.on_demand = true;
    rig.live.idle_after = 150ms;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.start();
    REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));  // unknown: it must not sleep
    *rig.demand = Demand::none;
    REQUIRE(eventually([&] { return rig.in_state(RunState::asleep) && !rig.camera->is_open; }));
    const int frames = rig.camera->frames;
    const auto mattes = rig.pipeline.stats().mattes;
    REQUIRE(rig.frames(2));  // the card stays attached
    CHECK(rig.seen->left_green == 0);
    CHECK(rig.camera->frames == frames);
    CHECK(rig.pipeline.stats().mattes == mattes);
    const auto start = std::chrono::steady_clock::now();
    *rig.demand = Demand::wanted;
    REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
    CHECK(std::chrono::steady_clock::now() - start < 300ms);
    *rig.demand = Demand::none;  // a short look away is none
    std::this_thread::sleep_for(50ms);
    *rig.demand = Demand::wanted;
    const int opened = rig.camera->opened;
    REQUIRE(rig.frames(20));
    CHECK(rig.camera->opened == opened);
    CHECK(rig.seen->leaks == 0);
}

TEST_CASE("waking takes the camera's start and little more") {
    LiveRig rig;
    rig.live.on_demand = true;
    rig.live.idle_after = 20ms;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.camera->start_ms = 100;
    rig.start();
    std::vector<std::chrono::duration<double, std::milli>> own;
    for (int i = 0; i < 9; ++i) {
        *rig.demand = Demand::none;
        REQUIRE(eventually([&] { return rig.in_state(RunState::asleep) && !rig.camera->is_open; }));
        REQUIRE(eventually([&] { return rig.seen->left_green == 0; }));  // the card
        std::this_thread::sleep_for(std::chrono::milliseconds(7 * i));   // anywhere between two looks
        const auto start = std::chrono::steady_clock::now();
        *rig.demand = Demand::wanted;
        REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
        const auto woken = std::chrono::steady_clock::now() - start;
        CHECK(woken >= 100ms);
        own.emplace_back(woken - 100ms);
    }
    std::nth_element(own.begin(), own.begin() + 4, own.end());
    MESSAGE("the library's own part of waking, median: ", own[4].count(), " ms");
    CHECK(own[4] < 300ms);
}

TEST_CASE("where nobody looks at the start the camera is closed at once") {
    LiveRig rig;
    rig.live.on_demand = true;
    rig.live.idle_after = 10s;
    auto sink = std::make_unique<WatchingSink>(rig.seen);
    rig.start();
    *rig.demand = Demand::none;
    rig.finish();
    rig.stop = {};
    rig.live.on_demand = true;
    Pipeline pipeline(1);
    auto camera = std::make_shared<CameraScript>();
    *sink->wanted = Demand::none;
    pipeline.source(std::make_unique<FakeCamera>(camera))
        .segmenter(std::make_unique<FunctionSegmenter>(left_half))
        .live(rig.live)
        .sink(std::move(sink));
    std::stop_source stop;
    std::thread run([&] { pipeline.run(stop.get_token()); });
    CHECK(eventually([&] { return pipeline.stats().state == RunState::asleep && !camera->is_open; }, 2000ms));
    stop.request_stop();
    run.join();
}
