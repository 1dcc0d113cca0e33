// Sources and sinks made of functions: by hand, waiting, failing, and refused.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <thread>

#include "studio.hpp"

using namespace vbg_test;

TEST_CASE("a sink that waits is told when the run is stopped, outside of every lock") {
    struct Stuck {
        vbg_pipeline* pipeline = nullptr;
        std::atomic<bool> waits{false}, told{false};
    } stuck;
    vbg_sink_callbacks sinks = VBG_STRUCT(vbg_sink_callbacks);
    sinks.write = [](void* user, const vbg_frame_view*) {
        auto& s = *static_cast<Stuck*>(user);
        s.waits = true;
        while (!s.told) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return vbg_status{VBG_OK};
    };
    sinks.interrupt = [](void* user) {
        auto& s = *static_cast<Stuck*>(user);
        CHECK(vbg_pipeline_stop(s.pipeline) == VBG_OK);  // may be called from here, too
        s.told = true;
    };
    vbg_sink* sink = nullptr;
    REQUIRE(vbg_pipeline_create(1, &stuck.pipeline) == VBG_OK);
    REQUIRE(vbg_sink_create_custom("stuck", &sinks, &stuck, &sink) == VBG_OK);
    REQUIRE(vbg_pipeline_take_sink(stuck.pipeline, sink) == VBG_OK);
    REQUIRE(vbg_pipeline_set_source(stuck.pipeline, "pattern:size=16x8") == VBG_OK);
    REQUIRE(vbg_pipeline_set_segmenter(stuck.pipeline, "constant:value=255") == VBG_OK);
    vbg_status status = -1;
    std::thread run([&] { status = vbg_pipeline_run(stuck.pipeline, 0, nullptr, nullptr); });
    while (!stuck.waits) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK_FALSE(stuck.told);
    CHECK(vbg_pipeline_stop(stuck.pipeline) == VBG_OK);
    run.join();
    CHECK(status == VBG_OK);
    CHECK(stuck.told);
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    CHECK(vbg_pipeline_stats(stuck.pipeline, &stats) == VBG_OK);
    CHECK(stats.frames_out == 1);
    CHECK(stats.coarseness == 0);
    CHECK(stats.coarsest == 0);
    CHECK(stats.frames_damaged == 0);
    vbg_pipeline_destroy(stuck.pipeline);
}

TEST_CASE("a sink that fails ends the run and is abandoned") {
    Studio source, sink;
    const vbg_source_callbacks sources = source_table();
    const vbg_sink_callbacks sinks = sink_table();
    vbg_pipeline* pipeline = nullptr;
    vbg_source* a = nullptr;
    vbg_sink* e = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_source_create_custom("tape", &sources, &source, &a) == VBG_OK);
    REQUIRE(vbg_sink_create_custom("show", &sinks, &sink, &e) == VBG_OK);
    REQUIRE(vbg_pipeline_take_source(pipeline, a) == VBG_OK);
    REQUIRE(vbg_pipeline_take_sink(pipeline, e) == VBG_OK);
    REQUIRE(vbg_pipeline_set_segmenter(pipeline, "constant:value=255") == VBG_OK);
    sink.fail = VBG_ERROR_IO;
    sink.why = "disk full";
    CHECK(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_ERROR_IO);
    CHECK(message() == "show: write: disk full");
    vbg_pipeline_destroy(pipeline);
    CHECK(sink.abandoned == 1);
    CHECK(sink.closed == 0);
    CHECK(sink.destroyed == 1);
}

