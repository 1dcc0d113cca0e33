// GPUs that fail, fall short or are not there: what a pipeline makes of it.
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "gpu_rig.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::test;
using vbg_test::check_throws;

TEST_CASE("a GPU that fails while running is given up for the CPU without losing a frame, with device=auto") {
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        for (const int work : {1, 7, 40, 90}) {
            CAPTURE(work);
            CAPTURE(static_cast<int>(sync));
            const AutoDevice automatic;
            gpu::start_again();
            std::vector<Frame> out;
            Pipeline pipeline(1);
            auto source = std::make_unique<NoiseSource>(40);
            source->before_frame = 3;
            source->event = [work] { gpu::lose_after(work); };
            fill_in(pipeline, out, std::move(source));
            pipeline.mask_sync(sync);
            const gpu::Counts before = gpu::counts();
            pipeline.run();
            CHECK((gpu::counts() - before).launches > 0);
            REQUIRE(out.size() == 40);
            for (std::size_t i = 0; i < out.size(); ++i) {
                CHECK(out[i].view().sequence == i);
                const Frame camera =
                    vbg_test::noise_frame(kWidth, kHeight, PixelFormat::yuyv, static_cast<unsigned>(i + 1));
                CHECK(largest_difference(out[i].view(), camera.view()) > 20);
            }
            CHECK(pipeline.stats().frames_out == 40);
            CHECK(pipeline.stats().last_failure.find("cuda:0") != std::string::npos);
        }
    }
}

TEST_CASE("a live run goes on on the CPU when the GPU fails") {
    const AutoDevice automatic;
    gpu::start_again();
    auto script = std::make_shared<CameraScript>();
    script->format = PixelFormat::yuyv;
    std::atomic<int> frames{0}, raw{0};
    Pipeline pipeline(1);
    pipeline.source(std::make_unique<FakeCamera>(script))
        .segmenter("constant:value=0")
        .background("color:value=#0000ff")
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            if (vbg_test::value_at(f, 3, 3, 1) > 100) ++raw;
            ++frames;
        }));
    std::stop_source stop;
    std::exception_ptr error;
    std::thread run([&] {
        try {
            pipeline.run(stop.get_token());
        } catch (...) {
            error = std::current_exception();
        }
    });
    CHECK(eventually([&] { return frames > 5; }));
    CHECK(gpu::memory_in_use() > 0);
    gpu::lose();
    const int before = frames;
    CHECK(eventually([&] { return frames > before + 10; }));
    stop.request_stop();
    run.join();
    CHECK_FALSE(error);
    CHECK(raw == 0);
    CHECK(script->opened >= 2);
}

TEST_CASE("a GPU that was named and fails ends the run with its error, and nothing raw is shown") {
    gpu::start_again();
    for (const bool live : {false, true}) {
        CAPTURE(live);
        auto script = std::make_shared<CameraScript>();
        Pipeline pipeline(1);
        std::vector<Frame> out;
        std::unique_ptr<Source> source = std::make_unique<CountingSource>(50);
        if (live) source = std::make_unique<FakeCamera>(script);
        pipeline.device("cuda:0")
            .source(std::move(source))
            .segmenter("constant:value=0")
            .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
                out.push_back(vbg_test::copy_of(f));
                if (out.size() == 5) gpu::lose();
            }));
        check_throws(Errc::device, {"cuda:0"}, [&] { pipeline.run(); });
        CHECK(out.size() >= 5);
        for (const Frame& frame : out) CHECK(is_black(frame));
        gpu::start_again();
    }
}

TEST_CASE("a GPU without room is an error where it was named, and given up otherwise") {
    const auto run = [](const char* device, std::vector<Frame>& out) {
        Pipeline pipeline(1);
        if (device != nullptr) pipeline.device(device);
        fill_in(pipeline, out, std::make_unique<NoiseSource>(2));
        pipeline.run();
    };
    for (const int good : {0, 1, 5, 9}) {
        CAPTURE(good);
        std::vector<Frame> out;
        gpu::start_again();
        gpu::fail_allocation(cuda::kOutOfMemory, good);
        check_throws(Errc::out_of_memory, {"cuda:0"}, [&] { run("cuda:0", out); });
        CHECK(out.empty());
        const AutoDevice automatic;
        gpu::fail_allocation(cuda::kOutOfMemory, good);
        run(nullptr, out);
        CHECK(out.size() == 2);
    }
    gpu::start_again();
    CHECK(gpu::memory_in_use() == 0);
}
