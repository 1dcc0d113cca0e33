// A million frames through run(): neither memory nor descriptors grow, and every frame is accounted for.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vbg/pipeline.hpp>

#include "support/fake_camera.hpp"
#include "support/stages.hpp"

using namespace vbg;
using namespace vbg::test;

namespace {

/// As fast as it is read.
class Endless final : public Source {
public:
    Endless(bool live, std::uint64_t frames) : live_(live), frames_(frames) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "endless"; }
    [[nodiscard]] bool is_live() const noexcept override { return live_; }

private:
    FrameSpec do_open() override {
        next_ = 0;
        return {.width = 16, .height = 12, .format = PixelFormat::bgr8, .fps = 30};
    }
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds) override {
        if (next_ == frames_) return ReadResult::end;
        frame_.stamp(std::chrono::nanoseconds(next_), next_);
        ++next_;
        frame = std::as_const(frame_).view();
        return ReadResult::frame;
    }
    void do_close() noexcept override {}
    Frame frame_{16, 12, PixelFormat::bgr8};
    bool live_;
    std::uint64_t frames_, next_ = 0;
};

/// Resident memory of this process, bytes.
std::size_t resident() {
    std::ifstream statm("/proc/self/statm");
    std::size_t size = 0, pages = 0;
    statm >> size >> pages;
    return pages * 4096;
}

std::ptrdiff_t descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
}

std::ptrdiff_t threads() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                         std::filesystem::directory_iterator());
}

/// 1,000,000, or what VBG_SOAK_FRAMES says (sanitizers make it slow).
std::uint64_t million() {
    const char* given = std::getenv("VBG_SOAK_FRAMES");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 1000000;
}

}  // namespace

TEST_CASE("memory, descriptors and threads do not grow over a million frames") {
    const auto threads_before = threads();
    for (const bool live : {false, true}) {
        for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
            CAPTURE(live);
            CAPTURE(static_cast<int>(sync));
            // A live source drops what is too fast; counted is what it gives.
            const std::uint64_t frames = million() / (sync == MaskSync::exact && !live ? 1 : 4);
            Pipeline pipeline(1);
            std::size_t memory_early = 0;
            std::ptrdiff_t descriptors_early = 0;
            pipeline.source(std::make_unique<Endless>(live, frames))
                .segmenter("constant:value=128")
                .background("color:value=#102030")
                .mask_sync(sync)
                .sink("null");
            pipeline.run({}, 0, [&](const Pipeline& p) {
                if (memory_early != 0 || p.stats().frames_in <= frames / 10) return;
                memory_early = resident();
                descriptors_early = descriptors();
            });
            const Stats stats = pipeline.stats();
            CHECK(stats.frames_in == frames);
            CHECK(stats.frames_out + stats.frames_dropped == frames);
            if (!live) CHECK(stats.frames_out == frames);
            CHECK(stats.frames_failed == 0);
            REQUIRE(memory_early > 0);
            CHECK(resident() < memory_early + (std::size_t{1} << 20));
            CHECK(descriptors() <= descriptors_early);
        }
    }
    CHECK(threads() == threads_before);
}

TEST_CASE("neither do they over cameras lost and parts replaced") {
    auto script = std::make_shared<CameraScript>();
    script->interval_ms = 1;
    Pipeline pipeline(1);
    std::atomic<int> frames{0};
    pipeline.source(std::make_unique<FakeCamera>(script))
        .segmenter("constant:value=128")
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView&) { ++frames; }));
    std::stop_source stop;
    std::thread run([&] { pipeline.run(stop.get_token()); });
    REQUIRE(eventually([&] { return pipeline.stats().state == RunState::running; }));
    std::size_t memory = 0;
    std::ptrdiff_t files = 0, tasks = 0;
    for (int i = 0; i < 60; ++i) {
        if (i == 20) {
            memory = resident();
            files = descriptors();
            tasks = threads();
        }
        if (i % 10 == 0) script->unplugged = true;
        pipeline.set("segmenter", "constant:value=200");
        pipeline.set("background", "blur");
        pipeline.set("filters", "dilate | box_blur");
        if (i % 10 == 0) {
            CHECK(eventually([&] { return pipeline.stats().state == RunState::waiting; }));
            script->unplugged = false;
        }
        CHECK(eventually([&] { return pipeline.stats().state == RunState::running; }));
    }
    CHECK(resident() < memory + (std::size_t{4} << 20));
    CHECK(descriptors() == files);
    CHECK(threads() == tasks);
    CHECK(pipeline.stats().source_reopened == 6);
    stop.request_stop();
    run.join();
}
