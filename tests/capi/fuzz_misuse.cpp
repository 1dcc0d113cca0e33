// Every function with every kind of wrong argument: null, dead, foreign and made-up handles, structs of wrong
// sizes, texts and numbers that cannot be, from several threads and from inside callbacks. Nothing may crash,
// hang or leak; a failure is a known status and clears what it gives. The same seed makes the same calls (in
// one thread, but for when a pipeline that waits is stopped). In between the arguments are good ones: every
// function must succeed at least once, or stand in kExcused, so that none is tried with bad input only.
//   fuzz_misuse SEED CALLS THREADS
// The table of functions is made from capi/vbg_c.symbols, so that a new one is fuzzed from its first day.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <vector>

#include "fuzz_arguments.hpp"
#include "support/temp_dir.hpp"

namespace {

bool gives_status(const char* name) {
    return std::strncmp(name, "vbg_format_", 11) != 0 && std::strncmp(name, "vbg_error_", 10) != 0;
}

/// Whether it is the result of a call whose arguments were good. Those that give no status say it in other
/// ways, or cannot fail.
template <class Result>
bool is_good(const char* name, Result result) {
    if constexpr (std::is_same_v<Result, const char*>) {
        return result != nullptr && std::strcmp(result, "unknown") != 0;
    } else {
        if (std::strncmp(name, "vbg_format_", 11) == 0) return result != Result{};
        return !std::is_same_v<Result, vbg_status> || !gives_status(name) || result == VBG_OK;
    }
}

/// Whether it succeeded.
template <class Result, class... Types>
bool call(const char* name, Result (*function)(Types...)) {
    std::tuple<Argument<Types>...> arguments;
    bool good = true;
    std::apply(
        [&](auto&... argument) {
            if constexpr (std::is_void_v<Result>) {
                function(argument.get()...);
            } else {
                const Result result = function(argument.get()...);
                good = is_good(name, result);
                if constexpr (std::is_same_v<Result, vbg_status>) {
                    if (gives_status(name) && std::strcmp(vbg_status_name(result), "unknown") == 0) {
                        complain(name, "gave the unknown status " + std::to_string(result));
                    }
                } else if constexpr (std::is_same_v<Result, const char*>) {
                    if (result == nullptr) complain(name, "gave NULL");
                }
            }
            if (gives_status(name)) (argument.after(name, !good), ...);
        },
        arguments);
    return good;
}
/// With the name of a model, now and then. Only here: vbg_model_fetch() would go and get it.
template <class... Rest>
bool call_with_model(const char* name, vbg_status (*function)(const char*, Rest...)) {
    if (dice->one_in(2)) return call<vbg_status, const char*, Rest...>(name, function);
    std::tuple<Argument<Rest>...> rest;
    return std::apply([&](auto&... each) { return function("selfie-general", each.get()...); }, rest) ==
           VBG_OK;
}
bool call(const char* name, vbg_status (*function)(const char*, vbg_model_info*)) {
    return call_with_model(name, function);
}
bool call(const char* name, vbg_status (*function)(const char*, uint32_t, vbg_model_file*)) {
    return call_with_model(name, function);
}
/// A picture file of its own, written now and then and read now and then.
std::string picture;
bool call(const char* name, vbg_status (*function)(const char*, int32_t, vbg_frame**)) {
    if (dice->one_in(2)) return call<vbg_status, const char*, int32_t, vbg_frame**>(name, function);
    Argument<vbg_frame**> out;
    const bool good = function(picture.c_str(), number(), out.get()) == VBG_OK;
    out.after(name, !good);
    return good;
}
bool call(const char* name, vbg_status (*function)(const vbg_frame_view*, const char*)) {
    if (dice->one_in(2)) return call<vbg_status, const vbg_frame_view*, const char*>(name, function);
    Argument<const vbg_frame_view*> from;
    return function(from.get(), picture.c_str()) == VBG_OK;
}
/// A buffer and its size belong together.
bool call(const char*, size_t (*function)(char*, size_t)) {
    std::array<char, 64> room{};
    const std::size_t size = dice->roll(65);
    function(dice->one_in(4) ? nullptr : room.data(), size);
    return true;
}
/// Would start the program anew.
bool call(const char* name, vbg_status (*function)(int32_t, char**)) {
    if (function(dice->one_in(2) ? 0 : -1, nullptr) == VBG_OK) complain(name, "took no arguments at all");
    return false;
}

struct Entry {
    const char* name;
    bool (*run)();
};
#define VBG_FUZZ(function) {#function, [] { return call(#function, function); }},
constexpr Entry kEntries[] = {
#include "fuzz_table.inc"
};

/// Functions that need not succeed here.
struct Excuse {
    const char* name;
    const char* why;
};
constexpr const char* kCamera = "needs a camera: test_device.cpp has one made up, tests/v4l2 real ones";
constexpr const char* kGpu = "needs a GPU: test_gpu.cpp has a simulated one";
constexpr const char* kModel = "needs a network's files: test_lists.cpp and test_identical.cpp have them";
constexpr Excuse kExcused[] = {
    {"vbg_camera_list_get", kCamera},
    {"vbg_camera_list_get_control", kCamera},
    {"vbg_camera_list_get_mode", kCamera},
    {"vbg_model_convert", kModel},
    {"vbg_model_fetch", kModel},
    {"vbg_model_inspect", kModel},
    {"vbg_model_locate", kModel},
    {"vbg_model_verify", kModel},
#ifndef VBG_HAVE_MEDIA
    {"vbg_frame_load", "built without picture files (VBG_MEDIA)"},
    {"vbg_view_save", "built without picture files (VBG_MEDIA)"},
#endif
    {"vbg_process_prepare", "starts the program anew: tests/v4l2/camera.c begins with it"},
    {"vbg_stream_create", kGpu},
    {"vbg_stream_wait", kGpu},
};

std::array<std::atomic<int>, std::size(kEntries)> successes{};

/// Those that have not succeeded yet, and must.
std::vector<const char*> missing() {
    std::vector<const char*> names;
    for (std::size_t i = 0; i < std::size(kEntries); ++i) {
        const auto is_it = [&](const Excuse& excuse) {
            return std::strcmp(excuse.name, kEntries[i].name) == 0;
        };
        if (successes[i] == 0 && std::none_of(std::begin(kExcused), std::end(kExcused), is_it)) {
            names.push_back(kEntries[i].name);
        }
    }
    return names;
}

void call_something() {
    if (dice->depth >= 2) return;
    ++dice->depth;
    const unsigned which = dice->roll(std::size(kEntries));
    if (kEntries[which].run()) ++successes[which];
    --dice->depth;
}

void fuzz(unsigned seed, int calls) {
    Dice own(seed);
    dice = &own;
    for (int i = 0; i < calls; ++i) {
        const unsigned which = own.roll(std::size(kEntries));
        const Entry& entry = kEntries[which];
        // Objects that go are made again; otherwise most calls would meet dead handles.
        if (std::strstr(entry.name, "_destroy") != nullptr && !own.one_in(4)) continue;
        if (entry.run()) ++successes[which];
    }
    dice = nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    const auto seed = static_cast<unsigned>(argc > 1 ? std::atoi(argv[1]) : 1);
    const int calls = argc > 2 ? std::atoi(argv[2]) : 20000;
    const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
    const vbg_test::TempDir folder;
    picture = folder / "picture.png";
    std::vector<std::thread> workers;
    workers.reserve(static_cast<std::size_t>(std::max(threads, 0)));
    for (int t = 0; t < threads; ++t) workers.emplace_back(fuzz, seed + static_cast<unsigned>(t), calls);
    // A paused pipeline that runs waits for ever, as it should: so all are stopped now and then.
    std::atomic<bool> done{false};
    std::thread watchdog([&done] {
        while (!done) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            const std::lock_guard lock(pool.mutex);
            for (void* handle : pool.any) vbg_pipeline_stop(static_cast<vbg_pipeline*>(handle));
        }
    });
    for (auto& worker : workers) worker.join();
    // A few calls need not hit everything by chance: more of them for what has not succeeded yet.
    for (unsigned round = 0; round < 30 && !missing().empty(); ++round) fuzz(seed + 1000 + round, 10000);
    done = true;
    watchdog.join();