TEST_CASE("sources and sinks by hand") {
    Studio tape, show;
    vbg_source_callbacks sources = source_table();
    vbg_sink_callbacks sinks = sink_table();
    vbg_source* source = nullptr;
    vbg_sink* sink = nullptr;
    REQUIRE(vbg_source_create_custom("tape", &sources, &tape, &source) == VBG_OK);
    REQUIRE(vbg_sink_create_custom("show", &sinks, &show, &sink) == VBG_OK);
    vbg_frame_view frame = VBG_STRUCT(vbg_frame_view);
    std::int32_t result = -1;
    CHECK(vbg_source_read(source, 0, &frame, &result) == VBG_ERROR_WRONG_STATE);
    CHECK(result == 0);
    vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
    REQUIRE(vbg_source_open(source, &spec) == VBG_OK);
    CHECK(spec.width == 16);
    vbg_frame_spec accepted = VBG_STRUCT(vbg_frame_spec);
    REQUIRE(vbg_sink_open(sink, &spec, &accepted) == VBG_OK);
    CHECK(accepted.height == 8);
    std::int32_t demand = -1;
    for (const int said : {VBG_DEMAND_WANTED, VBG_DEMAND_NONE, VBG_DEMAND_UNKNOWN}) {
        show.demand = said;
        REQUIRE(vbg_sink_demand(sink, &demand) == VBG_OK);
        CHECK(demand == said);
    }
    show.demand = 77;
    REQUIRE(vbg_sink_demand(sink, &demand) == VBG_OK);
    CHECK(demand == VBG_DEMAND_UNKNOWN);
    vbg_sink_counters counters = VBG_STRUCT(vbg_sink_counters);
    counters.shown = 5;
    REQUIRE(vbg_sink_get_counters(sink, &counters) == VBG_OK);
    CHECK(counters.shown == 0);
    int frames = 0;
    for (;; ++frames) {
        REQUIRE(vbg_source_read(source, 1000, &frame, &result) == VBG_OK);
        if (result == VBG_READ_END) break;
        REQUIRE(result == VBG_READ_FRAME);
        CHECK(frame.planes[0] == tape.pixels.data());  // not copied
        CHECK(frame.strides[0] == 48);
        REQUIRE(vbg_sink_write(sink, &frame) == VBG_OK);
    }
    CHECK(frames == 3);
    CHECK(vbg_source_read(source, -1, &frame, &result) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_sink_close(sink) == VBG_OK);
    CHECK(vbg_sink_close(sink) == VBG_OK);
    CHECK(show.closed == 1);
    CHECK(vbg_source_release(source) == VBG_OK);
    CHECK(vbg_source_close(source) == VBG_OK);
    CHECK(tape.closed == 1);
    std::int32_t live = -1;
    CHECK(vbg_source_is_live(source, &live) == VBG_OK);
    CHECK(live == 0);
    tape.fail = VBG_ERROR_DEVICE;
    tape.why = "no tape";
    CHECK(vbg_source_open(source, &spec) == VBG_ERROR_DEVICE);
    CHECK(message() == "tape: open: no tape");
    CHECK(spec.width == 0);
    vbg_source_destroy(source);
    vbg_sink_destroy(sink);
    CHECK(tape.destroyed == 1);
    CHECK(show.destroyed == 1);
}

TEST_CASE("what was opened with a spec that is refused is closed again") {
    using Spoil = void (*)(vbg_frame_spec*);
    constexpr Spoil kSpoils[] = {
        [](vbg_frame_spec* spec) { spec->fps = -1; },
        [](vbg_frame_spec* spec) { spec->fps = std::numeric_limits<double>::quiet_NaN(); },
        [](vbg_frame_spec* spec) { spec->matrix = 99; },
        [](vbg_frame_spec* spec) { spec->device_type = VBG_DEVICE_CUDA; },
        [](vbg_frame_spec* spec) { spec->width = -3; },
    };
    const vbg_source_callbacks sources = source_table();
    const vbg_sink_callbacks sinks = sink_table();
    for (const Spoil spoil : kSpoils) {
        Studio tape, show;
        tape.spoil = show.spoil = spoil;
        vbg_source* source = nullptr;
        vbg_sink* sink = nullptr;
        REQUIRE(vbg_source_create_custom("tape", &sources, &tape, &source) == VBG_OK);
        REQUIRE(vbg_sink_create_custom("show", &sinks, &show, &sink) == VBG_OK);
        vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
        CHECK(vbg_source_open(source, &spec) != VBG_OK);
        CHECK(tape.opened == 1);
        CHECK(tape.closed == 1);
        spec.format = VBG_FORMAT_BGR8;
        spec.width = 16;
        spec.height = 8;
        CHECK(vbg_sink_open(sink, &spec, nullptr) != VBG_OK);
        CHECK(show.opened == 1);
        CHECK(show.abandoned == 1);
        vbg_source_destroy(source);
        vbg_sink_destroy(sink);
        CHECK(tape.closed == 1);
        CHECK(show.abandoned == 1);
        CHECK(show.closed == 0);
    }
}
