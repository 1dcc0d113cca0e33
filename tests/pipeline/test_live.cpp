// run() with live sources: newest frame first, rates, formats, loss and return of source and sink.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <string>
#include <thread>

#include "live_rig.hpp"
#include "support/allocation_counter.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

TEST_CASE("a slow consumer gets the newest frame; the others are dropped and counted") {
    LiveRig rig;
    rig.pipeline.mask_sync(MaskSync::exact);
    rig.before_segment = [] { std::this_thread::sleep_for(20ms); };
    rig.camera->last_frame = 100;
    rig.start();
    rig.join();
    const Stats stats = rig.pipeline.stats();
    CHECK(rig.error == nullptr);
    CHECK(stats.frames_in == 100);
    CHECK(stats.frames_in == stats.frames_out + stats.frames_dropped);
    CHECK(stats.frames_dropped > 50);
    CHECK(rig.seen->sequence == 99);  // the last one comes out whatever was dropped
    CHECK(stats.mask_lag_max == 0);
    // 20 ms in the network, up to 20 ms waiting for it.
    CHECK(stats.latency.mean >= 0.020);
    CHECK(stats.latency.mean < 0.2);
    CHECK(stats.state == RunState::stopped);
}

TEST_CASE("a promised rate leaves frames out") {
    LiveRig rig;
    rig.live.fps = 40;
    rig.camera->interval_ms = 4;
    rig.start();
    REQUIRE(rig.frames(5));
    const auto start = std::chrono::steady_clock::now();
    const int before = rig.seen->frames;
    std::this_thread::sleep_for(500ms);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    CHECK((rig.seen->frames - before) / seconds == doctest::Approx(40).epsilon(0.2));
    CHECK(rig.pipeline.output_spec().fps == 40);
}

TEST_CASE("every format of a camera") {
    for (const char* name : {"rgb8", "yuyv", "uyvy", "nv12", "i420"}) {
        CAPTURE(std::string(name));
        LiveRig rig;
        rig.camera->format = pixel_format(name);
        rig.start();
        REQUIRE(eventually([&] { return std::abs(rig.seen->left_green - 200) <= 4; }));
        CHECK(rig.seen->leaks == 0);
    }
}

TEST_CASE("an unplugged camera comes back, also with another size; the stream goes on") {
    for (const OnFailure policy : {OnFailure::hold, OnFailure::background, OnFailure::blank}) {
        CAPTURE(static_cast<int>(policy));
        register_test_stages();
        LiveRig rig;
        rig.pipeline.on_failure(policy).background("test_paint:value=77").card("test_paint:value=33");
        rig.start();
        REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
        rig.camera->unplugged = true;
        REQUIRE(eventually([&] { return rig.in_state(RunState::waiting); }));
        REQUIRE(rig.frames(4));
        CHECK(rig.seen->left_green == (policy == OnFailure::hold ? 200 : 2));
        CHECK(rig.seen->right_red == (policy == OnFailure::blank ? 33 : 77));
        rig.camera->width = 64;
        rig.camera->height = 48;
        rig.camera->unplugged = false;
        REQUIRE(eventually([&] { return rig.in_state(RunState::running); }));
        REQUIRE(rig.frames(3));
        CHECK(rig.seen->left_green == 200);
        CHECK(rig.seen->right_red == 77);
        CHECK(rig.seen->width == 32);
        CHECK(rig.seen->leaks == 0);
        CHECK(rig.seen->backwards == 0);
        const Stats stats = rig.pipeline.stats();
        CHECK(stats.source_reopened == 1);
        CHECK(stats.frames_repeated > 0);
        CHECK(stats.last_failure.find("unplugged") != std::string::npos);
    }
}

TEST_CASE("a camera that falls silent or changes its size in midstream is opened anew") {
    LiveRig rig;
    rig.start();
    REQUIRE(rig.frames(5));
    rig.camera->silent = true;
    REQUIRE(eventually([&] { return rig.camera->closed > 0; }));
    rig.camera->silent = false;
    REQUIRE(eventually([&] { return rig.in_state(RunState::running); }));
    CHECK(rig.camera->opened >= 2);
    const int opened = rig.camera->opened;
    rig.camera->width = 40;
    REQUIRE(eventually([&] { return rig.camera->opened > opened && rig.in_state(RunState::running); }));
    REQUIRE(rig.frames(3));
    CHECK(rig.seen->width == 32);
    CHECK(rig.seen->leaks == 0);
}

TEST_CASE("without reconnect, and with stop, a lost camera ends the run") {
    for (const bool reconnect : {false, true}) {
        LiveRig rig;
        rig.live.reconnect = reconnect;
        if (reconnect) rig.pipeline.on_failure(OnFailure::stop);
        rig.start();
        REQUIRE(rig.frames(5));
        rig.camera->unplugged = true;
        rig.join();
        REQUIRE(rig.error != nullptr);
        CHECK_THROWS_WITH_AS(std::rethrow_exception(rig.error), "fake_camera: unplugged", Error);
        CHECK(rig.in_state(RunState::stopped));
    }
}

