// What of src/cuda can be told without a GPU: its errors, and that nothing throws or crashes for want of one.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include <vbg/device.hpp>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "cuda/over.hpp"
#include "cuda/pixels.hpp"
#include "cuda/status.hpp"
#include "support/frames.hpp"
#include "support/throws.hpp"

using namespace vbg;
using vbg_test::check_throws;

namespace {

const Device kGpu{DeviceType::cuda, 0};

std::string text_of(const Error& error) { return error.what(); }

bool has(const Error& error, const std::string& words) {
    return text_of(error).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("CUDA's answers become typed errors that say what, why and what mends it") {
    const Error memory = cuda::error_of(cuda::kOutOfMemory, "allocating 5 bytes on cuda:1", "out of memory");
    CHECK(memory.code() == Errc::out_of_memory);
    CHECK(has(memory, "allocating 5 bytes on cuda:1"));
    CHECK(has(memory, "smaller picture"));

    CHECK(cuda::error_of(cuda::kNotBuilt, "over", {}).code() == Errc::not_built);
    CHECK(has(cuda::error_of(cuda::kNotBuilt, "over", {}), "-DVBG_CUDA=ON"));
    const std::pair<cuda::Status, const char*> kinds[] = {{cuda::kDriverTooOld, "newer NVIDIA driver"},
                                                          {cuda::kNoDevice, "nvidia-smi"},
                                                          {cuda::kBadDevice, "no GPU of that number"},
                                                          {cuda::kDevicesBusy, "another program"},
                                                          {cuda::kNoKernelImage, "VBG_CUDA_ARCHITECTURES"},
                                                          {cuda::kBadAddress, "lost"},
                                                          {cuda::kLaunchFailure, "lost"},
                                                          {cuda::kMemoryBroken, "start the program again"},
                                                          {cuda::kContained, "lost"},
                                                          {cuda::kServerEnded, "lost"}};
    for (const auto& [status, words] : kinds) {
        const Error error = cuda::error_of(status, "over", "CUDA's word");
        CHECK(error.code() == Errc::device);
        CHECK_MESSAGE(has(error, words), text_of(error));
        CHECK(has(error, "CUDA's word"));
        CHECK(cuda::is_lost(status) == has(error, "lost"));
    }
    CHECK(text_of(cuda::error_of(12, "over", "invalid pitch")) == "over: invalid pitch");
    CHECK_FALSE(cuda::is_lost(701));  // a launch that asked for too much harms nothing
    CHECK_FALSE(cuda::is_lost(720));
}

TEST_CASE("devices can be listed anywhere") {
    const auto devices = list_devices();
    REQUIRE(devices.size() >= 2);
    CHECK(devices[0].name == "cpu");
    CHECK(devices[0].why_not.empty());
    CHECK(devices[1].name == "cuda:0");
    CHECK(devices[1].why_not == cuda::why_not(0));
    if (!cuda::built()) CHECK(devices[1].why_not == "this libvbg was built without CUDA");
    CHECK(cuda::device_count() >= 0);
    CHECK_FALSE(cuda::why_not(99).empty());
    CHECK_FALSE(cuda::why_not(-1).empty());
    CHECK(cuda::runs_on(DeviceType::cpu));
    CHECK(cuda::runs_on(DeviceType::cuda) == cuda::built());
}

TEST_CASE("without a usable GPU everything on it is refused, with the reason") {
    const std::string why = cuda::why_not();
    if (why.empty()) {
        MESSAGE("SKIP: there is a GPU");
        return;
    }
    CHECK_THROWS_AS(cuda::DeviceBuffer(16, kGpu), Error);
    CHECK_THROWS_AS(cuda::PinnedBuffer(16, kGpu), Error);
    CHECK_THROWS_AS(cuda::Stream{kGpu}, Error);
    CHECK_THROWS_AS(cuda::Event{kGpu}, Error);
    const Errc code = cuda::built() ? Errc::device : Errc::not_built;
    check_throws(code, {"cuda:0", "512 bytes", "5x1"}, [] { Frame({5, 1, PixelFormat::nv12, {}, kGpu, 0}); });
    check_throws(code, {"cuda:0", "1536 bytes", "8x6"}, [] { Mask(8, 6, MaskFormat::u8, kGpu); });
    const Device pinned{DeviceType::cuda_host, 0};
    check_throws(code, {"pinned"}, [&] { Mask(8, 6, MaskFormat::u8, pinned); });
    check_throws(code, {"cuda:0", why}, [] { cuda::need_device(kGpu, "me"); });
    check_throws(code, {"GpuStream", "cuda:0", why}, [] { GpuStream{kGpu}; });
    check_throws(code, {"cuda:0"}, [] { wait_for_stream(kGpu, {}); });
    int none_of_it = 0;
    check_throws(code, {"cuda:0"}, [&] { order_streams(kGpu, {}, {&none_of_it}); });

    Context context;
    auto over = make_compositor("over");
    FrameSpec spec{8, 6, PixelFormat::bgr8, {}, kGpu, 0};
    check_throws(code, {"over", "cuda:0"}, [&] { over->configure(spec, context); });
    CHECK_FALSE(over->configured());

    Frame frame(8, 6, PixelFormat::bgr8);
    FrameView there = frame.view();
    there.device = kGpu;
    check_throws(code, {}, [&] { cuda::over(there, Mask(8, 6).view(), there, there, {}); });
    check_throws(code, {"copying a picture"}, [&] { cuda::copy(frame.view(), there, {}); });
}

TEST_CASE("owners of memory: what they refuse anywhere") {
    check_throws(Errc::invalid_argument, {"Frame", "0x6"}, [] {
        Frame({0, 6, PixelFormat::bgr8, {}, kGpu, 0});
    });
    check_throws(Errc::invalid_argument, {"Mask"}, [] { Mask(8, 70000, MaskFormat::u8, kGpu); });
    const Device none{static_cast<DeviceType>(7), 0};
    check_throws(Errc::invalid_argument, {"device of type 7"}, [&] {
        Frame({8, 6, PixelFormat::bgr8, {}, none, 0});
    });
}

TEST_CASE("host memory has no streams, and nothing to wait for") {
    check_throws(Errc::invalid_argument, {"GpuStream", "host memory"}, [] { GpuStream{Device{}}; });
    int none_of_it = 0;
    for (const Device& here : {Device{}, Device{DeviceType::cuda_host, 0}}) {
        wait_for_stream(here, {&none_of_it});
        order_streams(here, {&none_of_it}, {});
    }
}

TEST_CASE("copies to and from a GPU: what they refuse before anything is queued") {
    Frame a(8, 6, PixelFormat::bgr8), small(8, 5, PixelFormat::bgr8);
    FrameView there = a.view();
    there.device = kGpu;
    check_throws(Errc::invalid_argument, {"8x5", "8x6"}, [&] { cuda::copy(small.view(), there, {}); });
    check_throws(Errc::invalid_argument, {"host memory"}, [&] { cuda::copy(a.view(), a.view(), {}); });
    Mask m(8, 6), floats(8, 6, MaskFormat::f32);
    MaskView over_there = m.view();
    over_there.device = kGpu;
    check_throws(Errc::invalid_argument, {"matte"}, [&] { cuda::copy(floats.view(), over_there, {}); });
}

TEST_CASE("pictures go to the GPU and back, either way up") {
    if (!vbg_test::gpu_at_hand()) return;
    std::mt19937 rng(3);
    vbg_test::Gpu gpu;
    for (const bool from_up : {false, true}) {
        for (const bool to_up : {false, true}) {
            vbg_test::Picture from(37, 11, 3, 5, from_up, rng), there(37, 11, 3, 2, to_up, rng),
                back(37, 11, 3, 0, !to_up, rng);
            vbg_test::OnGpu middle(gpu, there);
            const auto bgr = PixelFormat::bgr8;
            cuda::copy(from.frame(bgr), middle.frame(bgr), gpu.stream());
            cuda::copy(ConstFrameView(middle.frame(bgr)), back.frame(bgr), gpu.stream());
            gpu.finish();
            CHECK(back.pixels() == from.pixels());
        }
    }
    Frame frame(37, 11, PixelFormat::nv12), back(37, 11, PixelFormat::nv12);
    for (std::size_t p = 0; p < 2; ++p) frame.view().row(3, p)[7] = std::byte{200};
    Frame there({37, 11, PixelFormat::nv12, {}, gpu.device(), 0});
    copy_pixels(std::as_const(frame).view(), there.view(), gpu.stream());
    copy_pixels(std::as_const(there).view(), back.view(), gpu.stream());
    gpu.finish();
    CHECK(vbg_test::equal_pixels(frame.view(), back.view()));
    cuda::Event event(gpu.device());
    event.record(gpu.stream());
    event.synchronize();
    CHECK(event.ready());
}
