// Segmenters, filters, effects and compositors made of functions, alone and in a pipeline.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "studio.hpp"

using namespace vbg_test;

TEST_CASE("a pipeline of callbacks alone") {
    Studio source, segmenter, filter, effect, sink;
    const vbg_stage_callbacks stage = stage_table();
    const vbg_source_callbacks sources = source_table();
    const vbg_sink_callbacks sinks = sink_table();
    vbg_pipeline* pipeline = nullptr;
    vbg_source* a = nullptr;
    vbg_segmenter* b = nullptr;
    vbg_mask_filter* c = nullptr;
    vbg_effect* d = nullptr;
    vbg_sink* e = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_source_create_custom("tape", &sources, &source, &a) == VBG_OK);
    REQUIRE(vbg_segmenter_create_custom("left_half", left_half, &stage, 0, 0, &segmenter, &b) == VBG_OK);
    REQUIRE(vbg_mask_filter_create_custom("invert", invert, &stage, &filter, &c) == VBG_OK);
    REQUIRE(vbg_effect_create_custom("fifty", fifty, &stage, VBG_EFFECT_REPLACES_LAYER, &effect, &d) ==
            VBG_OK);
    REQUIRE(vbg_sink_create_custom("show", &sinks, &sink, &e) == VBG_OK);
    REQUIRE(vbg_pipeline_take_source(pipeline, a) == VBG_OK);
    REQUIRE(vbg_pipeline_take_segmenter(pipeline, b) == VBG_OK);
    REQUIRE(vbg_pipeline_take_filter(pipeline, c) == VBG_OK);
    REQUIRE(vbg_pipeline_take_background(pipeline, d) == VBG_OK);
    REQUIRE(vbg_pipeline_take_sink(pipeline, e) == VBG_OK);
    REQUIRE_MESSAGE(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_OK, message());

    // inverted: the left is background (50), the right the source's picture
    CHECK(sink.shown == std::vector<std::uint8_t>{50, 100, 50, 101, 50, 102});
    CHECK(sink.spec.width == 16);
    CHECK(sink.spec.fps == doctest::Approx(25));
    CHECK(segmenter.configured == 1);
    CHECK(segmenter.reset == 1);  // configure() forgets
    CHECK(segmenter.spec.height == 8);
    CHECK(source.closed == 1);
    CHECK(source.released >= 3);
    CHECK(sink.closed == 1);
    std::uint64_t length = 0;
    CHECK(vbg_pipeline_source_length(pipeline, &length) == VBG_OK);
    CHECK(length == 3);
    CHECK(segmenter.destroyed == 0);
    vbg_pipeline_destroy(pipeline);
    for (const Studio* s : {&source, &segmenter, &filter, &effect, &sink}) CHECK(s->destroyed == 1);
    CHECK(sink.abandoned == 0);
}

TEST_CASE("a callback's failure comes out with its text") {
    Studio s;
    vbg_segmenter* segmenter = nullptr;
    REQUIRE(vbg_segmenter_create_custom("left_half", left_half, nullptr, 0, 0, &s, &segmenter) == VBG_OK);
    vbg_test::Pixels frame(16, 8, 3), mask(16, 8, 1);
    const vbg_frame_view picture = frame.frame();
    const vbg_mask_view alpha = mask.mask();
    const auto segment = [&] { return vbg_segmenter_segment(segmenter, &picture, &alpha, nullptr, nullptr); };
    s.fail = VBG_ERROR_DEVICE;
    s.why = "the tape is torn";
    CHECK(segment() == VBG_ERROR_DEVICE);
    CHECK(message() == "left_half: segment: the tape is torn");
    s.why = nullptr;
    vbg_error_set(VBG_ERROR_IO, "something older");
    CHECK(segment() == VBG_ERROR_DEVICE);
    CHECK(message().find("older") == std::string::npos);
    CHECK(message().find("said device and set no text") != std::string::npos);
    for (const int nonsense : {-1, 55, 1000}) {
        s.fail = nonsense;
        CHECK(segment() == VBG_ERROR_INTERNAL);
        CHECK(message().find(std::to_string(nonsense)) != std::string::npos);
    }
    s.fail = VBG_OK;
    vbg_error_set(VBG_ERROR_IO, "something older");
    CHECK(segment() == VBG_OK);
    CHECK(message() == "something older");  // success leaves it
    vbg_segmenter_destroy(segmenter);
}

