#pragma once
/// @file gpu_pictures.hpp  For tests of the C API with pictures on a simulated GPU (tests/simulated_gpu):
/// memory there crashes whoever touches it on the host, and streams do nothing before somebody waits for
/// them. So a result that is not there yet proves that nothing on the way has waited, or was carried through
/// host memory.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "capi.hpp"

namespace vbg_test {

inline constexpr std::int32_t kWidth = 61, kHeight = 37;

/// Whether so many simulated GPUs are there. Where ctest has promised them, it is an error if they are not.
inline bool has_simulated(std::uint32_t gpus) {
    vbg_device_list* list = nullptr;
    REQUIRE(vbg_device_list_create(&list) == VBG_OK);
    vbg_device_info last = VBG_STRUCT(vbg_device_info);
    const bool there = vbg_device_list_get(list, gpus, &last) == VBG_OK &&
                       std::string_view(last.summary).find("simulated") == 0;
    vbg_device_list_destroy(list);
    if (std::getenv("VBG_SIMULATED_GPUS") != nullptr) REQUIRE(there);
    if (!there) MESSAGE("SKIP: no simulated GPUs here; ctest has them where libvbg is shared, as in CI");
    return there;
}

inline vbg_frame_spec spec_on(std::int32_t type, std::int32_t index = 0,
                              std::int32_t format = VBG_FORMAT_BGR8) {
    vbg_frame_spec spec = VBG_STRUCT(vbg_frame_spec);
    spec.format = format;
    spec.width = kWidth;
    spec.height = kHeight;
    spec.device_type = type;
    spec.device_index = index;
    return spec;
}

/// A frame or matte of the library's, and its view.
struct Picture {
    explicit Picture(std::int32_t type, std::int32_t index = 0, std::int32_t format = VBG_FORMAT_BGR8) {
        const vbg_frame_spec spec = spec_on(type, index, format);
        REQUIRE(vbg_frame_create_on(&spec, &frame) == VBG_OK);
        REQUIRE(vbg_frame_get_view(frame, &view) == VBG_OK);
        REQUIRE(view.device_type == type);
        REQUIRE(view.device_index == index);
    }
    ~Picture() { vbg_frame_destroy(frame); }
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;
    /// Byte of host memory.
    [[nodiscard]] std::uint8_t at(std::int32_t x, std::int32_t y) const {
        return static_cast<const std::uint8_t*>(view.planes[0])[y * view.strides[0] + x];
    }
    vbg_frame* frame = nullptr;
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
};
struct Matte {
    explicit Matte(std::int32_t type, std::int32_t index = 0, std::int32_t format = 0) {
        const vbg_frame_spec spec = spec_on(type, index);
        REQUIRE(vbg_mask_create_on(&spec, format, &mask) == VBG_OK);
        REQUIRE(vbg_mask_get_view(mask, &view) == VBG_OK);
        REQUIRE(view.device_type == type);
    }
    ~Matte() { vbg_mask_destroy(mask); }
    Matte(const Matte&) = delete;
    Matte& operator=(const Matte&) = delete;
    vbg_mask* mask = nullptr;
    vbg_mask_view view = VBG_STRUCT(vbg_mask_view);
};
struct Stream {
    explicit Stream(std::int32_t gpu = 0) : index(gpu) {
        REQUIRE(vbg_stream_create(gpu, &native) == VBG_OK);
        REQUIRE(native != nullptr);
    }
    ~Stream() { vbg_stream_destroy(native); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    void wait() const { REQUIRE(vbg_stream_wait(index, native) == VBG_OK); }
    std::int32_t index;
    void* native = nullptr;
};

/// Something queued in a stream that changes pinned memory once somebody waits for the stream.
class Sentinel {
public:
    explicit Sentinel(void* stream) {
        Pixels one = Pixels::random(kWidth, kHeight, 3, 99);
        one.bytes[0] = 1;
        const vbg_frame_view from = one.frame();
        REQUIRE(vbg_view_copy_in_stream(&from, &there_.view, stream) == VBG_OK);
        REQUIRE(vbg_view_copy_in_stream(&there_.view, &here_.view, stream) == VBG_OK);
        REQUIRE_FALSE(was_reached());
    }
    [[nodiscard]] bool was_reached() const { return here_.at(0, 0) == 1; }

private:
    Picture there_{VBG_DEVICE_CUDA}, here_{VBG_DEVICE_CUDA_HOST};
};

inline void put(Pixels& from, const vbg_frame_view& to, void* stream) {
    const vbg_frame_view view = from.frame();
    REQUIRE(vbg_view_copy_in_stream(&view, &to, stream) == VBG_OK);
}
inline void put(Pixels& from, const vbg_mask_view& to, void* stream) {
    const vbg_mask_view view = from.mask();
    REQUIRE(vbg_mask_view_copy_in_stream(&view, &to, stream) == VBG_OK);
}
/// Waits, as every copy into memory that is not pinned does.
inline Pixels get(const vbg_frame_view& from, void* stream) {
    Pixels here(kWidth, kHeight, 3);
    const vbg_frame_view to = here.frame();
    REQUIRE(vbg_view_copy_in_stream(&from, &to, stream) == VBG_OK);
    return here;
}
inline Pixels get(const vbg_mask_view& from, void* stream) {
    Pixels here(kWidth, kHeight, 1);
    const vbg_mask_view to = here.mask();
    REQUIRE(vbg_mask_view_copy_in_stream(&from, &to, stream) == VBG_OK);
    return here;
}

inline int largest_difference(const Pixels& a, const Pixels& b) {
    REQUIRE(a.bytes.size() == b.bytes.size());
    int most = 0;
    for (std::size_t i = 0; i < a.bytes.size(); ++i) most = std::max(most, std::abs(a.bytes[i] - b.bytes[i]));
    return most;
}

inline bool says(std::string_view words) { return message().find(words) != std::string::npos; }

/// Left half person, between the halves a ramp.
inline Pixels half_matte() {
    Pixels made(kWidth, kHeight, 1);
    for (std::int32_t y = 0; y < kHeight; ++y)
        for (std::int32_t x = 0; x < kWidth; ++x)
            made.bytes[static_cast<std::size_t>(y * kWidth + x)] =
                static_cast<std::uint8_t>(std::clamp(255 - (x - 20) * 12, 0, 255));
    return made;
}

/// A pipeline whose stages all have code for GPUs.
inline vbg_pipeline* pipeline_on(const char* device, void* stream) {
    vbg_pipeline* pipeline = nullptr;
    REQUIRE(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    REQUIRE(vbg_pipeline_set_segmenter(pipeline, "constant:value=140") == VBG_OK);
    REQUIRE(vbg_pipeline_add_filter(pipeline, "feather:sigma=2 | levels:black=0.2") == VBG_OK);
    REQUIRE(vbg_pipeline_add_background(pipeline, "flip") == VBG_OK);
    REQUIRE(vbg_pipeline_add_foreground(pipeline, "grayscale") == VBG_OK);
    REQUIRE(vbg_pipeline_set_device(pipeline, device, stream) == VBG_OK);
    return pipeline;
}

struct HostResult {
    Pixels out{kWidth, kHeight, 3}, matte{kWidth, kHeight, 1};
};
inline HostResult on_host(Pixels& frame) {
    HostResult result;
    vbg_pipeline* pipeline = pipeline_on("cpu", nullptr);
    const vbg_frame_view from = frame.frame(), to = result.out.frame();
    const vbg_mask_view matte = result.matte.mask();
    REQUIRE(vbg_pipeline_process(pipeline, &from, &to, &matte) == VBG_OK);
    vbg_pipeline_destroy(pipeline);
    return result;
}

}  // namespace vbg_test
