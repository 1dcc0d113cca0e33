// The pipeline: stepping, running, stopping from elsewhere, counters.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "capi.hpp"
#include "support/temp_dir.hpp"

using vbg_test::message;

namespace {

vbg_pipeline* pattern(const char* source, const char* sink = "null") {
    vbg_pipeline* pipeline = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_pipeline_set_source(pipeline, source) == VBG_OK);
    REQUIRE(vbg_pipeline_set_segmenter(pipeline, "constant:value=128") == VBG_OK);
    REQUIRE(vbg_pipeline_add_sink(pipeline, sink) == VBG_OK);
    return pipeline;
}
constexpr const char* kEndless = "pattern:size=64x48,frames=endless";

}  // namespace

TEST_CASE("step by step to the end, with counters") {
    vbg_pipeline* pipeline = pattern("pattern:size=64x48,frames=3");
    vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
    CHECK(vbg_pipeline_output_spec(pipeline, &spec) == VBG_ERROR_WRONG_STATE);
    CHECK(message().find("vbg_pipeline_open") != std::string::npos);
    REQUIRE(vbg_pipeline_set_show(pipeline, VBG_SHOW_SIDE_BY_SIDE) == VBG_OK);
    REQUIRE(vbg_pipeline_open(pipeline) == VBG_OK);
    REQUIRE(vbg_pipeline_output_spec(pipeline, &spec) == VBG_OK);
    CHECK(spec.width == 3 * 64);
    REQUIRE(vbg_pipeline_input_spec(pipeline, &spec) == VBG_OK);
    CHECK(spec.width == 64);
    std::int32_t result = -1;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(vbg_pipeline_step(pipeline, 1000, &result) == VBG_OK);
        CHECK(result == VBG_READ_FRAME);
    }
    REQUIRE(vbg_pipeline_step(pipeline, 1000, &result) == VBG_OK);
    CHECK(result == VBG_READ_END);
    CHECK(vbg_pipeline_reset(pipeline) == VBG_OK);
    CHECK(vbg_pipeline_close(pipeline) == VBG_OK);

    vbg_stats stats = VBG_STRUCT(vbg_stats);
    REQUIRE(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
    CHECK(stats.frames_in == 3);
    CHECK(stats.frames_out == 3);
    CHECK(stats.mattes == 3);
    REQUIRE(stats.stage_count >= 4);
    std::vector<vbg_stage_time> times(stats.stage_count, VBG_STRUCT(vbg_stage_time));
    std::uint32_t count = 0;
    REQUIRE(vbg_pipeline_stage_times(pipeline, times.data(), 2, &count) == VBG_OK);
    CHECK(count == stats.stage_count);
    CHECK(std::string(times[0].name) == "read");
    CHECK(std::string(times[1].name).find("constant") != std::string::npos);
    CHECK(times[2].name[0] == '\0');
    CHECK(times[1].max >= times[1].mean);
    REQUIRE(vbg_pipeline_stage_times(pipeline, nullptr, 0, &count) == VBG_OK);
    CHECK(vbg_pipeline_stage_times(pipeline, nullptr, 3, &count) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("a run stops when another thread says so, and can run again") {
    vbg_pipeline* pipeline = pattern(kEndless);
    for (int round = 0; round < 3; ++round) {
        vbg_stats stats = VBG_STRUCT(vbg_stats);
        REQUIRE(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
        const std::uint64_t before = stats.frames_out;
        vbg_status status = -1;
        std::thread runner([&] { status = vbg_pipeline_run(pipeline, 0, nullptr, nullptr); });
        do {
            REQUIRE(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
            std::this_thread::yield();
        } while (stats.frames_out < before + 5);
        CHECK(vbg_pipeline_set_show(pipeline, VBG_SHOW_MATTE) == VBG_ERROR_WRONG_STATE);
        CHECK(vbg_pipeline_run(pipeline, 1, nullptr, nullptr) == VBG_ERROR_WRONG_STATE);
        CHECK(vbg_pipeline_stop(pipeline) == VBG_OK);
        runner.join();
        CHECK(status == VBG_OK);
    }
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("a stop that comes before the run is not lost, and counts once") {
    vbg_pipeline* pipeline = pattern(kEndless);
    CHECK(vbg_pipeline_stop(pipeline) == VBG_OK);
    CHECK(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_OK);
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    CHECK(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
    CHECK(stats.frames_out == 0);
    CHECK(vbg_pipeline_run(pipeline, 4, nullptr, nullptr) == VBG_OK);
    CHECK(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
    CHECK(stats.frames_out == 4);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("destroying a running pipeline stops it") {
    vbg_pipeline* pipeline = pattern(kEndless);
    vbg_status status = -1;
    std::thread runner([&] { status = vbg_pipeline_run(pipeline, 0, nullptr, nullptr); });
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    while (vbg_pipeline_stats(pipeline, &stats) == VBG_OK && stats.frames_out < 3) std::this_thread::yield();
    vbg_pipeline_destroy(pipeline);
    runner.join();
    CHECK(status == VBG_OK);
    CHECK(vbg_pipeline_stats(pipeline, &stats) == VBG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("destroying a pipeline stops a run that is only just beginning") {
    struct Runner {
        std::atomic<bool> here = false;
        int calls = 0;
    };
    const vbg_progress_fn progress = [](void* user) -> std::int32_t {
        return ++static_cast<Runner*>(user)->calls == 5000 ? 1 : 0;  // of a run that nobody stopped
    };
    for (int round = 0; round < 200; ++round) {
        vbg_pipeline* pipeline = pattern("pattern:size=16x16,frames=endless");
        Runner runner;
        vbg_status status = -1;
        std::thread thread([&] {
            runner.here = true;
            status = vbg_pipeline_run(pipeline, 0, progress, &runner);
        });
        while (!runner.here) std::this_thread::yield();
        for (int i = 0; i < 20 * (round % 50); ++i) (void)vbg_status_name(i % 3);  // a little later each time
        vbg_pipeline_destroy(pipeline);
        thread.join();
        const bool known = status == VBG_OK || status == VBG_ERROR_INVALID_ARGUMENT;  // it may come first
        REQUIRE(known);
        REQUIRE(runner.calls < 5000);
    }
}

TEST_CASE("a source that a pipeline could not take stays the caller's") {
    // A picture file without a picture cannot be closed well, and a new source closes what is open.
    const vbg_test::TempDir folder;
    vbg_pipeline* pipeline = pattern(kEndless, ("image:path=" + (folder / "a.png")).c_str());
    vbg_source* source = nullptr;
    vbg_sink* sink = nullptr;
    REQUIRE(vbg_source_create("pattern:size=32x24,frames=2", &source) == VBG_OK);
    REQUIRE(vbg_sink_create("null", &sink) == VBG_OK);
    SUBCASE("source") {
        REQUIRE(vbg_pipeline_open(pipeline) == VBG_OK);
        CHECK(vbg_pipeline_take_source(pipeline, source) == VBG_ERROR_IO);
        CHECK(vbg_pipeline_take_source(pipeline, source) == VBG_OK);
        CHECK(vbg_pipeline_take_source(pipeline, source) == VBG_ERROR_INVALID_ARGUMENT);
        vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
        REQUIRE(vbg_pipeline_open(pipeline) == VBG_OK);
        CHECK(vbg_pipeline_input_spec(pipeline, &spec) == VBG_OK);
        CHECK(spec.width == 32);
    }
    SUBCASE("sink") {
        REQUIRE(vbg_pipeline_open(pipeline) == VBG_OK);
        CHECK(vbg_pipeline_take_sink(pipeline, sink) == VBG_ERROR_IO);
        CHECK(vbg_pipeline_take_sink(pipeline, sink) == VBG_OK);
        CHECK(vbg_pipeline_take_sink(pipeline, sink) == VBG_ERROR_INVALID_ARGUMENT);
    }
    vbg_pipeline_destroy(pipeline);
    vbg_source_destroy(source);  // no more than a noted failure for the one that was taken
    vbg_sink_destroy(sink);
}

TEST_CASE("progress may look, stop and destroy, and nothing else") {
    struct Seen {
        vbg_pipeline* pipeline;
        int calls = 0;
        bool destroy = false;
    } seen{pattern(kEndless)};
    const vbg_progress_fn progress = [](void* user) -> std::int32_t {
        Seen& s = *static_cast<Seen*>(user);
        vbg_stats stats = VBG_STRUCT(vbg_stats);
        CHECK(vbg_pipeline_stats(s.pipeline, &stats) == VBG_OK);
        CHECK(stats.frames_out == static_cast<std::uint64_t>(s.calls + 1));
        vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
        CHECK(vbg_pipeline_output_spec(s.pipeline, &spec) == VBG_OK);
        CHECK(vbg_pipeline_step(s.pipeline, 0, nullptr) == VBG_ERROR_WRONG_STATE);
        if (++s.calls < 4) return 0;
        if (!s.destroy) return 1;
        vbg_pipeline_destroy(s.pipeline);
        return 1;
    };
    SUBCASE("stop") {
        CHECK(vbg_pipeline_run(seen.pipeline, 0, progress, &seen) == VBG_OK);
        vbg_pipeline_destroy(seen.pipeline);
    }
    SUBCASE("destroy") {
        seen.destroy = true;
        CHECK(vbg_pipeline_run(seen.pipeline, 0, progress, &seen) == VBG_OK);
    }
    CHECK(seen.calls == 4);
}

TEST_CASE("mattes of a thread of their own") {
    vbg_pipeline* pipeline = pattern("pattern:size=64x48,frames=20");
    REQUIRE(vbg_pipeline_set_sync(pipeline, VBG_SYNC_LATEST) == VBG_OK);
    REQUIRE(vbg_pipeline_set_on_failure(pipeline, VBG_FAILURE_BLANK) == VBG_OK);
    CHECK(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_OK);
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    CHECK(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
    CHECK(stats.frames_out == 20);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("a device that is not there is told when the stages are made ready") {
    vbg_pipeline* pipeline = pattern("pattern:size=64x48,frames=2");
    REQUIRE(vbg_pipeline_set_device(pipeline, "cuda:99", nullptr) == VBG_OK);
    const vbg_status status = vbg_pipeline_open(pipeline);
    CHECK((status == VBG_ERROR_DEVICE || status == VBG_ERROR_NOT_BUILT));
    REQUIRE(vbg_pipeline_set_device(pipeline, "cpu", nullptr) == VBG_OK);
    CHECK(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_OK);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("parts that cannot be, and parts that are missing") {
    vbg_pipeline* pipeline = nullptr;
    REQUIRE(vbg_pipeline_create(0, &pipeline) == VBG_OK);
    CHECK(vbg_pipeline_open(pipeline) == VBG_ERROR_WRONG_STATE);
    CHECK(vbg_pipeline_reset(pipeline) == VBG_OK);  // nothing to forget yet
    CHECK(vbg_pipeline_set_segmenter(pipeline, "nobody") == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_pipeline_add_filter(pipeline, "dilate:size=x") == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_use_preset(pipeline, "nothing") == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_pipeline_set_sync(pipeline, 2) == VBG_ERROR_INVALID_ARGUMENT);
    for (const char* good : {"auto", "cpu", "cuda:3"})
        CHECK(vbg_pipeline_set_device(pipeline, good, nullptr) == VBG_OK);
    for (const char* bad : {static_cast<const char*>(nullptr), "", "gpu", "cuda:x"})
        CHECK(vbg_pipeline_set_device(pipeline, bad, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_set_device(pipeline, "cpu", &pipeline) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_set_on_failure(pipeline, 5) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_set_show(pipeline, -1) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_step(pipeline, -1, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_pipeline_destroy(pipeline);
    CHECK(vbg_pipeline_create(65, &pipeline) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(pipeline == nullptr);
}
