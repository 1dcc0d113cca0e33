// Segmenters, filters, effects, compositors, sources and sinks made of functions.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

#include "capi.hpp"

using vbg_test::message;

namespace {

/// Everything in one object: counts what is called, and may be told to fail.
struct Studio {
    int configured = 0, reset = 0, destroyed = 0, opened = 0, released = 0, closed = 0, abandoned = 0;
    int frames = 3, next = 0, demand = 0;
    void (*spoil)(vbg_frame_spec*) = nullptr;  ///< makes what open() gives a spec that cannot be
    vbg_status fail = VBG_OK;
    const char* why = nullptr;
    std::vector<std::uint8_t> shown;  ///< first byte of each frame written
    std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(16 * 8 * 3);
    vbg_frame_spec spec{};

    vbg_status answer() const { return why != nullptr ? vbg_error_set(fail, why) : fail; }
};
Studio& studio(void* user) { return *static_cast<Studio*>(user); }

std::uint8_t& at(const vbg_frame_view* v, int x, int y) {
    return static_cast<std::uint8_t*>(v->planes[0])[y * v->strides[0] + x * 3];
}
std::uint8_t& at(const vbg_mask_view* v, int x, int y) {
    return static_cast<std::uint8_t*>(v->data)[y * v->stride + x];
}

vbg_stage_callbacks stage_table() {
    vbg_stage_callbacks table = VBG_STRUCT(vbg_stage_callbacks);
    table.configure = [](void* user, const vbg_frame_spec* spec) {
        ++studio(user).configured;
        studio(user).spec = *spec;
        return vbg_status{VBG_OK};
    };
    table.reset = [](void* user) { ++studio(user).reset; };
    table.destroy = [](void* user) { ++studio(user).destroyed; };
    return table;
}

/// The left half is the person.
vbg_status left_half(void* user, const vbg_frame_view* frame, const vbg_mask_view* alpha,
                     const vbg_frame_view* own, int32_t* written) {
    if (studio(user).fail != VBG_OK) return studio(user).answer();
    CHECK(frame->struct_size == sizeof(vbg_frame_view));
    for (int y = 0; y < alpha->height; ++y) {
        for (int x = 0; x < alpha->width; ++x) at(alpha, x, y) = x < alpha->width / 2 ? 255 : 0;
    }
    if (own != nullptr) {
        for (int y = 0; y < own->height; ++y)
            std::memset(&at(own, 0, y), 200, static_cast<std::size_t>(own->width) * 3);
        *written = 1;
    }
    return VBG_OK;
}

vbg_status invert(void*, const vbg_frame_view*, const vbg_mask_view* in, const vbg_mask_view* out) {
    for (int y = 0; y < in->height; ++y) {
        for (int x = 0; x < in->width; ++x) at(out, x, y) = static_cast<std::uint8_t>(255 - at(in, x, y));
    }
    return VBG_OK;
}

vbg_status fifty(void*, const vbg_frame_view*, const vbg_mask_view*, const vbg_frame_view* out) {
    for (int y = 0; y < out->height; ++y)
        std::memset(&at(out, 0, y), 50, static_cast<std::size_t>(out->width) * 3);
    return VBG_OK;
}

vbg_source_callbacks source_table() {
    vbg_source_callbacks table = VBG_STRUCT(vbg_source_callbacks);
    table.open = [](void* user, vbg_frame_spec* spec) {
        ++studio(user).opened;
        studio(user).next = 0;
        spec->format = VBG_FORMAT_BGR8;
        spec->width = 16;
        spec->height = 8;
        spec->fps = 25;
        if (studio(user).spoil != nullptr) studio(user).spoil(spec);
        return studio(user).answer();
    };
    table.read = [](void* user, int32_t, vbg_frame_view* frame, int32_t* result) {
        Studio& s = studio(user);
        if (s.next == s.frames) {
            *result = VBG_READ_END;
            return vbg_status{VBG_OK};
        }
        CHECK(frame->width == 16);
        std::memset(s.pixels.data(), 100 + s.next, s.pixels.size());
        frame->planes[0] = s.pixels.data();
        frame->sequence = static_cast<std::uint64_t>(s.next++);
        return vbg_status{VBG_OK};
    };
    table.release = [](void* user) { ++studio(user).released; };
    table.close = [](void* user) { ++studio(user).closed; };
    table.length = [](void* user) { return static_cast<std::uint64_t>(studio(user).frames); };
    table.destroy = [](void* user) { ++studio(user).destroyed; };
    return table;
}

vbg_sink_callbacks sink_table() {
    vbg_sink_callbacks table = VBG_STRUCT(vbg_sink_callbacks);
    table.open = [](void* user, vbg_frame_spec* spec) {
        studio(user).spec = *spec;
        ++studio(user).opened;
        if (studio(user).spoil != nullptr) studio(user).spoil(spec);
        return vbg_status{VBG_OK};
    };
    table.write = [](void* user, const vbg_frame_view* frame) {
        if (studio(user).fail != VBG_OK) return studio(user).answer();
        studio(user).shown.push_back(at(frame, 0, 0));
        studio(user).shown.push_back(at(frame, frame->width - 1, frame->height - 1));
        return vbg_status{VBG_OK};
    };
    table.close = [](void* user) {
        ++studio(user).closed;
        return vbg_status{VBG_OK};
    };
    table.abandon = [](void* user) { ++studio(user).abandoned; };
    table.demand = [](void* user) -> std::int32_t { return studio(user).demand; };
    table.destroy = [](void* user) { ++studio(user).destroyed; };
    return table;
}

}  // namespace

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
