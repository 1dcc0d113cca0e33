// Pictures on a GPU through the C API, where all goes well.
#include <cstring>
#include <string>
#include <vbg/device.hpp>

#include "gpu_pictures.hpp"

using namespace vbg_test;

TEST_CASE("the devices are those of C++") {
    const auto wanted = vbg::list_devices();
    vbg_device_list* list = nullptr;
    REQUIRE(vbg_device_list_create(&list) == VBG_OK);
    std::uint32_t count = 0;
    CHECK(vbg_device_list_count(list, &count) == VBG_OK);
    REQUIRE(count == wanted.size());
    CHECK(count >= 2);  // the CPU, and a GPU or why there is none
    vbg_device_info info = VBG_STRUCT(vbg_device_info);
    for (std::uint32_t i = 0; i < count; ++i) {
        REQUIRE(vbg_device_list_get(list, i, &info) == VBG_OK);
        CHECK(info.device_type == static_cast<std::int32_t>(wanted[i].device.type));
        CHECK(info.device_index == wanted[i].device.index);
        CHECK(info.name == wanted[i].name);
        CHECK(info.summary == wanted[i].summary);
        CHECK(info.why_not == wanted[i].why_not);
    }
    CHECK(vbg_device_list_get(list, count, &info) == VBG_ERROR_NOT_FOUND);
    CHECK(info.name == nullptr);
    vbg_device_list_destroy(list);
    CHECK(vbg_device_list_count(list, &count) == VBG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("pictures and mattes go up and come down in their stream's turn, and nobody waits") {
    if (!has_simulated(1)) return;
    const Stream stream, other;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 1), matte = Pixels::random(kWidth, kHeight, 1, 2);
    const Picture first(VBG_DEVICE_CUDA), second(VBG_DEVICE_CUDA), back(VBG_DEVICE_CUDA_HOST);
    const Matte mask(VBG_DEVICE_CUDA);
    put(frame, first.view, stream.native);
    put(matte, mask.view, stream.native);
    CHECK(vbg_view_copy_in_stream(&first.view, &second.view, stream.native) == VBG_OK);
    CHECK(vbg_view_copy_in_stream(&second.view, &back.view, stream.native) == VBG_OK);
    CHECK(back.at(0, 0) == 0);
    other.wait();
    CHECK(vbg_stream_wait(0, nullptr) == VBG_OK);
    CHECK(back.at(0, 0) == 0);  // these are not the streams to wait for
    CHECK(frame.bytes[0] != 0);
    stream.wait();
    for (std::int32_t y = 0; y < kHeight; ++y)
        CHECK(std::memcmp(frame.bytes.data() + y * kWidth * 3,
                          static_cast<const std::uint8_t*>(back.view.planes[0]) + y * back.view.strides[0],
                          kWidth * 3) == 0);
    CHECK(get(mask.view, stream.native).bytes == matte.bytes);
}

TEST_CASE("one stream follows another") {
    if (!has_simulated(1)) return;
    const Stream first, second;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 3);
    const Picture there(VBG_DEVICE_CUDA), back(VBG_DEVICE_CUDA_HOST);
    put(frame, there.view, first.native);
    CHECK(vbg_stream_follow(0, second.native, first.native) == VBG_OK);
    CHECK(vbg_view_copy_in_stream(&there.view, &back.view, second.native) == VBG_OK);
    CHECK(back.at(1, 0) == 0);  // follow() itself does not wait
    second.wait();
    CHECK(back.at(1, 0) == frame.bytes[1]);
    // and without it what was there before is seen
    const Picture again(VBG_DEVICE_CUDA);
    put(frame, again.view, first.native);
    CHECK(get(again.view, second.native).bytes[1] == 0);
    CHECK(get(again.view, first.native).bytes[1] == frame.bytes[1]);
}

