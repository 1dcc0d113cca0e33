// MaskSync::latest: the segmenter on its own thread, frames that never wait for it.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/stages.hpp"

using namespace vbg;
using namespace std::chrono_literals;
using test::CountingSource;
using test::FunctionSegmenter;
using test::FunctionSink;
using test::PlainOver;

namespace {

/// A camera: one frame every 4 ms.
std::unique_ptr<CountingSource> camera(int frames) {
    auto source = std::make_unique<CountingSource>(frames);
    source->before_read = [](int) { std::this_thread::sleep_for(4ms); };
    return source;
}

}  // namespace

TEST_CASE("frames do not wait for a slow network, the lag is told, and nobody shows before the first matte") {
    Pipeline pipeline(1);
    std::vector<bool> person;
    pipeline.source(camera(60))
        .segmenter(std::make_unique<FunctionSegmenter>([](const ConstFrameView&, const MaskView& m) {
            std::this_thread::sleep_for(40ms);
            fill(m, 255);
        }))
        .compositor(std::make_unique<PlainOver>())
        .mask_sync(MaskSync::latest)
        .sink(std::make_unique<FunctionSink>(
            [&](const ConstFrameView& f) { person.push_back(f.row(0)[1] == std::byte{200}); }));
    pipeline.run();
    const Stats stats = pipeline.stats();
    REQUIRE(person.size() == 60);
    CHECK(stats.frames_out == 60);
    CHECK(stats.frames_failed == 0);
    CHECK(stats.mattes < 40);
    CHECK(stats.mattes > 1);
    CHECK(stats.mask_lag_max > 2);
    CHECK_FALSE(person.front());
    CHECK(person.back());
}

TEST_CASE("a network that stops answering fails closed") {
    Pipeline pipeline(1);
    std::atomic<bool> release{false};
    std::vector<bool> person;
    std::atomic<int> calls{0};
    pipeline.source(camera(400))
        .segmenter(std::make_unique<FunctionSegmenter>([&](const ConstFrameView&, const MaskView& m) {
            while (++calls > 5 && !release) std::this_thread::sleep_for(1ms);
            fill(m, 255);
        }))
        .compositor(std::make_unique<PlainOver>())
        .mask_sync(MaskSync::latest)
        .on_failure(OnFailure::blank)
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            person.push_back(f.row(0)[1] == std::byte{200});
            if (person.size() == 399) release = true;
        }));
    pipeline.run();
    CHECK_FALSE(person.at(398));  // 1.5 s after the last matte
    CHECK(pipeline.stats().frames_failed > 0);
    CHECK(pipeline.stats().last_failure.find("older than 1000 ms") != std::string::npos);
}

TEST_CASE("a failing network shows no stale person with blank, and recovers by itself") {
    Pipeline pipeline(1);
    std::atomic<int> calls{0};
    std::atomic<bool> failed{false}, shown_after{false};
    std::vector<std::string> bad;
    pipeline.source(camera(200))
        .segmenter(std::make_unique<FunctionSegmenter>([&](const ConstFrameView&, const MaskView& m) {
            const int n = ++calls;
            if (n >= 10 && n < 20) {
                failed = true;
                throw Error(Errc::model, "NaN");
            }
            fill(m, 255);
        }))
        .compositor(std::make_unique<PlainOver>())
        .mask_sync(MaskSync::latest)
        .on_failure(OnFailure::blank)
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            if (calls > 25 && f.row(0)[1] == std::byte{200}) shown_after = true;
        }));
    pipeline.run();
    CHECK(failed);
    CHECK(shown_after);
    CHECK(pipeline.stats().frames_failed >= 1);
    CHECK(pipeline.stats().last_failure == "NaN");
}

TEST_CASE("stop requests end a run promptly while the network works") {
    Pipeline pipeline(1);
    std::stop_source stop;
    pipeline.source(camera(1000000))
        .segmenter(std::make_unique<FunctionSegmenter>([](const ConstFrameView&, const MaskView& m) {
            std::this_thread::sleep_for(20ms);
            fill(m, 0);
        }))
        .compositor(std::make_unique<PlainOver>())
        .mask_sync(MaskSync::latest)
        .sink(std::make_unique<FunctionSink>([](const ConstFrameView&) {}));
    std::thread asks([&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    pipeline.run(stop.get_token());
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    asks.join();
}
