#pragma once
// What fuzz_misuse.cpp's calls share: a thread's dice, the handles of all threads, and callbacks that
// sometimes fail and sometimes call back.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <vbg/vbg.h>

namespace {

std::atomic<bool> failed{false};
void complain(const char* function, const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", function, what.c_str());
    failed = true;
}

/// Handles of all kinds, live and dead, shared by all threads.
struct Pool {
    std::mutex mutex;
    std::vector<void*> any;
    std::vector<char*> texts;
} pool;

constexpr std::size_t kBytes = 1 << 22;

/// One thread's dice and memory.
struct Dice {
    explicit Dice(unsigned seed) : rng(seed), bytes(kBytes) {}
    unsigned roll(unsigned sides) { return static_cast<unsigned>(rng() % sides); }
    bool one_in(unsigned n) { return roll(n) == 0; }
    template <class T, std::size_t N>
    T pick(const std::array<T, N>& from) {
        return from[roll(N)];
    }
    /// Room for 64 rows of 4096 bytes up and down; one of four, so that views sometimes are the same memory.
    unsigned char* region() { return bytes.data() + kBytes / 16 + kBytes / 4 * roll(4) + kBytes / 16; }
    std::mt19937 rng;
    std::vector<unsigned char> bytes;
    std::map<std::string, std::vector<void*>> mine;  ///< handles this thread made, by the type's name
    int depth = 0;
};
thread_local Dice* dice = nullptr;

void call_something();

// --- callbacks that sometimes fail, and sometimes call back
vbg_status answer() {
    if (dice != nullptr && dice->one_in(4)) call_something();
    if (dice == nullptr || !dice->one_in(8)) return VBG_OK;
    return dice->one_in(2) ? vbg_error_set(VBG_ERROR_IO, "said the callback") : 4711;
}
vbg_status on_segment(void*, const vbg_frame_view*, const vbg_mask_view*, const vbg_frame_view*,
                      int32_t* written) {
    *written = 1;
    return answer();
}
vbg_status on_filter(void*, const vbg_frame_view*, const vbg_mask_view*, const vbg_mask_view*) {
    return answer();
}
vbg_status on_effect(void*, const vbg_frame_view*, const vbg_mask_view*, const vbg_frame_view*) {
    return answer();
}
vbg_status on_compose(void*, const vbg_frame_view*, const vbg_mask_view*, const vbg_frame_view*,
                      const vbg_frame_view*) {
    return answer();
}
vbg_status on_configure(void*, const vbg_frame_spec*) { return answer(); }
void on_nothing(void*) {}
vbg_status on_open(void*, vbg_frame_spec* spec) {
    if (spec->width == 0) {
        spec->format = VBG_FORMAT_BGR8;
        spec->width = dice != nullptr && dice->one_in(10) ? -3 : 24;
        spec->height = 16;
    }
    return answer();
}
vbg_status on_read(void*, int32_t, vbg_frame_view* frame, int32_t* result) {
    static std::array<unsigned char, 24 * 16 * 3> picture{};
    frame->planes[0] = picture.data();
    if (dice == nullptr || dice->one_in(3)) *result = VBG_READ_END;
    if (dice != nullptr && dice->one_in(20)) *result = 99;
    if (dice != nullptr && dice->one_in(20)) frame->planes[0] = nullptr;
    return answer();
}
vbg_status on_write(void*, const vbg_frame_view*) { return answer(); }
int32_t on_progress(void*) { return dice != nullptr && dice->one_in(2) ? 1 : 0; }
int32_t on_model_progress(void*, const char*, uint64_t, uint64_t) { return 1; }
void on_log(void*, int32_t, const char*) {
    if (dice != nullptr) call_something();
}

}  // namespace