TEST_CASE("a pipeline's pictures on the GPU: the host's result, in their own memory, in the stream's turn") {
    if (!has_simulated(1)) return;
    const Stream stream;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 4);
    const HostResult wanted = on_host(frame);
    vbg_pipeline* pipeline = pipeline_on("cuda:0", stream.native);
    const Picture in(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA);
    const Matte matte(VBG_DEVICE_CUDA);
    for (int round = 0; round < 3; ++round) {
        put(frame, in.view, stream.native);
        if (round == 0) REQUIRE(vbg_pipeline_process(pipeline, &in.view, &out.view, &matte.view) == VBG_OK);
        const Sentinel sentinel(stream.native);
        REQUIRE(vbg_pipeline_process(pipeline, &in.view, &out.view, round == 1 ? nullptr : &matte.view) ==
                VBG_OK);
        CHECK_FALSE(sentinel.was_reached());  // nothing waited: so nothing went through host memory
        CHECK(largest_difference(get(out.view, stream.native), wanted.out) <= 2);
        CHECK(largest_difference(get(matte.view, stream.native), wanted.matte) <= 1);
        CHECK(sentinel.was_reached());
    }
    // in place
    REQUIRE(vbg_pipeline_process(pipeline, &in.view, &in.view, nullptr) == VBG_OK);
    CHECK(largest_difference(get(in.view, stream.native), wanted.out) <= 2);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("without a stream a pipeline works in the turn of the GPU's default one") {
    if (!has_simulated(1)) return;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 5);
    const HostResult wanted = on_host(frame);
    vbg_pipeline* pipeline = pipeline_on("cuda", nullptr);
    const Picture in(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA), back(VBG_DEVICE_CUDA_HOST);
    for (int round = 0; round < 2; ++round) {
        put(frame, in.view,
            nullptr);  // queued, as the sentinel is: the pipeline's own stream must wait for it
        const Sentinel sentinel(nullptr);
        REQUIRE(vbg_pipeline_process(pipeline, &in.view, &out.view, nullptr) == VBG_OK);
        REQUIRE(vbg_view_copy_in_stream(&out.view, &back.view, nullptr) == VBG_OK);
        if (round > 0) CHECK_FALSE(sentinel.was_reached());
        REQUIRE(vbg_stream_wait(0, nullptr) == VBG_OK);
        CHECK(std::abs(back.at(3, 3) - wanted.out.bytes[3 * kWidth * 3 + 3]) <= 2);
        CHECK(largest_difference(get(out.view, nullptr), wanted.out) <= 2);
        Pixels black(kWidth, kHeight, 3);
        put(black, out.view, nullptr);  // what was there before is no excuse
    }
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("some pictures in host memory, others on the GPU") {
    if (!has_simulated(1)) return;
    const Stream stream;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 6);
    const HostResult wanted = on_host(frame);
    vbg_pipeline* pipeline = pipeline_on("cuda:0", stream.native);
    const Picture in(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA);
    const Matte matte(VBG_DEVICE_CUDA);
    put(frame, in.view, stream.native);
    Pixels here(kWidth, kHeight, 3), here_matte(kWidth, kHeight, 1);
    const vbg_frame_view from = frame.frame(), to = here.frame();
    const vbg_mask_view to_matte = here_matte.mask();
    REQUIRE(vbg_pipeline_process(pipeline, &in.view, &to, &matte.view) == VBG_OK);
    CHECK(largest_difference(here, wanted.out) <= 2);  // there already: host memory is waited for
    REQUIRE(vbg_pipeline_process(pipeline, &from, &out.view, &to_matte) == VBG_OK);
    CHECK(largest_difference(here_matte, wanted.matte) <= 1);
    CHECK(largest_difference(get(out.view, stream.native), wanted.out) <= 2);
    REQUIRE(vbg_pipeline_process(pipeline, &from, &to, &to_matte) == VBG_OK);
    CHECK(largest_difference(here, wanted.out) <= 2);
    vbg_pipeline_destroy(pipeline);
}

