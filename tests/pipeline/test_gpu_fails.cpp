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

TEST_CASE(
    "process() that fails, also half-way, leaves black in the turn of the stream that the caller sees") {
    gpu::start_again();
    const Device device{DeviceType::cuda, 0};
    const Frame camera = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::bgr8, 8);
    const FrameSpec spec{kWidth, kHeight, PixelFormat::bgr8, {}, device, 0};
    const FrameSpec pinned{kWidth, kHeight, PixelFormat::bgr8, {}, {DeviceType::cuda_host, 0}, 0};
    const GpuStream own(device);
    struct Fault {
        const char *where, *segmenter;
        bool with_small_matte, with_stream;
    };
    for (const Fault& fault : {Fault{"cuda:0", nullptr, false, false}, Fault{"cuda:0", nullptr, false, true},
                               Fault{"cuda:0", "constant:value=255", true, false},
                               Fault{"cuda:0", "constant:value=255", true, true},
                               Fault{"cpu", "constant:value=255", false, false}}) {
        CAPTURE(fault.where);
        CAPTURE(fault.with_small_matte);
        CAPTURE(fault.with_stream);
        const StreamRef seen = fault.with_stream ? own.ref() : StreamRef{};
        Frame in(spec), out(spec), out_pinned(pinned), result(pinned);
        Mask small(8, 8, MaskFormat::u8, device);
        Pipeline pipeline(1);
        pipeline.device(fault.where, seen);
        if (fault.segmenter != nullptr) pipeline.segmenter(fault.segmenter);
        const auto process = [&](const FrameView& to) {
            // Of another size than the frame, a matte cannot be copied after the composed picture was.
            pipeline.process(std::as_const(in).view(), to,
                             fault.with_small_matte ? small.view() : MaskView{});
        };
        // The camera's picture is about to get there, in the caller's stream.
        copy_pixels(camera.view(), in.view(), seen);
        copy_pixels(std::as_const(in).view(), out.view(), seen);
        CHECK_THROWS_AS(process(out.view()), Error);
        copy_pixels(std::as_const(out).view(), result.view(), seen);
        wait_for_stream(device, seen);
        CHECK(is_black(result));
        CHECK_THROWS_AS(process(out_pinned.view()), Error);
        gpu::finish_all();
        CHECK(is_black(out_pinned));
    }
}
