#pragma once
/// @file studio.hpp  An object that plays any stage, source or sink through the C API's callbacks.

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "capi.hpp"

namespace vbg_test {

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
inline Studio& studio(void* user) { return *static_cast<Studio*>(user); }

inline std::uint8_t& at(const vbg_frame_view* v, int x, int y) {
    return static_cast<std::uint8_t*>(v->planes[0])[y * v->strides[0] + x * 3];
}
inline std::uint8_t& at(const vbg_mask_view* v, int x, int y) {
    return static_cast<std::uint8_t*>(v->data)[y * v->stride + x];
}

inline vbg_stage_callbacks stage_table() {
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
inline vbg_status left_half(void* user, const vbg_frame_view* frame, const vbg_mask_view* alpha,
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

inline vbg_status invert(void*, const vbg_frame_view*, const vbg_mask_view* in, const vbg_mask_view* out) {
    for (int y = 0; y < in->height; ++y) {
        for (int x = 0; x < in->width; ++x) at(out, x, y) = static_cast<std::uint8_t>(255 - at(in, x, y));
    }
    return VBG_OK;
}

inline vbg_status fifty(void*, const vbg_frame_view*, const vbg_mask_view*, const vbg_frame_view* out) {
    for (int y = 0; y < out->height; ++y)
        std::memset(&at(out, 0, y), 50, static_cast<std::size_t>(out->width) * 3);
    return VBG_OK;
}

inline vbg_source_callbacks source_table() {
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

inline vbg_sink_callbacks sink_table() {
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

}  // namespace vbg_test
