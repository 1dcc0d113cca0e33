// A pipeline on a live source: parts replaced, paused and frozen while it runs in another thread.
#include <doctest/doctest.h>

#include <functional>
#include <thread>
#include <vbg/vbg.hpp>

#include "capi.hpp"

using vbg_test::message;
using vbg_test::own;

namespace {

vbg_stats stats_of(vbg_pipeline* pipeline) {
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    REQUIRE(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
    return stats;
}

void wait_until(const std::function<bool()>& done) {
    for (int i = 0; i < 2000 && !done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(done());
}

/// The first pixel of what was last written, as 0xbbggrr.
unsigned shown(vbg_pipeline* pipeline) {
    vbg_frame* frame = nullptr;
    REQUIRE_MESSAGE(vbg_pipeline_last_frame(pipeline, &frame) == VBG_OK, message());
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    REQUIRE(vbg_frame_get_view(frame, &view) == VBG_OK);
    const auto* p = static_cast<const std::uint8_t*>(view.planes[0]);
    const unsigned pixel = static_cast<unsigned>(p[0] << 16 | p[1] << 8 | p[2]);
    vbg_frame_destroy(frame);
    return pixel;
}

}  // namespace

TEST_CASE("parts change, the picture freezes and pauses, while another thread runs") {
    vbg_pipeline* pipeline = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_pipeline_set_source(pipeline, "pattern:size=64x48,fps=100,realtime=true") == VBG_OK);
    REQUIRE(vbg_pipeline_set_segmenter(pipeline, "constant:value=0") == VBG_OK);
    REQUIRE(vbg_pipeline_add_background(pipeline, "color:value=#112233") == VBG_OK);
    REQUIRE(vbg_pipeline_add_sink(pipeline, "null") == VBG_OK);
    REQUIRE(vbg_pipeline_set_card(pipeline, "color:value=#445566") == VBG_OK);
    vbg_live_options options = VBG_STRUCT(vbg_live_options);
    options.fps = 50;
    REQUIRE(vbg_pipeline_set_live(pipeline, &options) == VBG_OK);
    vbg_frame* none = nullptr;
    CHECK(vbg_pipeline_last_frame(pipeline, &none) == VBG_ERROR_WRONG_STATE);
    CHECK(stats_of(pipeline).state == VBG_STATE_STOPPED);

    vbg_status status = -1;
    std::thread runner([&] { status = vbg_pipeline_run(pipeline, 0, nullptr, nullptr); });
    wait_until([&] { return stats_of(pipeline).frames_out > 3; });
    CHECK(stats_of(pipeline).state == VBG_STATE_RUNNING);
    CHECK(shown(pipeline) == 0x332211);

    REQUIRE_MESSAGE(vbg_pipeline_set_part(pipeline, "background", "color:value=#778899") == VBG_OK,
                    message());
    wait_until([&] { return shown(pipeline) == 0x998877; });
    CHECK(vbg_pipeline_set_part(pipeline, "background", "no_such_effect") == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_pipeline_set_part(pipeline, "lens", "x") == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_set_part(pipeline, nullptr, "x") == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(shown(pipeline) == 0x998877);

    REQUIRE(vbg_pipeline_freeze(pipeline) == VBG_OK);
    wait_until([&] { return stats_of(pipeline).state == VBG_STATE_FROZEN; });
    REQUIRE(vbg_pipeline_pause(pipeline) == VBG_OK);
    wait_until([&] { return stats_of(pipeline).state == VBG_STATE_PAUSED && shown(pipeline) == 0x665544; });
    REQUIRE(vbg_pipeline_resume(pipeline) == VBG_OK);
    wait_until([&] { return shown(pipeline) == 0x998877; });

    vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
    CHECK(vbg_pipeline_output_spec(pipeline, &spec) == VBG_OK);  // thread-safe
    CHECK(spec.width == 64);
    char* text = nullptr;
    CHECK(vbg_pipeline_given_up(pipeline, &text) == VBG_OK);
    CHECK(own(text).empty());
    CHECK(vbg_pipeline_stop(pipeline) == VBG_OK);
    runner.join();
    CHECK(status == VBG_OK);
    CHECK(stats_of(pipeline).latency_max > 0);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("live options that cannot be") {
    vbg_pipeline* pipeline = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    const auto refused = [&](void (*change)(vbg_live_options&)) {
        vbg_live_options options = VBG_STRUCT(vbg_live_options);
        change(options);
        CHECK(vbg_pipeline_set_live(pipeline, &options) == VBG_ERROR_INVALID_ARGUMENT);
    };
    refused([](vbg_live_options& o) { o.fps = -1; });
    refused([](vbg_live_options& o) { o.max_cpu = -1; });
    refused([](vbg_live_options& o) { o.idle_after_ms = -1; });
    refused([](vbg_live_options& o) { o.stall_ms = -5; });
    CHECK(vbg_pipeline_set_live(pipeline, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_pipeline_set_card(pipeline, "blur") == VBG_ERROR_INVALID_ARGUMENT);  // shows the camera
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("every state has a name") {
    for (int s = VBG_STATE_STOPPED; s <= VBG_STATE_WAITING; ++s) {
        CHECK(std::string(vbg_state_name(s)) == std::string(vbg::to_string(static_cast<vbg::RunState>(s))));
    }
    CHECK(std::string(vbg_state_name(-1)) == "unknown");
    CHECK(std::string(vbg_state_name(7)) == "unknown");
}
