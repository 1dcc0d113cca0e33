// Every function with every kind of wrong argument: null, dead, foreign and made-up handles, structs of wrong
// sizes, texts and numbers that cannot be, from several threads and from inside callbacks. Nothing may crash,
// hang or leak; a failure is a known status and clears what it gives. The same seed makes the same calls (in
// one thread, but for when a pipeline that waits is stopped).
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

namespace {

bool gives_status(const char* name) {
    return std::strncmp(name, "vbg_format_", 11) != 0 && std::strncmp(name, "vbg_error_", 10) != 0;
}

/// Whether it succeeded.
template <class Result, class... Types>
bool call(const char* name, Result (*function)(Types...)) {
    std::tuple<Argument<Types>...> arguments;
    bool failure = false;
    std::apply(
        [&](auto&... argument) {
            if constexpr (std::is_same_v<Result, int32_t>) {
                const int32_t status = function(argument.get()...);
                failure = status != VBG_OK;
                if (gives_status(name) && std::strcmp(vbg_status_name(status), "unknown") == 0) {
                    complain(name, "gave the unknown status " + std::to_string(status));
                }
            } else if constexpr (std::is_same_v<Result, const char*>) {
                if (function(argument.get()...) == nullptr) complain(name, "gave NULL");
            } else {
                function(argument.get()...);
            }
            if (gives_status(name)) (argument.after(name, failure), ...);
        },
        arguments);
    return !failure;
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
    return true;
}

struct Entry {
    const char* name;
    bool (*run)();
};
#define VBG_FUZZ(function) {#function, [] { return call(#function, function); }},
constexpr Entry kEntries[] = {
#include "fuzz_table.inc"
};

std::array<std::atomic<int>, std::size(kEntries)> successes{};

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
        vbg_camera_list_destroy(static_cast<vbg_camera_list*>(handle));
        vbg_diagnosis_destroy(static_cast<vbg_diagnosis*>(handle));
    }
    for (char* text : pool.texts) vbg_text_destroy(text);
    // A function that never succeeds is not tried in earnest. Fetching, converting and the like need real
    // files.
    for (std::size_t i = 0; i < std::size(kEntries); ++i) {
        if (successes[i] > 0 || std::strncmp(kEntries[i].name, "vbg_model_", 10) == 0) continue;
        std::printf("never succeeded: %s\n", kEntries[i].name);
    }
    std::printf("%d x %d calls of %zu functions, %zu objects made\n", threads, calls, std::size(kEntries),
                pool.any.size());
    return failed ? 1 : 0;
}
