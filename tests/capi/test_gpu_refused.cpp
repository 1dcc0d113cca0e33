// Pictures on a GPU through the C API, where they cannot be: what is said, and that nothing is harmed.
#include <string>

#include "gpu_pictures.hpp"
#include "support/temp_dir.hpp"

using namespace vbg_test;

TEST_CASE("what works in host memory alone refuses a GPU's, and names the way out") {
    if (!has_simulated(1)) return;
    const Picture there(VBG_DEVICE_CUDA);
    Pixels pixels(kWidth, kHeight, 3);
    const vbg_frame_view here = pixels.frame();
    const vbg_test::TempDir folder;
    const std::string file = folder / "x.png";
    vbg_sink* sink = nullptr;
    REQUIRE(vbg_sink_create("null", &sink) == VBG_OK);
    vbg_frame_spec wanted = spec_on(VBG_DEVICE_CPU);
    REQUIRE(vbg_sink_open(sink, &wanted, nullptr) == VBG_OK);
    const auto refuses = [](vbg_status status) {
        CHECK(status == VBG_ERROR_UNSUPPORTED_FORMAT);
        CHECK(says("cuda:0"));
        CHECK(says("vbg_view_copy_in_stream"));
    };
    refuses(vbg_view_fill(&there.view, 1, 2, 3));
    refuses(vbg_view_save(&there.view, file.c_str()));
    refuses(vbg_view_copy(&there.view, &here));
    refuses(vbg_view_copy(&here, &there.view));
    refuses(vbg_view_convert(&there.view, &here));
    refuses(vbg_view_convert(&here, &there.view));
    refuses(vbg_sink_write(sink, &there.view));
    wanted = spec_on(VBG_DEVICE_CUDA);
    refuses(vbg_sink_open(sink, &wanted, nullptr));
    vbg_sink_destroy(sink);
    CHECK(folder.names().empty());

    // a source of one's own, too
    vbg_source_callbacks table = VBG_STRUCT(vbg_source_callbacks);
    table.open = [](void* user, vbg_frame_spec* spec) {
        *spec = spec_on(*static_cast<bool*>(user) ? VBG_DEVICE_CUDA : VBG_DEVICE_CPU);
        return vbg_status{VBG_OK};
    };
    table.read = [](void*, std::int32_t, vbg_frame_view* frame, std::int32_t*) {
        frame->planes[0] = frame;
        frame->device_type = VBG_DEVICE_CUDA;
        return vbg_status{VBG_OK};
    };
    bool opens_there = false;
    vbg_source* source = nullptr;
    REQUIRE(vbg_source_create_custom("mine", &table, &opens_there, &source) == VBG_OK);
    REQUIRE(vbg_source_open(source, nullptr) == VBG_OK);
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    std::int32_t result = 0;
    refuses(vbg_source_read(source, 0, &view, &result));
    opens_there = true;
    refuses(vbg_source_open(source, nullptr));
    vbg_source_destroy(source);

    // host memory that is pinned is host memory
    const Picture pinned(VBG_DEVICE_CUDA_HOST);
    CHECK(vbg_view_fill(&pinned.view, 9, 8, 7) == VBG_OK);
    CHECK(vbg_view_copy(&pinned.view, &here) == VBG_OK);
    CHECK(pixels.bytes[0] == 7);
}

