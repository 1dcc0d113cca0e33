// The C API gives the very pixels of the C++ API, for every stage there is.
#include <doctest/doctest.h>

#include <cstring>
#include <iostream>
#include <vbg/vbg.hpp>

#include "capi.hpp"
#include "support/temp_dir.hpp"

using vbg_test::message;
using vbg_test::Pixels;

namespace {

constexpr int kWidth = 96, kHeight = 61;

/// Stages that work with what is here: no required parameter, nothing missing; what is random gets a seed.
std::vector<std::string> usable(vbg::StageKind kind) {
    std::vector<std::string> names;
    for (const vbg::StageEntry* entry : vbg::list_stages(kind)) {
        bool fine =
            (!entry->why_not || entry->why_not().empty()) && (!entry->missing || entry->missing().empty());
        std::string spec(entry->name);
        for (const auto& parameter : entry->parameters) {
            fine = fine && !parameter.required;
            if (parameter.name == "seed") spec += ":seed=7";
        }
        if (fine) names.push_back(spec);
    }
    return names;
}

vbg::FrameSpec spec() { return {kWidth, kHeight, vbg::PixelFormat::bgr8, {}, {}, 0}; }

}  // namespace

TEST_CASE("mask filters") {
    int seen = 0;
    for (const std::string& name : usable(vbg::StageKind::mask_filter)) {
        CAPTURE(name);
        auto guide = Pixels::random(kWidth, kHeight, 3, 1);
        auto matte = Pixels::random(kWidth, kHeight, 1, 2);
        Pixels c(kWidth, kHeight, 1), cpp(kWidth, kHeight, 1);
        vbg_mask_filter* filter = nullptr;
        REQUIRE_MESSAGE(vbg_mask_filter_create(name.c_str(), 2, &filter) == VBG_OK, message());
        const auto stage = vbg::make_mask_filter(name);
        vbg::Context context(2);
        stage->configure(spec(), context);
        for (int i = 0; i < 3; ++i) {  // several, for those that remember
            guide = Pixels::random(kWidth, kHeight, 3, static_cast<unsigned>(10 + i));
            const vbg_frame_view g = guide.frame();
            const vbg_mask_view in = matte.mask(), out = c.mask();
            REQUIRE_MESSAGE(vbg_mask_filter_apply(filter, &g, &in, &out) == VBG_OK, message());
            stage->apply(guide.cpp_frame(), matte.cpp_mask(), cpp.cpp_mask(), context);
            CHECK(c.bytes == cpp.bytes);
        }
        char* text = nullptr;
        CHECK(vbg_mask_filter_name(filter, &text) == VBG_OK);
        CHECK(name.starts_with(vbg_test::own(text)));
        CHECK(vbg_mask_filter_reset(filter) == VBG_OK);
        vbg_mask_filter_destroy(filter);
        ++seen;
    }
    CHECK(seen >= 10);
}

TEST_CASE("effects, with a matte and without") {
    int seen = 0;
    for (const std::string& name : usable(vbg::StageKind::effect)) {
        for (const bool with_matte : {true, false}) {
            CAPTURE(name);
            auto layer = Pixels::random(kWidth, kHeight, 3, 3);
            auto matte = Pixels::random(kWidth, kHeight, 1, 4);
            if (!with_matte) matte = Pixels(kWidth, kHeight, 1);
            Pixels c(kWidth, kHeight, 3), cpp(kWidth, kHeight, 3);
            vbg_effect* effect = nullptr;
            REQUIRE_MESSAGE(vbg_effect_create(name.c_str(), 2, &effect) == VBG_OK, message());
            const auto stage = vbg::make_effect(name);
            vbg::Context context(2);
            stage->configure(spec(), context);
            std::int32_t replaces = -1;
            CHECK(vbg_effect_replaces_layer(effect, &replaces) == VBG_OK);
            CHECK(replaces == (stage->replaces_layer() ? 1 : 0));
            for (int i = 0; i < 2; ++i) {
                const vbg_frame_view in = layer.frame(), out = c.frame();
                const vbg_mask_view alpha = matte.mask();
                REQUIRE_MESSAGE(vbg_effect_apply(effect, &in, with_matte ? &alpha : nullptr, &out) == VBG_OK,
                                message());
                stage->apply(layer.cpp_frame(), matte.cpp_mask(), cpp.cpp_frame(), context);
                CHECK(c.bytes == cpp.bytes);
            }
            vbg_effect_destroy(effect);
            ++seen;
        }
    }
    CHECK(seen >= 10);
}

