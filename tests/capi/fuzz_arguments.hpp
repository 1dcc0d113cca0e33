#pragma once
// What fuzz_misuse.cpp calls functions with: for every type in a signature an Argument<type> that makes a
// good or a wrong one by the thread's dice, and looks afterwards at what the function left there.
#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include <vbg/vbg.h>

#include "fuzz_dice.hpp"

namespace {

template <class T>
struct Argument;

int32_t number() {
    static constexpr std::array<int32_t, 16> kNumbers{0,  0,  1,  1,   2,  3,  5,         16,
                                                      17, 19, 24, 255, -1, 64, INT32_MAX, INT32_MIN};
    return dice->pick(kNumbers);
}

template <class T>
struct Plain {
    T value{};
    T get() { return value; }
    void after(const char*, bool) {}
};
template <>
struct Argument<int32_t> : Plain<int32_t> {
    Argument() { value = number(); }
};
template <>
struct Argument<uint32_t> : Plain<uint32_t> {
    Argument() { value = static_cast<uint32_t>(number()) % 40; }
};
template <>
struct Argument<uint64_t> : Plain<uint64_t> {
    Argument() { value = dice->roll(5); }
};
/// The caller's own object, or a stream: NULL, since a stream of a GPU cannot be made up.
template <>
struct Argument<void*> : Plain<void*> {};
/// A stream that a function gives.
template <>
struct Argument<void**> {
    void* value = &pool;
    bool null = dice->one_in(15);
    void** get() { return null ? nullptr : &value; }
    void after(const char* function, bool failure) {
        if (null) return;
        if (failure != (value == nullptr)) complain(function, "failed with a stream, or succeeded without");
        vbg_stream_destroy(value);
    }
};

template <>
struct Argument<const char*> : Plain<const char*> {
    Argument() {
        static constexpr std::array<const char*, 40> kTexts{nullptr,
                                                            "cpu",
                                                            "",
                                                            "constant:value=128",
                                                            "chroma_key",
                                                            "frame_difference",
                                                            "dilate:size=3",
                                                            "box_blur",
                                                            "feather",
                                                            "temporal",
                                                            "color:value=#102030",
                                                            "blur:sigma=2",
                                                            "hologram",
                                                            "over",
                                                            "null",
                                                            "pattern:size=24x16,frames=3",
                                                            "pattern:size=24x16,frames=2,realtime=true",
                                                            "no_such_stage",
                                                            "dilate:size=-5",
                                                            "dilate:=",
                                                            "a|b|",
                                                            "'",
                                                            ":",
                                                            "none",
                                                            "size",
                                                            "my_stage",
                                                            "Not A Name",
                                                            "/no/such/file.png",
                                                            "image:path=/no/such/file.png",
                                                            "bgr8",
                                                            "source",
                                                            "filters",
                                                            "show",
                                                            "background",
                                                            "foreground",
                                                            "card",
                                                            "sync",
                                                            "latest",
                                                            "matte",
                                                            "\xff\xfe not UTF-8"};
        value = dice->pick(kTexts);
    }
};

template <class Struct>
struct InStruct {
    /// As large as struct_size may say, so that the library is free to read that far.
    alignas(16) std::array<unsigned char, 4096> room{};
    bool null = dice->one_in(30);
    InStruct() {
        Struct made{};
        made.struct_size = sizeof(Struct);
        fill(made);
        static constexpr std::array<uint32_t, 8> kSizes{0, 1, 4, 12, 64, 4096, 4104, 0xffffffff};
        if (dice->one_in(20)) made.struct_size = dice->pick(kSizes);
        std::memcpy(room.data(), &made, sizeof made);
    }
    void fill(Struct& made);
    Struct* get() { return null ? nullptr : reinterpret_cast<Struct*>(room.data()); }
    void after(const char*, bool) {}
};
template <class Struct>
void InStruct<Struct>::fill(Struct&) {}

/// Whether what is said to lie on a GPU would be touched there.
bool has_gpu() {
    static const bool found = [] {
        vbg_device_list* list = nullptr;
        vbg_device_info gpu = VBG_STRUCT(vbg_device_info);
        const bool there = vbg_device_list_create(&list) == VBG_OK &&
                           vbg_device_list_get(list, 1, &gpu) == VBG_OK && *gpu.why_not == 0;
        vbg_device_list_destroy(list);
        return there;
    }();
    return found;
}

template <class Size>
void fill_size(Size& made) {
    made.width = dice->one_in(40) ? number() : 24;
    made.height = dice->one_in(40) ? number() : 16;
    if (made.width > 64) made.width = 24;  // larger than that would be a lie about the memory
    if (made.height > 64) made.height = 16;
    made.device_type = dice->one_in(25) ? number() : 0;
    if (made.device_type == VBG_DEVICE_CUDA && has_gpu()) made.device_type = 4;  // so would that be
}
int64_t stride(int64_t row) {
    static constexpr std::array<int64_t, 6> kStrides{0, 1, -1, INT64_MAX, INT64_MIN, 4096};
    return dice->one_in(30) ? dice->pick(kStrides) : dice->one_in(3) ? -row : dice->one_in(2) ? row : 0;
}
template <>
void InStruct<vbg_frame_view>::fill(vbg_frame_view& made) {
    fill_size(made);
    made.format = dice->one_in(15) ? number() : VBG_FORMAT_BGR8;
    for (std::size_t p = 0; p < 4; ++p) {
        made.planes[p] = p > 0 || dice->one_in(40) ? nullptr : dice->region();
        made.strides[p] = stride(256);
    }
    if (dice->one_in(20)) made.matrix = number();
}
template <>
void InStruct<vbg_mask_view>::fill(vbg_mask_view& made) {
    fill_size(made);
    made.format = dice->one_in(10) ? number() : 0;
    made.data = dice->one_in(40) ? nullptr : dice->region();
    made.stride = stride(256);
}
template <>
void InStruct<vbg_frame_spec>::fill(vbg_frame_spec& made) {
    fill_size(made);
    made.format = dice->one_in(15) ? number() : VBG_FORMAT_BGR8;
    made.fps = dice->one_in(10) ? -1.0 : 25;
}
template <>
void InStruct<vbg_stage_callbacks>::fill(vbg_stage_callbacks& made) {
    if (dice->one_in(2)) made.configure = on_configure;
    if (dice->one_in(2)) made.reset = on_nothing;
    made.destroy = on_nothing;
}
template <>
void InStruct<vbg_source_callbacks>::fill(vbg_source_callbacks& made) {
    if (!dice->one_in(10)) made.open = on_open;
    if (!dice->one_in(10)) made.read = on_read;
    if (dice->one_in(2)) made.close = on_nothing;
    made.destroy = on_nothing;
}
template <>
void InStruct<vbg_sink_callbacks>::fill(vbg_sink_callbacks& made) {
    if (dice->one_in(2)) made.open = on_open;
    if (!dice->one_in(10)) made.write = on_write;
    if (dice->one_in(2)) made.abandon = on_nothing;
    if (dice->one_in(2)) made.interrupt = on_nothing;
    made.destroy = on_nothing;
}
template <>
void InStruct<vbg_live_options>::fill(vbg_live_options& made) {
    made.on_demand = number();
    made.hold_rate = number();
    made.no_reconnect = number();
    made.stall_ms = dice->one_in(2) ? 0 : number();
    made.max_cpu = dice->one_in(2) ? 0 : 0.01;
    made.fps = dice->one_in(8) ? -1 : 0;
}
template <>
void InStruct<vbg_fetch_options>::fill(vbg_fetch_options& made) {
    made.from = "/no/such/folder";
    made.progress = on_model_progress;
    made.stall_seconds = number();
}

/// A struct that a function gives: full of rubbish before, cleared where the function failed.
template <class Struct>
struct OutStruct : InStruct<Struct> {
    static constexpr std::size_t kFirst = sizeof(uint32_t);
    OutStruct() { std::memset(this->room.data() + kFirst, 0x5a, sizeof(Struct) - kFirst); }
    void after(const char* function, bool failure) {
        uint32_t size = 0;
        std::memcpy(&size, this->room.data(), sizeof size);
        if (!failure || this->null || size > 4096) return;  // such a size is no size, and nothing is touched
        const std::size_t end = std::min<std::size_t>(size, sizeof(Struct));
        for (std::size_t i = kFirst; i < end; ++i) {
            if (this->room[i] != 0) return complain(function, "failed and left a struct uncleared");
        }
    }
};

/// Plain numbers that a function gives.
template <class T>
struct Argument<T*> {
    static_assert(std::is_arithmetic_v<T>);
    T value = static_cast<T>(77);
    bool null = dice->one_in(12);
    T* get() { return null ? nullptr : &value; }
    void after(const char* function, bool failure) {
        if (failure && !null && value != 0) complain(function, "failed and left a number uncleared");
    }
};
// NOLINTBEGIN(bugprone-macro-parentheses): these are types, not values
#define VBG_STRUCT_ARGUMENT(type)                     \
    template <>                                       \
    struct Argument<const type*> : InStruct<type> {}; \
    template <>                                       \
    struct Argument<type*> : OutStruct<type> {}
// NOLINTEND(bugprone-macro-parentheses)
VBG_STRUCT_ARGUMENT(vbg_frame_view);
VBG_STRUCT_ARGUMENT(vbg_mask_view);
VBG_STRUCT_ARGUMENT(vbg_frame_spec);
VBG_STRUCT_ARGUMENT(vbg_stage_callbacks);
VBG_STRUCT_ARGUMENT(vbg_source_callbacks);
VBG_STRUCT_ARGUMENT(vbg_sink_callbacks);
VBG_STRUCT_ARGUMENT(vbg_fetch_options);
VBG_STRUCT_ARGUMENT(vbg_convert_options);
VBG_STRUCT_ARGUMENT(vbg_stats);
VBG_STRUCT_ARGUMENT(vbg_stage_info);
VBG_STRUCT_ARGUMENT(vbg_parameter_info);
VBG_STRUCT_ARGUMENT(vbg_preset_info);
VBG_STRUCT_ARGUMENT(vbg_model_info);
VBG_STRUCT_ARGUMENT(vbg_model_file);
VBG_STRUCT_ARGUMENT(vbg_sink_counters);
VBG_STRUCT_ARGUMENT(vbg_live_options);
VBG_STRUCT_ARGUMENT(vbg_device_info);
VBG_STRUCT_ARGUMENT(vbg_camera_info);
VBG_STRUCT_ARGUMENT(vbg_camera_mode);
VBG_STRUCT_ARGUMENT(vbg_camera_control);
VBG_STRUCT_ARGUMENT(vbg_diagnosis_options);
VBG_STRUCT_ARGUMENT(vbg_finding);

/// An array: room for the 40 elements that `capacity` may ask for.
template <>
struct Argument<vbg_stage_time*> {
    std::vector<vbg_stage_time> room = std::vector<vbg_stage_time>(40, VBG_STRUCT(vbg_stage_time));
    vbg_stage_time* get() {
        static constexpr std::array<uint32_t, 4> kSizes{0, 8, 80, 5000};
        if (dice->one_in(4)) room[0].struct_size = dice->pick(kSizes);
        return dice->one_in(12) ? nullptr : room.data();
    }
    void after(const char*, bool) {}
};

/// Handles: mostly ones of the right kind that this thread made, else anything.
template <class Handle>
struct HandleArgument {
    static const char* kind() { return __PRETTY_FUNCTION__; }
    Handle* get() {
        auto& own = dice->mine[kind()];
        if (!own.empty() && !dice->one_in(12))
            return static_cast<Handle*>(own[dice->roll(static_cast<unsigned>(own.size()))]);
        if (dice->one_in(6)) return nullptr;
        if (dice->one_in(6)) return reinterpret_cast<Handle*>(dice->bytes.data());
        const std::lock_guard lock(pool.mutex);
        if (pool.any.empty() || dice->one_in(6))
            return reinterpret_cast<Handle*>(std::uintptr_t{0x10001} + 2 * dice->roll(500));
        return static_cast<Handle*>(pool.any[dice->roll(static_cast<unsigned>(pool.any.size()))]);
    }
    void after(const char*, bool) {}
};
template <class Handle>
struct HandleOutput {
    Handle* value = reinterpret_cast<Handle*>(0x77);
    bool null = dice->one_in(15);
    Handle** get() { return null ? nullptr : &value; }
    void after(const char* function, bool failure) {
        if (null) return;
        if (failure != (value == nullptr)) complain(function, "failed with a handle, or succeeded without");
        if (value == nullptr) return;
        auto& own = dice->mine[HandleArgument<Handle>::kind()];
        if (own.size() < 6) {
            own.push_back(value);
        } else {
            own[dice->roll(6)] = value;  // the former one is left alone, and freed at the end
        }
        const std::lock_guard lock(pool.mutex);
        pool.any.push_back(value);
    }
};
// NOLINTBEGIN(bugprone-macro-parentheses)
#define VBG_HANDLE_ARGUMENT(type)                     \
    template <>                                       \
    struct Argument<type*> : HandleArgument<type> {}; \
    template <>                                       \
    struct Argument<type**> : HandleOutput<type> {}
// NOLINTEND(bugprone-macro-parentheses)
VBG_HANDLE_ARGUMENT(vbg_frame);
VBG_HANDLE_ARGUMENT(vbg_mask);
VBG_HANDLE_ARGUMENT(vbg_segmenter);
VBG_HANDLE_ARGUMENT(vbg_mask_filter);
VBG_HANDLE_ARGUMENT(vbg_effect);
VBG_HANDLE_ARGUMENT(vbg_compositor);
VBG_HANDLE_ARGUMENT(vbg_source);
VBG_HANDLE_ARGUMENT(vbg_sink);
VBG_HANDLE_ARGUMENT(vbg_pipeline);
VBG_HANDLE_ARGUMENT(vbg_device_list);
VBG_HANDLE_ARGUMENT(vbg_camera_list);
VBG_HANDLE_ARGUMENT(vbg_diagnosis);

template <>
struct Argument<char**> {
    char* value = reinterpret_cast<char*>(0x77);
    bool null = dice->one_in(15);
    char** get() { return null ? nullptr : &value; }
    void after(const char* function, bool failure) {
        if (null) return;
        if (failure != (value == nullptr)) complain(function, "failed with a text, or succeeded without");
        const std::lock_guard lock(pool.mutex);
        if (value != nullptr) pool.texts.push_back(value);
    }
};
template <>
struct Argument<char*> {  // of vbg_text_destroy()
    char* get() {
        if (dice->one_in(4)) return nullptr;
        if (dice->one_in(4)) return reinterpret_cast<char*>(dice->bytes.data());
        const std::lock_guard lock(pool.mutex);
        return pool.texts.empty() ? nullptr
                                  : pool.texts[dice->roll(static_cast<unsigned>(pool.texts.size()))];
    }
    void after(const char*, bool) {}
};

template <class Function, Function kFunction>
struct CallbackArgument : Plain<Function> {
    CallbackArgument() { this->value = dice->one_in(8) ? nullptr : kFunction; }
};
template <>
struct Argument<vbg_segment_fn> : CallbackArgument<vbg_segment_fn, on_segment> {};
template <>
struct Argument<vbg_filter_fn> : CallbackArgument<vbg_filter_fn, on_filter> {};
template <>
struct Argument<vbg_effect_fn> : CallbackArgument<vbg_effect_fn, on_effect> {};
template <>
struct Argument<vbg_compose_fn> : CallbackArgument<vbg_compose_fn, on_compose> {};
template <>
struct Argument<vbg_progress_fn> : CallbackArgument<vbg_progress_fn, on_progress> {};
template <>
struct Argument<vbg_log_fn> : CallbackArgument<vbg_log_fn, on_log> {};

}  // namespace