    vbg_log_set_handler(nullptr, nullptr, VBG_LOG_INFO);
    for (void* handle : pool.any) {  // whatever it is, one of these frees it
        vbg_pipeline_destroy(static_cast<vbg_pipeline*>(handle));
        vbg_segmenter_destroy(static_cast<vbg_segmenter*>(handle));
        vbg_mask_filter_destroy(static_cast<vbg_mask_filter*>(handle));
        vbg_effect_destroy(static_cast<vbg_effect*>(handle));
        vbg_compositor_destroy(static_cast<vbg_compositor*>(handle));
        vbg_source_destroy(static_cast<vbg_source*>(handle));
        vbg_sink_destroy(static_cast<vbg_sink*>(handle));
        vbg_frame_destroy(static_cast<vbg_frame*>(handle));
        vbg_mask_destroy(static_cast<vbg_mask*>(handle));
        vbg_device_list_destroy(static_cast<vbg_device_list*>(handle));
        vbg_camera_list_destroy(static_cast<vbg_camera_list*>(handle));
        vbg_diagnosis_destroy(static_cast<vbg_diagnosis*>(handle));
    }
    for (char* text : pool.texts) vbg_text_destroy(text);
    for (const char* name : missing()) {
        complain(name,
                 "never succeeded: only bad input was tried. Let fuzz_arguments.hpp make what it needs, or "
                 "give the reason in kExcused");
    }
    for (const Excuse& excuse : kExcused) std::printf("need not succeed: %s %s\n", excuse.name, excuse.why);
    std::printf("%d x %d calls of %zu functions, %zu objects made\n", threads, calls, std::size(kEntries),
                pool.any.size());
    return failed ? 1 : 0;
}
