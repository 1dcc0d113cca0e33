// set(), pause(), freeze(), resume() and last_frame(), from other threads while frames go through.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "live_rig.hpp"
#include "under_way.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

TEST_CASE("parts are replaced between frames of a recorded source, and none is lost") {
    register_test_stages();
    Pipeline pipeline(1);
    std::vector<std::uint64_t> numbers;
    std::vector<int> red;
    std::atomic<bool> began{false};
    auto source = std::make_unique<CountingSource>(400);
    source->before_read = [](int) { std::this_thread::sleep_for(1ms); };
    pipeline.source(std::move(source))
        .segmenter(std::make_unique<FunctionSegmenter>(left_half))
        .compositor(std::make_unique<PlainOver>())
        .background("test_paint:value=50")
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            numbers.push_back(f.sequence);
            red.push_back(std::to_integer<int>(f.row(0)[static_cast<std::ptrdiff_t>(f.width - 1) * 3 + 2]));
            began = true;
        }));
    std::thread changes([&] {
        // Before, there is no stream yet for which a part could be refused.
        while (!began) std::this_thread::sleep_for(1ms);
        for (int i = 0; i < 20; ++i) {
            std::this_thread::sleep_for(5ms);
            pipeline.set("background", i % 2 == 0 ? "test_paint:value=60" : "test_paint:value=50");
            pipeline.set("segmenter", "test_left");
            pipeline.set("filters", i % 2 == 0 ? "" : "dilate:size=1 | box_blur:size=1");
            CHECK_THROWS_AS(pipeline.set("segmenter", "test_broken"), Error);
            CHECK_THROWS_AS(pipeline.set("background", "nonsense"), Error);
        }
    });
    pipeline.run();
    changes.join();
    REQUIRE(numbers.size() == 400);
    for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(numbers[i] == i);
    CHECK(std::count(red.begin(), red.end(), 50) + std::count(red.begin(), red.end(), 60) == 400);
    CHECK(std::count(red.begin(), red.end(), 60) > 0);
    CHECK(pipeline.stats().frames_failed == 0);
    std::vector<std::string> names;
    for (const auto& stage : pipeline.stats().stages) names.push_back(stage.name);
    CHECK(std::find(names.begin(), names.end(), "segmenter test_left") != names.end());
    CHECK(std::find(names.begin(), names.end(), "background test_paint") != names.end());
}

TEST_CASE("while a slow segmenter is made the frames go on with the old one") {
    register_test_stages();
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        LiveRig rig;
        rig.pipeline.mask_sync(sync);
        rig.start();
        REQUIRE(rig.frames(5));
        const int before = rig.seen->frames;
        rig.pipeline.set("segmenter", "test_slow");  // takes 200 ms; frames come every 3
        CHECK(rig.seen->frames - before > 20);
        REQUIRE(rig.frames(5));
        CHECK(rig.pipeline.stats().frames_failed == 0);
        CHECK(rig.seen->leaks == 0);
    }
}

TEST_CASE("set takes words for sync, on_failure and show, and names what there is") {
    register_test_stages();
    Pipeline pipeline(1);
    CHECK_THROWS_WITH_AS(pipeline.set("backgruond", "blur"), doctest::Contains("did you mean 'background'"),
                         Error);
    CHECK_THROWS_WITH_AS(pipeline.set("sync", "maybe"), doctest::Contains("exact, latest"), Error);
    CHECK_THROWS_WITH_AS(pipeline.set("card", "blur"), doctest::Contains("shows the camera"), Error);
    CHECK_THROWS_AS(pipeline.card("blur"), Error);
    pipeline.set("on_failure", "blank");
    pipeline.set("show", "matte");
    pipeline.set("segmenter", "test_left");
    pipeline.set("source", "pattern:size=32x24,frames=3");
    int value = -1;
    pipeline.sink(std::make_unique<FunctionSink>(
        [&](const ConstFrameView& f) { value = std::to_integer<int>(f.row(0)[0]); }));
    pipeline.run();
    CHECK(value == 255);
}