TEST_CASE("a segmenter that fails in a pipeline fails closed") {
    Studio source, segmenter, sink;
    const vbg_source_callbacks sources = source_table();
    const vbg_sink_callbacks sinks = sink_table();
    vbg_pipeline* pipeline = nullptr;
    vbg_source* a = nullptr;
    vbg_segmenter* b = nullptr;
    vbg_sink* e = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_source_create_custom("tape", &sources, &source, &a) == VBG_OK);
    REQUIRE(vbg_segmenter_create_custom("left_half", left_half, nullptr, 0, 0, &segmenter, &b) == VBG_OK);
    REQUIRE(vbg_sink_create_custom("show", &sinks, &sink, &e) == VBG_OK);
    REQUIRE(vbg_pipeline_take_source(pipeline, a) == VBG_OK);
    REQUIRE(vbg_pipeline_take_segmenter(pipeline, b) == VBG_OK);
    REQUIRE(vbg_pipeline_take_sink(pipeline, e) == VBG_OK);
    REQUIRE(vbg_pipeline_add_background(pipeline, "color:value=#070707") == VBG_OK);
    segmenter.fail = VBG_ERROR_MODEL;
    segmenter.why = "nobody knows";
    CHECK(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_OK);
    CHECK(sink.shown == std::vector<std::uint8_t>{7, 7, 7, 7, 7, 7});  // never 100, 101, 102
    char* text = nullptr;
    CHECK(vbg_pipeline_last_failure(pipeline, &text) == VBG_OK);
    CHECK(vbg_test::own(text) == "left_half: segment: nobody knows");
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    CHECK(vbg_pipeline_stats(pipeline, &stats) == VBG_OK);
    CHECK(stats.frames_failed == 3);

    CHECK(vbg_pipeline_set_on_failure(pipeline, VBG_FAILURE_STOP) == VBG_OK);
    CHECK(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_ERROR_MODEL);
    CHECK(message() == "left_half: segment: nobody knows");
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("the person's own colours") {
    Studio s;
    vbg_segmenter* segmenter = nullptr;
    REQUIRE(vbg_segmenter_create_custom("left_half", left_half, nullptr, VBG_SEGMENTER_GIVES_FOREGROUND, 2,
                                        &s, &segmenter) == VBG_OK);
    std::int32_t gives = -1, warm_up = -1;
    CHECK(vbg_segmenter_gives_foreground(segmenter, &gives) == VBG_OK);
    CHECK(gives == 1);
    CHECK(vbg_segmenter_warm_up_frames(segmenter, &warm_up) == VBG_OK);
    CHECK(warm_up == 2);
    vbg_test::Pixels frame(16, 8, 3), mask(16, 8, 1), own(16, 8, 3);
    const vbg_frame_view picture = frame.frame(), person = own.frame();
    const vbg_mask_view alpha = mask.mask();
    std::int32_t written = -1;
    CHECK(vbg_segmenter_segment(segmenter, &picture, &alpha, &person, &written) == VBG_OK);
    CHECK(written == 1);
    CHECK(own.bytes == std::vector<std::uint8_t>(16 * 8 * 3, 200));
    vbg_segmenter_destroy(segmenter);
}

TEST_CASE("tables and names that cannot be are refused, and the user's object stays the caller's") {
    Studio s;
    vbg_segmenter* segmenter = nullptr;
    vbg_source* source = nullptr;
    vbg_sink* sink = nullptr;
    vbg_effect* effect = nullptr;
    const vbg_stage_callbacks stage = stage_table();
    CHECK(vbg_segmenter_create_custom("x", nullptr, &stage, 0, 0, &s, &segmenter) ==
          VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_segmenter_create_custom("Not Snake", left_half, &stage, 0, 0, &s, &segmenter) ==
          VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_segmenter_create_custom(nullptr, left_half, &stage, 0, 0, &s, &segmenter) ==
          VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_segmenter_create_custom("x", left_half, &stage, 2, 0, &s, &segmenter) ==
          VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_segmenter_create_custom("x", left_half, &stage, 0, -1, &s, &segmenter) ==
          VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_segmenter_create_custom("x", left_half, &stage, 0, 0, &s, nullptr) ==
          VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_effect_create_custom("x", fifty, &stage, 8, &s, &effect) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_source_callbacks sources = source_table();
    sources.read = nullptr;
    CHECK(vbg_source_create_custom("x", &sources, &s, &source) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(message() == "vbg_source_create_custom: callbacks.read is NULL");
    CHECK(vbg_source_create_custom("x", nullptr, &s, &source) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_sink_callbacks sinks = sink_table();
    sinks.write = nullptr;
    CHECK(vbg_sink_create_custom("x", &sinks, &s, &sink) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(s.destroyed == 0);
}
