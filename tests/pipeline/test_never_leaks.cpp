// One run through everything that goes wrong in the life of a camera program. The right half of the camera's
// picture is never the person; its green, 200, must never come out there.
#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <string>
#include <thread>

#include "live_rig.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

namespace {

enum class Illness : std::uint8_t { none, throws, strange, memory, wrong_shape, stalls };

struct Patient {
    std::atomic<Illness> illness{Illness::none};
    LiveRig rig;

    Patient(MaskSync sync, OnFailure policy) {
        register_test_stages();
        rig.pipeline.mask_sync(sync).on_failure(policy).background("test_paint:value=77");
        rig.before_segment = [this] { suffer(); };
    }
    void suffer() {
        switch (illness) {
            case Illness::none: return;
            case Illness::throws: throw Error(Errc::model, "the network gave NaN");
            case Illness::strange: throw 42;
            case Illness::memory: throw std::bad_alloc();
            case Illness::wrong_shape: throw Error(Errc::model, "the network gave 7x7; wanted 14x14");
            case Illness::stalls:
                while (illness == Illness::stalls) std::this_thread::sleep_for(1ms);
        }
    }
};

}  // namespace

TEST_CASE("no event ever shows the room") {
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        for (const OnFailure policy : {OnFailure::hold, OnFailure::background, OnFailure::blank}) {
            CAPTURE(static_cast<int>(sync));
            CAPTURE(static_cast<int>(policy));
            Patient patient(sync, policy);
            LiveRig& rig = patient.rig;
            rig.start();
            REQUIRE(rig.frames(3));
            std::minstd_rand random(static_cast<unsigned>(policy) * 2 + static_cast<unsigned>(sync) + 1);
            next_camera() = std::make_shared<CameraScript>();
            const auto pause = [&] { std::this_thread::sleep_for(std::chrono::milliseconds(random() % 25)); };
            for (int i = 0; i < 60; ++i) {
                const auto event = random() % 10;
                CAPTURE(event);
                const bool on = random() % 2 == 0;
                if (event == 0) patient.illness = static_cast<Illness>(1 + random() % 4);
                if (event == 1) patient.illness = Illness::none;
                if (event == 2) rig.camera->unplugged = on;
                if (event == 3) next_camera()->unplugged = on;
                if (event == 4) rig.camera->width = on ? 32 : 64;
                if (event == 5) on ? rig.pipeline.pause() : rig.pipeline.resume();
                if (event == 6) on ? rig.pipeline.freeze() : rig.pipeline.resume();
                if (event == 7) rig.pipeline.set("background", on ? "test_paint:value=1" : "");
                if (event == 8 && i % 3 == 0) {
                    try {
                        rig.pipeline.set("source", "test_camera");
                    } catch (const Error&) {
                        REQUIRE(next_camera()->unplugged);  // the only reason there may be
                    }
                }
                if (event == 9) {
                    CHECK_THROWS_AS(
                        rig.pipeline.set("segmenter", on ? "test_broken" : "bodypix:model=/none.pt"), Error);
                }
                pause();
            }
            // Everything well again: it comes back by itself.
            patient.illness = Illness::none;
            rig.camera->unplugged = false;
            next_camera()->unplugged = false;
            rig.pipeline.resume();
            CHECK(eventually([&] { return rig.in_state(RunState::running) && rig.seen->left_green == 200; }));
            CHECK(rig.seen->leaks == 0);
            CHECK(rig.seen->frames > 20);
            rig.finish();
            CHECK(rig.error == nullptr);
        }
    }
}

TEST_CASE("a stall shows no room either, and the network's return is enough") {
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        Patient patient(sync, OnFailure::background);
        patient.rig.start();
        REQUIRE(eventually([&] { return patient.rig.seen->left_green == 200; }));
        patient.illness = Illness::stalls;
        CHECK(eventually([&] { return patient.rig.seen->left_green == 2; }));
        patient.illness = Illness::none;
        CHECK(eventually([&] { return patient.rig.seen->left_green == 200; }));
        CHECK(patient.rig.seen->leaks == 0);
        patient.rig.finish();
    }
}

TEST_CASE("the matte of one camera is never used for another") {
    register_test_stages();
    std::atomic<bool> hold{false};
    LiveRig rig;
    rig.pipeline.mask_sync(MaskSync::latest)
        .on_failure(OnFailure::background)
        .background("test_paint:value=77");
    rig.before_segment = [&] {
        while (hold) std::this_thread::sleep_for(1ms);
    };
    rig.live.stall = 5s;
    rig.start();
    REQUIRE(eventually([&] { return rig.seen->left_green == 200; }));
    hold = true;  // the matte of the first camera stays the newest
    next_camera() = std::make_shared<CameraScript>();
    rig.pipeline.set("source", "test_camera");
    REQUIRE(eventually([&] { return next_camera()->frames > 5; }));
    REQUIRE(rig.frames(3));
    CHECK(rig.seen->left_green == 2);  // the background alone
    hold = false;
    CHECK(eventually([&] { return rig.seen->left_green == 200; }));
}

TEST_CASE("who takes passthrough back sees the camera no more, not even the frame that was shown") {
    for (const char* policy : {"hold", "background", "blank"}) {
        CAPTURE(std::string(policy));
        Patient patient(MaskSync::latest, OnFailure::passthrough);
        LiveRig& rig = patient.rig;
        rig.live.stall = 2s;
        patient.illness = Illness::throws;
        rig.start();
        REQUIRE(eventually([&] { return rig.seen->right_green == 200; }));
        rig.camera->silent = true;  // so the last frame is written again and again
        REQUIRE(eventually([&] { return rig.pipeline.stats().frames_repeated > 0; }));
        rig.pipeline.set("on_failure", policy);
        const int leaks = rig.seen->leaks;
        REQUIRE(rig.frames(5));
        CHECK(rig.seen->leaks == leaks);
        rig.camera->silent = false;
    }
}

TEST_CASE("exact is exact after a stall too: no frame gets the matte of another") {
    std::atomic<int> calls{0}, wrong{0}, right{0};  // the rig's threads count until it ends
    LiveRig rig;
    // Only frames with an even number have a person.
    rig.pipeline.mask_sync(MaskSync::exact).on_failure(OnFailure::blank);
    rig.live.stall = 20ms;
    rig.camera->interval_ms = 1;
    rig.segment = [&](const ConstFrameView& f, const MaskView& m) {
        if (++calls % 5 == 0)
            std::this_thread::sleep_for(20ms + std::chrono::microseconds(calls * 37 % 1500));
        fill(m, std::to_integer<int>(f.row(0)[0]) % 2 == 0 ? 255 : 0);
    };
    rig.pipeline.sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
        const bool person = f.row(0)[1] == std::byte{200};
        if (person) ++right;
        if (person && std::to_integer<int>(f.row(0)[0]) % 2 != 0) ++wrong;
    }));
    rig.start();
    REQUIRE(eventually([&] { return calls > 150; }));
    CHECK(right > 0);
    CHECK(wrong == 0);
}
