// Pipelines that work on a GPU. The program also runs all other tests of pipelines there (VBG_DEVICE=cuda:0).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cuda/runtime.hpp"
#include "gpu_rig.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::test;
using vbg_test::check_throws;

TEST_CASE("a frame goes up once and comes down once, in the sink's format, and nothing is made anew") {
    gpu::start_again();
    const auto count = [](int frames) {
        const gpu::Counts before = gpu::counts();
        CHECK(frames_on("cuda", frames).size() == static_cast<std::size_t>(frames));
        return gpu::counts() - before;
    };
    const gpu::Counts few = count(4), many = count(24);
    const gpu::Counts each = many - few;  // of twenty frames
    constexpr std::int64_t kYuyv = kWidth * kHeight * 2;
    CHECK(each.bytes_down == 20 * kYuyv);
    CHECK(each.copies_down == 20);
    // Beside the frame: the hologram's lines, drawn anew for each frame on the CPU.
    CHECK(each.bytes_up >= 20 * kYuyv);
    CHECK(each.bytes_up <= 20 * (kYuyv + kHeight * 16));
    CHECK(each.copies_up <= 40);
    CHECK(each.allocations == 0);
    CHECK(each.streams == 0);
    CHECK(each.events == 0);
    // One wait until the frame is down, one that the way up is free again.
    CHECK(each.waits <= 40);
    CHECK(many.released_in_use == 0);
    CHECK(gpu::memory_in_use() == 0);
    CHECK(gpu::pinned_in_use() == 0);
}

TEST_CASE("what comes out of a GPU is what comes out of the CPU") {
    for (const PixelFormat format :
         {PixelFormat::yuyv, PixelFormat::bgr8, PixelFormat::rgb8, PixelFormat::nv12}) {
        CAPTURE(to_string(format));
        Pipeline on_gpu(1), on_cpu(1);
        std::vector<Frame> from_gpu, from_cpu;
        for (Pipeline* pipeline : {&on_gpu, &on_cpu}) {
            const bool there = pipeline == &on_gpu;
            pipeline->device(there ? "cuda:0" : "cpu");
            FrameSpec wanted{.width = kWidth, .height = kHeight, .format = format, .fps = 30};
            auto& out = there ? from_gpu : from_cpu;
            pipeline->source(std::make_unique<NoiseSource>(5))
                .segmenter("constant:value=140")
                .filter("feather:sigma=3 | levels:black=0.2")
                .background("blur:sigma=4 | pixelate:size=8")  // pixelate has no code for GPUs
                .foreground("grayscale")
                .sink(std::make_unique<FunctionSink>(
                    [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }, wanted));
            pipeline->run();
        }
        REQUIRE(from_gpu.size() == 5);
        CHECK(same_pictures(from_gpu, from_cpu, 4));
    }
}

TEST_CASE("several sinks and other views of the frame get theirs from the GPU, too") {
    for (const Show show : {Show::composite, Show::matte, Show::side_by_side}) {
        CAPTURE(static_cast<int>(show));
        std::vector<Frame> plain[2], small[2];
        for (const int there : {0, 1}) {
            Pipeline pipeline(1);
            FrameSpec tiny{.width = 30, .height = 20, .format = PixelFormat::yuyv, .fps = 30};
            pipeline.device(there == 1 ? "cuda" : "cpu")
                .source(std::make_unique<NoiseSource>(3))
                .segmenter("constant:value=140")
                .background("color:value=#204060")
                .show(show)
                .sink(std::make_unique<FunctionSink>(
                    [&](const ConstFrameView& f) { plain[there].push_back(vbg_test::copy_of(f)); }))
                .sink(std::make_unique<FunctionSink>(
                    [&](const ConstFrameView& f) { small[there].push_back(vbg_test::copy_of(f)); }, tiny));
            pipeline.open();
            while (pipeline.step() == ReadResult::frame) {
                const Frame last = pipeline.last_frame();
                REQUIRE_FALSE(last.empty());
                CHECK(largest_difference(last.view(), plain[there].back().view()) == 0);
            }
        }
        REQUIRE(plain[1].size() == 3);
        CHECK(same_pictures(plain[0], plain[1], 2));
        CHECK(same_pictures(small[0], small[1], 3));
    }
}

TEST_CASE("auto takes a GPU only for a segmenter that has code for it") {
    const AutoDevice automatic;
    gpu::start_again();
    const auto launches = [](std::unique_ptr<Segmenter> segmenter) {
        const gpu::Counts before = gpu::counts();
        Pipeline pipeline(1);
        pipeline.source(std::make_unique<CountingSource>(2))
            .segmenter(std::move(segmenter))
            .sink("null")
            .run();
        return (gpu::counts() - before).launches;
    };
    CHECK(launches(make_segmenter("constant")) > 0);
    CHECK(launches(std::make_unique<FunctionSegmenter>(left_half)) == 0);
    gpu::set_gpus(0);
    CHECK(launches(make_segmenter("constant")) == 0);
}