TEST_CASE("another layout is fitted into the size that the sinks were promised") {
    LiveRig rig;
    rig.start();
    REQUIRE(rig.frames(3));
    rig.pipeline.set("show", "side_by_side");
    REQUIRE(rig.frames(3));
    CHECK(rig.seen->width == 32);
    CHECK(rig.seen->height == 24);
    CHECK(rig.seen->right_green == 0);  // black above the row of pictures
    rig.pipeline.set("show", "composite");
    REQUIRE(rig.frames(3));
    CHECK(rig.seen->left_green == 200);
}

TEST_CASE("from the progress call as well") {
    register_test_stages();
    int calls = 0;
    LiveRig rig;
    rig.progress = [&](const Pipeline&) {
        if (++calls == 3) rig.pipeline.set("background", "test_paint:value=91");
    };
    rig.start();
    CHECK(eventually([&] { return rig.seen->right_red == 91; }));
}

TEST_CASE("pause closes the camera and shows the card, resume opens it again") {
    register_test_stages();
    LiveRig rig;
    rig.pipeline.card("test_paint:value=33");
    rig.start();
    REQUIRE(eventually([&] { return rig.in_state(RunState::running); }));
    rig.pipeline.pause();
    REQUIRE(eventually([&] { return !rig.camera->is_open && rig.seen->right_red == 33; }));
    CHECK(rig.in_state(RunState::paused));
    CHECK(rig.seen->left_green == 2);
    CHECK(rig.frames(2));  // the card goes on
    rig.pipeline.set("card", "test_paint:value=34");
    CHECK(eventually([&] { return rig.seen->right_red == 34; }));
    CHECK_FALSE(rig.camera->is_open);
    rig.pipeline.resume();
    REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
    CHECK(rig.camera->opened == 2);
    CHECK(rig.seen->leaks == 0);
    CHECK(rig.seen->backwards == 0);
    CHECK(rig.pipeline.stats().source_reopened == 0);  // it was not lost
    CHECK(rig.pipeline.stats().frames_repeated > 0);
}

TEST_CASE("freeze keeps the last composed frame while the camera goes on") {
    LiveRig rig;
    rig.start();
    REQUIRE(eventually([&] { return rig.in_state(RunState::running) && rig.seen->left_green == 200; }));
    rig.pipeline.freeze();
    REQUIRE(eventually([&] { return rig.in_state(RunState::frozen); }));
    const int blue = rig.seen->left_blue, camera = rig.camera->frames;
    REQUIRE(rig.frames(3));
    CHECK(rig.seen->left_blue == blue);
    CHECK(rig.camera->frames > camera);
    CHECK(rig.camera->is_open);
    rig.pipeline.resume();
    CHECK(eventually([&] { return rig.seen->left_blue != blue; }));
}

TEST_CASE("a recorded source waits while paused") {
    Pipeline pipeline(1);
    std::atomic<int> frames{0};
    pipeline.source(std::make_unique<CountingSource>(20))
        .segmenter(std::make_unique<FunctionSegmenter>(left_half))
        .compositor(std::make_unique<PlainOver>())
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView&) {
            if (++frames == 5) pipeline.pause();
        }));
    std::thread run([&] { pipeline.run(); });
    REQUIRE(eventually([&] { return pipeline.stats().state == RunState::paused; }));
    std::this_thread::sleep_for(50ms);
    CHECK(frames == 5 + frames_under_way());
    pipeline.resume();
    run.join();
    CHECK(frames == 20);
    CHECK(pipeline.stats().state == RunState::stopped);
}

TEST_CASE("last_frame is what the sinks got") {
    LiveRig rig;
    CHECK(rig.pipeline.last_frame().empty());
    rig.start();
    REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
    for (int i = 0; i < 20; ++i) {
        const Frame frame = rig.pipeline.last_frame();
        REQUIRE(!frame.empty());
        CHECK(frame.width() == 32);
        CHECK(frame.view().row(3)[1] == std::byte{200});
        CHECK(frame.view().row(3)[31 * 3 + 1] == std::byte{0});
    }
    rig.finish();
    CHECK(rig.pipeline.last_frame().view().sequence == rig.seen->sequence);
}