TEST_CASE("stages by hand work where their pictures lie") {
    if (!has_simulated(1)) return;
    const Stream stream;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 7), room = Pixels::random(kWidth, kHeight, 3, 8);
    Pixels half = half_matte(), wanted(kWidth, kHeight, 3), wanted_matte(kWidth, kHeight, 1);
    const vbg_frame_view here = frame.frame(), here_room = room.frame(), to = wanted.frame();
    const vbg_mask_view here_matte = half.mask(), to_matte = wanted_matte.mask();
    for (void* const turn : {stream.native, static_cast<void*>(nullptr)}) {
        const Picture in(VBG_DEVICE_CUDA), back(VBG_DEVICE_CUDA), out(VBG_DEVICE_CUDA);
        const Matte matte(VBG_DEVICE_CUDA), result(VBG_DEVICE_CUDA);
        put(frame, in.view, turn);
        put(room, back.view, turn);
        put(half, matte.view, turn);
        const vbg_frame_spec spec = spec_on(VBG_DEVICE_CUDA);

        vbg_segmenter* segmenter = nullptr;
        REQUIRE(vbg_segmenter_create("constant:value=77", 1, &segmenter) == VBG_OK);
        CHECK(vbg_segmenter_set_stream(segmenter, turn) == VBG_OK);
        CHECK(vbg_segmenter_configure(segmenter, &spec) == VBG_OK);
        vbg_mask_filter* filter = nullptr;
        REQUIRE(vbg_mask_filter_create("dilate:size=5", 1, &filter) == VBG_OK);
        CHECK(vbg_mask_filter_configure(filter, &spec) == VBG_OK);
        CHECK(vbg_mask_filter_set_stream(filter, turn) == VBG_OK);  // after configuring as well as before
        vbg_effect* effect = nullptr;
        REQUIRE(vbg_effect_create("flip", 1, &effect) == VBG_OK);
        CHECK(vbg_effect_set_stream(effect, turn) == VBG_OK);
        CHECK(vbg_effect_configure(effect, &spec) == VBG_OK);
        CHECK(vbg_effect_apply(effect, &in.view, nullptr, &out.view) == VBG_OK);  // makes its own empty matte
        vbg_compositor* over = nullptr;
        REQUIRE(vbg_compositor_create(nullptr, 1, &over) == VBG_OK);
        CHECK(vbg_compositor_set_stream(over, turn) == VBG_OK);
        CHECK(vbg_compositor_configure(over, &spec) == VBG_OK);
        {
            const Sentinel sentinel(turn);
            CHECK(vbg_segmenter_segment(segmenter, &in.view, &result.view, nullptr, nullptr) == VBG_OK);
            CHECK(vbg_mask_filter_apply(filter, &in.view, &matte.view, &matte.view) == VBG_OK);
            CHECK(vbg_effect_apply(effect, &in.view, nullptr, &in.view) == VBG_OK);
            CHECK(vbg_compositor_compose(over, &in.view, &matte.view, &back.view, &out.view) == VBG_OK);
            CHECK_FALSE(sentinel.was_reached());
        }
        CHECK(get(result.view, turn).bytes == std::vector<std::uint8_t>(kWidth * kHeight, 77));
        const Pixels got = get(out.view, turn), got_matte = get(matte.view, turn);
        // The same objects on the CPU: they configure themselves anew for another place.
        Pixels flipped(kWidth, kHeight, 3);
        const vbg_frame_view turned = flipped.frame();
        CHECK(vbg_mask_filter_apply(filter, &here, &here_matte, &to_matte) == VBG_OK);
        CHECK(vbg_effect_apply(effect, &here, nullptr, &turned) == VBG_OK);
        CHECK(vbg_compositor_compose(over, &turned, &to_matte, &here_room, &to) == VBG_OK);
        CHECK(got_matte.bytes == wanted_matte.bytes);
        CHECK(got.bytes == wanted.bytes);
        vbg_segmenter_destroy(segmenter);
        vbg_mask_filter_destroy(filter);
        vbg_effect_destroy(effect);
        vbg_compositor_destroy(over);
    }
}

TEST_CASE("pictures are converted on the GPU") {
    if (!has_simulated(1)) return;
    const Stream stream;
    Pixels frame = Pixels::random(kWidth, kHeight, 3, 9);
    const Picture in(VBG_DEVICE_CUDA), nv12(VBG_DEVICE_CUDA, 0, VBG_FORMAT_NV12), out(VBG_DEVICE_CUDA);
    const Picture host_nv12(VBG_DEVICE_CPU, 0, VBG_FORMAT_NV12);
    put(frame, in.view, stream.native);
    const Sentinel sentinel(stream.native);
    REQUIRE(vbg_view_convert_in_stream(&in.view, &nv12.view, stream.native) == VBG_OK);
    REQUIRE(vbg_view_convert_in_stream(&nv12.view, &out.view, stream.native) == VBG_OK);
    CHECK_FALSE(sentinel.was_reached());
    Pixels wanted(kWidth, kHeight, 3);
    const vbg_frame_view from = frame.frame(), to = wanted.frame();
    REQUIRE(vbg_view_convert(&from, &host_nv12.view) == VBG_OK);
    REQUIRE(vbg_view_convert_in_stream(&host_nv12.view, &to, stream.native) == VBG_OK);  // in host memory
    CHECK(largest_difference(get(out.view, stream.native), wanted) <= 4);                // 2 levels each way
    CHECK(vbg_view_convert_in_stream(&in.view, &to, stream.native) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(says("same place"));
}