TEST_CASE("after a failure a camera can be run again") {
    LiveRig rig;
    rig.live.reconnect = false;
    rig.start();
    REQUIRE(rig.frames(3));
    rig.camera->unplugged = true;
    rig.join();
    CHECK_THROWS_AS(std::rethrow_exception(rig.error), Error);
    rig.camera->unplugged = false;
    const int before = rig.seen->frames;
    CHECK_NOTHROW(rig.pipeline.run({}, 3));
    CHECK(rig.seen->frames >= before + 3);
    CHECK(rig.seen->leaks == 0);
}

TEST_CASE("a matte that grew old while the picture was frozen is no failure") {
    LiveRig rig;
    rig.pipeline.mask_sync(MaskSync::latest).on_failure(OnFailure::stop);
    rig.start();
    REQUIRE(rig.frames(3));
    rig.pipeline.freeze();
    REQUIRE(eventually([&] { return rig.in_state(RunState::frozen); }));
    std::this_thread::sleep_for(3 * rig.live.stall);
    rig.pipeline.resume();
    CHECK(eventually([&] { return rig.in_state(RunState::running); }));
    CHECK(rig.frames(5));
    rig.finish();
    CHECK(rig.error == nullptr);
    CHECK(rig.pipeline.stats().frames_failed == 0);
    CHECK(rig.seen->leaks == 0);
}

TEST_CASE("what drives frames is refused from within a run") {
    std::atomic<int> refused{0}, calls{0};
    LiveRig rig;
    rig.progress = [&](const Pipeline&) {
        ++calls;
        try {
            rig.pipeline.close();
        } catch (const Error& e) {
            if (e.code() == Errc::wrong_state) ++refused;
        }
    };
    rig.start();
    CHECK(rig.frames(5));
    rig.finish();
    CHECK(rig.error == nullptr);
    CHECK(calls > 0);
    CHECK(refused == calls);
}

TEST_CASE("a sink that goes away is opened again and stops no other") {
    LiveRig rig;
    auto other = std::make_shared<Seen>();
    rig.pipeline.sink(std::make_unique<WatchingSink>(other));
    rig.start();
    REQUIRE(rig.frames(5));
    *rig.sink_gone = true;
    const int before = other->frames;
    REQUIRE(eventually([&] { return other->frames > before + 20; }));
    *rig.sink_gone = false;
    REQUIRE(rig.frames(3));
    CHECK(rig.pipeline.stats().sinks_reopened == 1);
    rig.finish();
    CHECK(rig.error == nullptr);
}

TEST_CASE("a segmenter that stalls neither stops the output nor its replacement") {
    register_test_stages();
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        std::atomic<bool> stuck{false};
        LiveRig rig;
        rig.pipeline.mask_sync(sync).on_failure(OnFailure::blank);
        rig.before_segment = [&] {
            while (stuck) std::this_thread::sleep_for(1ms);
        };
        rig.start();
        REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
        stuck = true;
        REQUIRE(eventually([&] { return rig.seen->left_green == 0; }));
        REQUIRE(rig.frames(3));
        CHECK(rig.pipeline.stats().last_failure.find("150 ms") != std::string::npos);
        rig.pipeline.set("segmenter", "test_left");
        CHECK(eventually([&] { return rig.seen->left_green == 200; }));
        stuck = false;
        REQUIRE(rig.frames(3));
        CHECK(rig.seen->leaks == 0);
    }
}

TEST_CASE("damaged frames have a counter of their own, across openings and sources") {
    register_test_stages();
    LiveRig rig;
    rig.start();
    REQUIRE(rig.frames(3));
    CHECK(rig.pipeline.stats().frames_damaged == 0);
    rig.camera->to_damage = 3;
    REQUIRE(eventually([&] { return rig.pipeline.stats().frames_damaged == 3; }));
    REQUIRE(rig.frames(3));
    CHECK(rig.pipeline.stats().frames_dropped >= 3);  // gaps
    rig.camera->unplugged = true;
    REQUIRE(eventually([&] { return !rig.camera->is_open; }));
    rig.camera->unplugged = false;
    REQUIRE(eventually([&] { return rig.pipeline.stats().source_reopened == 1; }));
    rig.camera->to_damage = 2;
    REQUIRE(eventually([&] { return rig.pipeline.stats().frames_damaged == 5; }));
    next_camera() = std::make_shared<CameraScript>();
    rig.pipeline.set("source", "test_camera");
    REQUIRE(rig.frames(5));
    CHECK(rig.pipeline.stats().frames_damaged == 5);
    next_camera()->to_damage = 4;
    CHECK(eventually([&] { return rig.pipeline.stats().frames_damaged == 9; }));
}

TEST_CASE("once running a live frame costs no allocation") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations are not counted in this build");
        return;
    }
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        LiveRig rig;
        rig.camera->interval_ms = 1;
        rig.camera->format = PixelFormat::yuyv;
        rig.pipeline.mask_sync(sync).background("blur").foreground("hologram").filter("dilate | temporal");
        rig.start();
        REQUIRE(rig.frames(30));
        const AllocationCounter counter;
        REQUIRE(rig.frames(100));
        CHECK(counter.count() == 0);
    }
}