TEST_CASE("devices that are none are refused, by name") {
    Pipeline pipeline(1);
    for (const char* word : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1234", "cuda:+1", "CPU"}) {
        CAPTURE(word);
        check_throws(Errc::invalid_argument, {word, "cuda:N"}, [&] { pipeline.device(word); });
    }
    int stream = 0;
    check_throws(Errc::invalid_argument, {"stream"}, [&] { pipeline.device("cpu", StreamRef{&stream}); });
    pipeline.source(std::make_unique<CountingSource>(2)).segmenter("constant").sink("null");
    pipeline.device("cuda:7");
    check_throws(Errc::device, {"cuda:7"}, [&] { pipeline.run(); });
    setenv("VBG_DEVICE", "moon", 1);
    pipeline.device("auto");
    check_throws(Errc::invalid_argument, {"VBG_DEVICE", "moon"}, [&] { pipeline.run(); });
    setenv("VBG_DEVICE", "cuda:0", 1);
}

TEST_CASE("process() takes and gives pictures in host memory and on the GPU") {
    gpu::start_again();
    const Device device{DeviceType::cuda, 0};
    const Frame here = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::rgb8, 4);
    const FrameSpec spec{kWidth, kHeight, PixelFormat::rgb8, {}, device, 0};
    cuda::Stream stream(device);
    Frame wanted(kWidth, kHeight, PixelFormat::rgb8);
    Mask wanted_matte(kWidth, kHeight);
    Pipeline on_cpu(1), on_gpu(1);
    for (Pipeline* pipeline : {&on_cpu, &on_gpu}) {
        pipeline->segmenter("constant:value=100").background("blur:sigma=3").filter("feather");
    }
    on_cpu.device("cpu").process(here.view(), wanted.view(), wanted_matte.view());
    on_gpu.device("cuda:0", stream.ref());
    for (const bool in_there : {false, true}) {
        for (const bool out_there : {false, true}) {
            CAPTURE(in_there);
            CAPTURE(out_there);
            Frame in(spec), out(spec), out_here(kWidth, kHeight, PixelFormat::rgb8);
            Mask matte(kWidth, kHeight, MaskFormat::u8, device), matte_here(kWidth, kHeight);
            copy_pixels(here.view(), in.view(), stream.ref());
            const gpu::Counts before = gpu::counts();
            const int left = gpu::work_left();
            on_gpu.process(in_there ? std::as_const(in).view() : here.view(),
                           out_there ? out.view() : out_here.view(),
                           out_there ? matte.view() : matte_here.view());
            if (in_there && out_there) {
                // Nothing was waited for: it is the stream's turn that counts.
                CHECK((gpu::counts() - before).waits == 0);
                CHECK(gpu::work_left() > left);
            }
            if (out_there) {
                copy_pixels(std::as_const(out).view(), out_here.view(), stream.ref());
                copy_pixels(std::as_const(matte).view(), matte_here.view(), stream.ref());
                stream.synchronize();
            }
            CHECK(largest_difference(out_here.view(), wanted.view()) <= 2);
            for (int y = 0; y < kHeight; ++y)
                CHECK(std::equal(matte_here.view().row(y), matte_here.view().row(y) + kWidth,
                                 wanted_matte.view().row(y)));
        }
    }
    Frame out(kWidth, kHeight, PixelFormat::rgb8);
    Frame in(spec);
    check_throws(Errc::invalid_argument, {"cuda:0", "host memory"},
                 [&] { on_cpu.process(std::as_const(in).view(), out.view()); });
}

TEST_CASE("process() without a stream of the caller's is done in the turn of the GPU's default one") {
    gpu::start_again();
    const Device device{DeviceType::cuda, 0};
    const Frame here = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::bgr8, 6);
    const FrameSpec spec{kWidth, kHeight, PixelFormat::bgr8, {}, device, 0};
    Frame wanted(kWidth, kHeight, PixelFormat::bgr8);
    Pipeline on_cpu(1), on_gpu(1);
    for (Pipeline* pipeline : {&on_cpu, &on_gpu})
        pipeline->segmenter("constant:value=100").background("flip").filter("feather");
    on_cpu.device("cpu").process(here.view(), wanted.view());
    on_gpu.device("cuda:0");
    Frame in(spec), out(spec),
        out_here({kWidth, kHeight, PixelFormat::bgr8, {}, {DeviceType::cuda_host, 0}, 0});
    on_gpu.process(std::as_const(in).view(), out.view());  // everything is made now
    wait_for_stream(device, {});
    const gpu::Counts before = gpu::counts();
    copy_pixels(here.view(), in.view(), {});
    on_gpu.process(std::as_const(in).view(), out.view());
    copy_pixels(std::as_const(out).view(), out_here.view(), {});
    const gpu::Counts counts = gpu::counts() - before;
    CHECK(counts.waits + counts.events + counts.streams + counts.allocations == 0);
    CHECK(counts.copies_up == 1);
    CHECK(counts.copies_down == 1);
    CHECK(largest_difference(out_here.view(), wanted.view()) > 2);  // nothing is done yet
    wait_for_stream(device, {});
    CHECK(largest_difference(out_here.view(), wanted.view()) <= 2);
    // What the default stream is given afterwards does not come before it.
    on_gpu.process(std::as_const(in).view(), out.view());
    const Frame black(kWidth, kHeight, PixelFormat::bgr8);
    copy_pixels(black.view(), in.view(), {});
    copy_pixels(std::as_const(out).view(), out_here.view(), {});
    wait_for_stream(device, {});
    CHECK(largest_difference(out_here.view(), wanted.view()) <= 2);
}