TEST_CASE("pictures in different places, and stages without code for GPUs") {
    if (!has_simulated(1)) return;
    const Picture in(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA);
    const Matte matte(VBG_DEVICE_CUDA);
    Pixels pixels(kWidth, kHeight, 3), half = half_matte();
    const vbg_frame_view here = pixels.frame();
    const vbg_mask_view here_matte = half.mask();
    vbg_effect* effect = nullptr;
    REQUIRE(vbg_effect_create("flip", 1, &effect) == VBG_OK);
    CHECK(vbg_effect_apply(effect, &in.view, &matte.view, &here) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("output lies on host memory"));
    CHECK(says("cuda:0"));
    CHECK(vbg_effect_apply(effect, &in.view, &here_matte, &out.view) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("matte lies on host memory"));
    CHECK(vbg_effect_apply(effect, &here, nullptr, &out.view) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("output lies on cuda:0"));
    CHECK(vbg_effect_apply(effect, &in.view, &matte.view, &out.view) == VBG_OK);  // still of use
    vbg_effect_destroy(effect);

    REQUIRE(vbg_effect_create("pixelate:exclude_person=false", 1, &effect) == VBG_OK);
    CHECK(vbg_effect_apply(effect, &in.view, nullptr, &out.view) == VBG_ERROR_DEVICE);
    CHECK(says("pixelate does not work on cuda:0"));
    CHECK(says("host memory"));
    vbg_effect_destroy(effect);
    const vbg_effect_fn touch = [](void*, const vbg_frame_view*, const vbg_mask_view*,
                                   const vbg_frame_view* to) {
        *static_cast<std::uint8_t*>(to->planes[0]) = 1;
        return vbg_status{VBG_OK};
    };
    REQUIRE(vbg_effect_create_custom("mine", touch, nullptr, 0, nullptr, &effect) == VBG_OK);
    CHECK(vbg_effect_apply(effect, &in.view, nullptr, &out.view) == VBG_ERROR_DEVICE);
    // In a pipeline its pictures are carried to it.
    vbg_pipeline* pipeline = pipeline_on("cuda:0", nullptr);
    CHECK(vbg_pipeline_take_background(pipeline, effect) == VBG_OK);
    CHECK(vbg_pipeline_process(pipeline, &in.view, &out.view, nullptr) == VBG_OK);
    vbg_pipeline_destroy(pipeline);

    pipeline = pipeline_on("cpu", nullptr);
    CHECK(vbg_pipeline_process(pipeline, &in.view, &out.view, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("the pipeline works on host memory; call device()"));
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("another GPU than the pictures'") {
    if (!has_simulated(2)) return;
    const Picture in(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA), other(VBG_DEVICE_CUDA, 1);
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 10);
    vbg_pipeline* pipeline = pipeline_on("cuda:0", nullptr);
    CHECK(vbg_pipeline_process(pipeline, &in.view, &other.view, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("a picture lies on cuda:1, but the pipeline works on cuda:0"));
    CHECK(vbg_pipeline_process(pipeline, &in.view, &out.view, nullptr) == VBG_OK);
    vbg_pipeline_destroy(pipeline);

    vbg_effect* effect = nullptr;
    REQUIRE(vbg_effect_create("flip", 1, &effect) == VBG_OK);
    CHECK(vbg_effect_apply(effect, &in.view, nullptr, &other.view) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("cuda:1"));
    CHECK(vbg_effect_apply(effect, &other.view, nullptr, &other.view) == VBG_OK);  // configures itself anew
    vbg_effect_destroy(effect);

    // Copies go from one to the other.
    const Stream stream(1);
    put(frame, in.view, nullptr);
    REQUIRE(vbg_stream_wait(0, nullptr) == VBG_OK);
    CHECK(vbg_view_copy_in_stream(&in.view, &other.view, stream.native) == VBG_OK);
    CHECK(get(other.view, stream.native).bytes == frame.bytes);

    for (const std::int32_t type : {VBG_DEVICE_CUDA, VBG_DEVICE_CUDA_HOST}) {
        const vbg_frame_spec none = spec_on(type, 7);
        auto* made = reinterpret_cast<vbg_frame*>(1);
        CHECK(vbg_frame_create_on(&none, &made) == VBG_ERROR_DEVICE);
        CHECK(made == nullptr);
        CHECK(says("cuda:7"));
    }
    vbg_frame_view away = in.view;
    away.device_index = -1;
    CHECK(vbg_view_copy_in_stream(&away, &out.view, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_stream_wait(-1, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_stream_wait(7, nullptr) == VBG_ERROR_DEVICE);
    void* none = &away;
    CHECK(vbg_stream_create(7, &none) == VBG_ERROR_DEVICE);
    CHECK(none == nullptr);
    CHECK(vbg_stream_create(0, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("streams that are none, of another GPU or gone") {
    if (!has_simulated(2)) return;
    const Picture in(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA);
    const Stream elsewhere(1);
    void* gone = nullptr;
    REQUIRE(vbg_stream_create(0, &gone) == VBG_OK);
    vbg_stream_destroy(gone);
    int local = 0;
    for (void* const wrong : {static_cast<void*>(&local), elsewhere.native, gone}) {
        CHECK(vbg_view_copy_in_stream(&in.view, &out.view, wrong) == VBG_ERROR_DEVICE);
        CHECK(vbg_stream_wait(0, wrong) == VBG_ERROR_DEVICE);
        CHECK(vbg_stream_follow(0, wrong, nullptr) == VBG_ERROR_DEVICE);
        CHECK(vbg_stream_follow(0, nullptr, wrong) == VBG_ERROR_DEVICE);
        vbg_pipeline* pipeline = pipeline_on("cuda:0", wrong);
        CHECK(vbg_pipeline_process(pipeline, &in.view, &out.view, nullptr) == VBG_ERROR_DEVICE);
        CHECK(vbg_pipeline_set_device(pipeline, "cuda:0", nullptr) == VBG_OK);
        CHECK(vbg_pipeline_process(pipeline, &in.view, &out.view, nullptr) == VBG_OK);
        vbg_pipeline_destroy(pipeline);
    }
    vbg_error_set(VBG_OK, "");
    vbg_stream_destroy(gone);  // noted, and nothing else
    CHECK(vbg_error_status() == VBG_ERROR_INVALID_ARGUMENT);
    vbg_stream_destroy(nullptr);
}

TEST_CASE("pictures whose memory is gone") {
    if (!has_simulated(1)) return;
    const Picture out(VBG_DEVICE_CUDA);
    vbg_frame_view gone = VBG_STRUCT(vbg_frame_view);
    {
        const Picture in(VBG_DEVICE_CUDA);
        gone = in.view;
        vbg_frame_destroy(in.frame);
        CHECK(vbg_frame_get_view(in.frame, &gone) == VBG_ERROR_INVALID_ARGUMENT);  // the handle is checked
        gone = in.view;
    }
    CHECK(vbg_view_copy_in_stream(&gone, &out.view, nullptr) == VBG_ERROR_DEVICE);
    CHECK(vbg_view_copy_in_stream(&out.view, &gone, nullptr) == VBG_ERROR_DEVICE);
    CHECK(vbg_stream_wait(0, nullptr) == VBG_OK);  // refused before it was queued: the GPU is well
}