TEST_CASE("segmenters, u8 and f32") {
    int seen = 0;
    for (const std::string& name : usable(vbg::StageKind::segmenter)) {
        CAPTURE(name);
        vbg_segmenter* segmenter = nullptr;
        REQUIRE_MESSAGE(vbg_segmenter_create(name.c_str(), 1, &segmenter) == VBG_OK, message());
        const auto stage = vbg::make_segmenter(name);
        vbg::Context context(1);
        stage->configure(spec(), context);
        std::int32_t warm_up = -1;
        CHECK(vbg_segmenter_warm_up_frames(segmenter, &warm_up) == VBG_OK);
        CHECK(warm_up == stage->warm_up_frames());
        for (int i = 0; i < 4; ++i) {
            auto picture = Pixels::random(kWidth, kHeight, 3, static_cast<unsigned>(i));
            const vbg_frame_view frame = picture.frame();
            if (i % 2 == 0) {
                Pixels c(kWidth, kHeight, 1), cpp(kWidth, kHeight, 1);
                const vbg_mask_view alpha = c.mask();
                REQUIRE_MESSAGE(vbg_segmenter_segment(segmenter, &frame, &alpha, nullptr, nullptr) == VBG_OK,
                                message());
                stage->segment(picture.cpp_frame(), cpp.cpp_mask(), context);
                CHECK(c.bytes == cpp.bytes);
            } else {
                vbg_mask* mask = nullptr;
                REQUIRE(vbg_mask_create(kWidth, kHeight, VBG_MASK_F32, &mask) == VBG_OK);
                vbg_mask_view alpha = VBG_STRUCT(vbg_mask_view);
                REQUIRE(vbg_mask_get_view(mask, &alpha) == VBG_OK);
                std::int32_t written = -1;
                REQUIRE(vbg_segmenter_segment(segmenter, &frame, &alpha, nullptr, &written) == VBG_OK);
                CHECK(written == 0);
                vbg::Mask cpp(kWidth, kHeight, vbg::MaskFormat::f32);
                stage->segment(picture.cpp_frame(), cpp.view(), context);
                for (int y = 0; y < kHeight; ++y) {
                    CHECK(std::memcmp(static_cast<char*>(alpha.data) + y * alpha.stride, cpp.view().row(y),
                                      kWidth * sizeof(float)) == 0);
                }
                vbg_mask_destroy(mask);
            }
        }
        vbg_segmenter_destroy(segmenter);
        ++seen;
    }
    CHECK(seen >= 3);
}

TEST_CASE("compositors") {
    auto person = Pixels::random(kWidth, kHeight, 3, 5), room = Pixels::random(kWidth, kHeight, 3, 6);
    auto matte = Pixels::random(kWidth, kHeight, 1, 7);
    Pixels c(kWidth, kHeight, 3), cpp(kWidth, kHeight, 3);
    vbg_compositor* compositor = nullptr;
    REQUIRE(vbg_compositor_create(nullptr, 1, &compositor) == VBG_OK);
    const vbg_frame_view p = person.frame(), r = room.frame(), out = c.frame();
    const vbg_mask_view alpha = matte.mask();
    REQUIRE_MESSAGE(vbg_compositor_compose(compositor, &p, &alpha, &r, &out) == VBG_OK, message());
    const auto stage = vbg::make_compositor("over");
    vbg::Context context(1);
    stage->configure(spec(), context);
    stage->compose(person.cpp_frame(), matte.cpp_mask(), room.cpp_frame(), cpp.cpp_frame(), context);
    CHECK(c.bytes == cpp.bytes);
    vbg_compositor_destroy(compositor);
}

TEST_CASE("a whole pipeline: process, run, and what a sink got") {
    const vbg_test::TempDir folder;
    auto picture = Pixels::random(kWidth, kHeight, 3, 8);
    const vbg_frame_view in = picture.frame();
    const std::string file = folder / "in.png";
    REQUIRE(vbg_view_save(&in, file.c_str()) == VBG_OK);

    vbg::Pipeline cpp(1);
    cpp.segmenter("chroma_key").filter("dilate:size=3 | box_blur:size=5").background("blur:sigma=3");
    cpp.foreground("hologram:seed=3");
    Pixels out_cpp(kWidth, kHeight, 3), matte_cpp(kWidth, kHeight, 1);
    cpp.process(picture.cpp_frame(), out_cpp.cpp_frame(), matte_cpp.cpp_mask());

    const auto make = [](vbg_pipeline*& p) {
        REQUIRE(vbg_pipeline_create(1, &p) == VBG_OK);
        REQUIRE(vbg_pipeline_set_segmenter(p, "chroma_key") == VBG_OK);
        REQUIRE(vbg_pipeline_add_filter(p, "dilate:size=3 | box_blur:size=5") == VBG_OK);
        REQUIRE(vbg_pipeline_add_background(p, "blur:sigma=3") == VBG_OK);
        REQUIRE(vbg_pipeline_add_foreground(p, "hologram:seed=3") == VBG_OK);
    };
    vbg_pipeline* pipeline = nullptr;
    make(pipeline);
    Pixels out(kWidth, kHeight, 3), matte(kWidth, kHeight, 1);
    const vbg_frame_view to = out.frame();
    const vbg_mask_view alpha = matte.mask();
    REQUIRE_MESSAGE(vbg_pipeline_process(pipeline, &in, &to, &alpha) == VBG_OK, message());
    CHECK(out.bytes == out_cpp.bytes);
    CHECK(matte.bytes == matte_cpp.bytes);
    vbg_pipeline_destroy(pipeline);

    make(pipeline);
    const std::string result = folder / "out.png";
    REQUIRE(vbg_pipeline_set_source(pipeline, ("image:path=" + file).c_str()) == VBG_OK);
    REQUIRE(vbg_pipeline_add_sink(pipeline, ("image:path=" + result).c_str()) == VBG_OK);
    REQUIRE_MESSAGE(vbg_pipeline_run(pipeline, 0, nullptr, nullptr) == VBG_OK, message());
    vbg_pipeline_destroy(pipeline);
    vbg_frame* written = nullptr;
    REQUIRE(vbg_frame_load(result.c_str(), 0, &written) == VBG_OK);
    vbg_frame_view got = VBG_STRUCT(vbg_frame_view);
    REQUIRE(vbg_frame_get_view(written, &got) == VBG_OK);
    REQUIRE(vbg_view_copy(&got, &to) == VBG_OK);
    CHECK(out.bytes == out_cpp.bytes);
    vbg_frame_destroy(written);
}