TEST_CASE("parts replaced while the GPU works for the old ones") {
    gpu::start_again();
    const gpu::Counts before = gpu::counts();
    for (const MaskSync sync : {MaskSync::exact, MaskSync::latest}) {
        Pipeline pipeline(1);
        pipeline.mask_sync(sync);
        std::vector<Frame> out;
        fill_in(pipeline, out, std::make_unique<NoiseSource>(20));
        int n = 0;
        pipeline.run({}, 0, [&](const Pipeline&) {
            ++n;
            pipeline.set("background", n % 2 == 0 ? "blur:sigma=5" : "pixelate:size=4");
            pipeline.set("filters", n % 2 == 0 ? "erode" : "fill_holes | dilate");
            pipeline.set("segmenter", n % 2 == 0 ? "constant:value=9" : "chroma_key");
        });
        CHECK(out.size() == 20);
    }
    CHECK((gpu::counts() - before).released_in_use == 0);
    CHECK(gpu::fault().empty());
    CHECK(gpu::memory_in_use() == 0);
}

TEST_CASE("a stream named later is heeded, and so is none; what works in the one before is waited for") {
    gpu::start_again();
    const Device device{DeviceType::cuda, 0};
    const FrameSpec spec{kWidth, kHeight, PixelFormat::bgr8, {}, device, 0};
    const gpu::Counts before = gpu::counts();
    Frame in(spec), out(spec);
    {
        const cuda::Stream stream(device), other(device);
        Pipeline pipeline(1);
        pipeline.device("cuda:0").segmenter("constant:value=100").background("blur:sigma=3");
        const auto process = [&] { pipeline.process(std::as_const(in).view(), out.view()); };
        process();
        CHECK(gpu::work_left() > 0);
        wait_for_stream(device, {});
        CHECK(gpu::work_left() == 0);
        for (const cuda::Stream* named : {&stream, &other}) {
            pipeline.device("cuda:0", named->ref());
            process();  // configures anew
            process();
            wait_for_stream(device, {});
            CHECK(gpu::work_left() > 0);
            named->synchronize();
            CHECK(gpu::work_left() == 0);
            process();  // is waited for by the next device()
        }
        // And back to one of the pipeline's own.
        pipeline.device("cuda:0");
        process();
        CHECK(gpu::work_left() > 0);
        stream.synchronize();
        other.synchronize();
        CHECK(gpu::work_left() > 0);
        wait_for_stream(device, {});
        CHECK(gpu::work_left() == 0);
    }
    CHECK((gpu::counts() - before).released_in_use == 0);
}

TEST_CASE("a pipeline may end before the GPU's default stream has come to what it did") {
    gpu::start_again();
    const Device device{DeviceType::cuda, 0};
    const Frame here = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::bgr8, 6);
    const FrameSpec spec{kWidth, kHeight, PixelFormat::bgr8, {}, device, 0};
    const FrameSpec pinned{kWidth, kHeight, PixelFormat::bgr8, {}, {DeviceType::cuda_host, 0}, 0};
    const gpu::Counts before = gpu::counts();
    Frame in(spec), out(spec), out_here(pinned), wanted(kWidth, kHeight, PixelFormat::bgr8);
    const auto process = [](const char* where, const ConstFrameView& from, const FrameView& to) {
        Pipeline pipeline(1);
        pipeline.device(where).segmenter("constant:value=100").background("flip").process(from, to);
    };
    process("cpu", here.view(), wanted.view());
    copy_pixels(here.view(), in.view(), {});
    process("cuda:0", std::as_const(in).view(), out.view());
    copy_pixels(std::as_const(out).view(), out_here.view(), {});
    wait_for_stream(device, {});
    CHECK(largest_difference(out_here.view(), wanted.view()) <= 2);
    CHECK((gpu::counts() - before).released_in_use == 0);
    CHECK(gpu::fault().empty());
}

TEST_CASE("a run whose mattes have a thread of their own lets go of nothing that the GPU still uses") {
    gpu::start_again();
    for (int i = 0; i < 10; ++i) {
        const gpu::Counts before = gpu::counts();
        Pipeline pipeline(1);
        std::vector<Frame> out;
        fill_in(pipeline, out, std::make_unique<NoiseSource>(6));
        pipeline.mask_sync(MaskSync::latest).run();
        CHECK(out.size() == 6);
        CHECK((gpu::counts() - before).released_in_use == 0);
    }
}
