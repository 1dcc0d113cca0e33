// Handles that are null, dead, of another kind, or in another thread's hands.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "capi.hpp"

using vbg_test::message;

TEST_CASE("destroying: null is fine, twice and the wrong kind are noticed and harmless") {
    vbg_frame_destroy(nullptr);
    vbg_pipeline_destroy(nullptr);
    vbg_frame* frame = nullptr;
    vbg_mask* mask = nullptr;
    REQUIRE(vbg_frame_create(4, 4, VBG_FORMAT_BGR8, &frame) == VBG_OK);
    REQUIRE(vbg_mask_create(4, 4, 0, &mask) == VBG_OK);

    vbg_mask_destroy(reinterpret_cast<vbg_mask*>(frame));
    CHECK(message() == "vbg_mask_destroy: the handle is a vbg_frame; wanted a vbg_mask");
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    CHECK(vbg_frame_get_view(frame, &view) == VBG_OK);  // still there

    vbg_frame_destroy(frame);
    CHECK(vbg_frame_get_view(frame, &view) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(message().find("frame is no live vbg_frame: it was destroyed") != std::string::npos);
    CHECK(view.planes[0] == nullptr);  // cleared
    vbg_frame_destroy(frame);
    vbg_mask_destroy(mask);
}

TEST_CASE("a dead handle never comes to mean a new object") {
    vbg_frame* dead = nullptr;
    REQUIRE(vbg_frame_create(4, 4, VBG_FORMAT_BGR8, &dead) == VBG_OK);
    vbg_frame_destroy(dead);
    for (int i = 0; i < 100; ++i) {
        vbg_frame* frame = nullptr;
        REQUIRE(vbg_frame_create(4, 4, VBG_FORMAT_BGR8, &frame) == VBG_OK);
        CHECK(frame != dead);
        vbg_frame_destroy(frame);
    }
}

TEST_CASE("pointers that are no handles") {
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    int local = 0;
    for (void* pointer : {static_cast<void*>(&local), static_cast<void*>(&view), reinterpret_cast<void*>(8),
                          reinterpret_cast<void*>(~std::uintptr_t{0})}) {
        CHECK(vbg_frame_get_view(static_cast<vbg_frame*>(pointer), &view) == VBG_ERROR_INVALID_ARGUMENT);
        vbg_frame_destroy(static_cast<vbg_frame*>(pointer));
    }
    CHECK(vbg_frame_get_view(nullptr, &view) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(message() == "vbg_frame_get_view: frame is NULL; wanted a vbg_frame");
}

namespace {

/// A segmenter that waits inside segment() until it is let go.
struct Gate {
    std::atomic<bool> inside{false}, open{false}, destroyed{false};
    vbg_segmenter* self = nullptr;
    vbg_status from_inside = VBG_OK;
};

vbg_status wait_inside(void* user, const vbg_frame_view*, const vbg_mask_view* alpha, const vbg_frame_view*,
                       int32_t*) {
    auto& gate = *static_cast<Gate*>(user);
    gate.inside = true;
    while (!gate.open) std::this_thread::yield();
    for (int y = 0; y < alpha->height; ++y) {
        for (int x = 0; x < alpha->width; ++x)
            static_cast<std::uint8_t*>(alpha->data)[y * alpha->stride + x] = 9;
    }
    return VBG_OK;
}

vbg_segmenter* gated(Gate& gate) {
    vbg_stage_callbacks stage = VBG_STRUCT(vbg_stage_callbacks);
    stage.destroy = [](void* user) { static_cast<Gate*>(user)->destroyed = true; };
    vbg_segmenter* segmenter = nullptr;
    REQUIRE(vbg_segmenter_create_custom("gate", wait_inside, &stage, 0, 0, &gate, &segmenter) == VBG_OK);
    return segmenter;
}

}  // namespace

TEST_CASE("a second thread is turned away while the first is inside, and destroying waits for it") {
    Gate gate;
    vbg_segmenter* segmenter = gated(gate);
    vbg_test::Pixels frame(8, 6, 3), mask(8, 6, 1);
    const vbg_frame_view picture = frame.frame();
    const vbg_mask_view alpha = mask.mask();
    vbg_status first = -1;
    std::thread thread([&] { first = vbg_segmenter_segment(segmenter, &picture, &alpha, nullptr, nullptr); });
    while (!gate.inside) std::this_thread::yield();

    CHECK(vbg_segmenter_segment(segmenter, &picture, &alpha, nullptr, nullptr) == VBG_ERROR_WRONG_STATE);
    CHECK(message().find("in use by another thread") != std::string::npos);
    CHECK(vbg_segmenter_reset(segmenter) == VBG_ERROR_WRONG_STATE);
    vbg_pipeline* pipeline = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    CHECK(vbg_pipeline_take_segmenter(pipeline, segmenter) == VBG_ERROR_WRONG_STATE);

    SUBCASE("it goes on afterwards") {
        gate.open = true;
        thread.join();
        CHECK(first == VBG_OK);
        CHECK(vbg_segmenter_segment(segmenter, &picture, &alpha, nullptr, nullptr) == VBG_OK);
        CHECK(!gate.destroyed);
        vbg_segmenter_destroy(segmenter);
    }
    SUBCASE("destroyed meanwhile, it lives until the call returns") {
        vbg_segmenter_destroy(segmenter);
        CHECK(!gate.destroyed);
        CHECK(vbg_segmenter_reset(segmenter) == VBG_ERROR_INVALID_ARGUMENT);
        gate.open = true;
        thread.join();
        CHECK(first == VBG_OK);
        CHECK(mask.bytes[47] == 9);
    }
    CHECK(gate.destroyed);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("an object called from its own callback says so") {
    Gate gate;
    gate.open = true;
    vbg_segmenter* segmenter = nullptr;
    const vbg_segment_fn again = [](void* user, const vbg_frame_view* frame, const vbg_mask_view* alpha,
                                    const vbg_frame_view*, int32_t*) -> vbg_status {
        auto& self = *static_cast<Gate*>(user);
        self.from_inside = vbg_segmenter_segment(self.self, frame, alpha, nullptr, nullptr);
        CHECK(message().find("one of its own callbacks") != std::string::npos);
        char* name = nullptr;
        CHECK(vbg_segmenter_name(self.self, &name) == VBG_OK);  // looking is allowed
        CHECK(vbg_test::own(name) == "again");
        return VBG_OK;
    };
    REQUIRE(vbg_segmenter_create_custom("again", again, nullptr, 0, 0, &gate, &segmenter) == VBG_OK);
    gate.self = segmenter;
    vbg_test::Pixels frame(8, 6, 3), mask(8, 6, 1);
    const vbg_frame_view picture = frame.frame();
    const vbg_mask_view alpha = mask.mask();
    CHECK(vbg_segmenter_segment(segmenter, &picture, &alpha, nullptr, nullptr) == VBG_OK);
    CHECK(gate.from_inside == VBG_ERROR_WRONG_STATE);
    vbg_segmenter_destroy(segmenter);
}

TEST_CASE("what a pipeline took is dead") {
    vbg_pipeline* pipeline = nullptr;
    vbg_effect* effect = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_effect_create("color", 1, &effect) == VBG_OK);
    CHECK(vbg_pipeline_take_background(pipeline, effect) == VBG_OK);
    CHECK(vbg_pipeline_take_background(pipeline, effect) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_effect_reset(effect) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_effect_destroy(effect);
    vbg_pipeline_destroy(pipeline);
}