TEST_CASE("another camera takes over, also the same one that cannot be opened twice") {
    register_test_stages();
    for (const bool same : {false, true}) {
        LiveRig rig;
        rig.start();
        REQUIRE(rig.frames(5));
        if (same) {
            rig.camera->busy_twice = true;
            next_camera() = rig.camera;
        } else {
            next_camera() = std::make_shared<CameraScript>();
            next_camera()->width = 48;  // the output stays 32 wide
            next_camera()->format = PixelFormat::yuyv;
        }
        rig.pipeline.set("source", "test_camera");
        REQUIRE(eventually([&] { return next_camera()->frames > 20 && (same || !rig.camera->is_open); }));
        REQUIRE(rig.frames(5));
        CHECK(rig.seen->width == 32);
        CHECK(rig.seen->leaks == 0);
        CHECK(rig.seen->backwards == 0);
        CHECK(rig.seen->left_green >= 195);
        CHECK(rig.pipeline.input_spec().width == (same ? 32 : 48));
        const int frames = next_camera()->frames;
        auto gone = std::make_shared<CameraScript>();
        gone->unplugged = true;
        const auto kept = std::exchange(next_camera(), gone);
        CHECK_THROWS_WITH_AS(rig.pipeline.set("source", "test_camera"), doctest::Contains("no such camera"),
                             Error);
        CHECK(eventually([&] { return kept->frames > frames + 3; }));  // the old one stays
    }
}

TEST_CASE("of many changes in a row the last one holds, also while the network works") {
    register_test_stages();
    LiveRig rig;
    rig.camera->interval_ms = 1;
    rig.pipeline.mask_sync(MaskSync::latest).on_failure(OnFailure::background);
    rig.start();
    REQUIRE(rig.frames(3));
    for (int i = 0; i < 40; ++i) {
        rig.pipeline.set("segmenter", "test_left");
        rig.pipeline.set("segmenter", "constant:value=0");
        REQUIRE(eventually([&] { return rig.seen->left_green == 0; }));
        rig.pipeline.set("segmenter", "constant:value=0");
        rig.pipeline.set("segmenter", "test_left");
        REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
    }
}

TEST_CASE("other parts may be set while a new camera is about to take over") {
    register_test_stages();
    LiveRig rig;
    rig.start();
    for (int i = 0; i < 20; ++i) {
        REQUIRE(rig.frames(1));
        next_camera() = std::make_shared<CameraScript>();
        rig.pipeline.set("source", "test_camera");
        rig.pipeline.set("background", i % 2 == 0 ? "test_paint:value=60" : "");
        CHECK_FALSE(rig.pipeline.stats().stages.empty());
    }
    REQUIRE(eventually([&] { return next_camera()->frames > 5 && rig.seen->left_green == 200; }));
    CHECK(rig.seen->leaks == 0);
    CHECK(rig.seen->backwards == 0);
}

TEST_CASE("a camera that takes over from a lost one was not lost itself") {
    register_test_stages();
    LiveRig rig;
    rig.start();
    REQUIRE(rig.frames(3));
    rig.camera->unplugged = true;
    REQUIRE(eventually([&] { return rig.in_state(RunState::waiting); }));
    next_camera() = std::make_shared<CameraScript>();
    rig.pipeline.set("source", "test_camera");
    REQUIRE(eventually([&] { return rig.in_state(RunState::running); }));
    rig.pipeline.pause();
    REQUIRE(eventually([&] { return !next_camera()->is_open; }));
    rig.pipeline.resume();
    REQUIRE(eventually([&] { return rig.in_state(RunState::running); }));
    CHECK(rig.pipeline.stats().source_reopened == 0);
    next_camera()->unplugged = true;
    REQUIRE(eventually([&] { return rig.in_state(RunState::waiting); }));
    next_camera()->unplugged = false;
    REQUIRE(eventually([&] { return rig.in_state(RunState::running); }));
    CHECK(rig.pipeline.stats().source_reopened == 1);
}

TEST_CASE("the camera that was set last is the one of the next run") {
    register_test_stages();
    LiveRig rig;
    rig.start();
    REQUIRE(rig.frames(3));
    next_camera() = std::make_shared<CameraScript>();
    rig.pipeline.set("source", "test_camera");
    rig.finish();
    const int opened = next_camera()->opened, before = rig.camera->opened;
    rig.pipeline.run({}, 2);
    CHECK(next_camera()->opened == opened + 1);
    CHECK(rig.camera->opened == before);
}
