// Real networks in a pipeline on a GPU: what the GPU does before and behind them, against the CPU's way. The
// network itself is on the CPU here, so that its input is carried to it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vbg/device.hpp>
#include <vbg/vbg.hpp>
#include <vector>

#include "cuda/runtime.hpp"
#include "segment/models.hpp"
#include "segment/network_input.hpp"
#include "simulated_gpu/control.hpp"

using namespace vbg;
namespace gpu = vbg::cuda::simulated;

namespace {

constexpr Device kGpu{DeviceType::cuda, 0};

/// A picture that moves to the right, `step` pixels a frame, what leaves it coming back on the left.
Frame moved(const Frame& from, int step) {
    Frame to(from.width(), from.height(), from.format());
    const auto bytes = static_cast<std::ptrdiff_t>(row_bytes(from.format(), 0, from.width()));
    for (int y = 0; y < from.height(); ++y) {
        std::copy_n(from.view().row(y), bytes, to.view().row(y));
        std::rotate(to.view().row(y), to.view().row(y) + bytes - 3 * step, to.view().row(y) + bytes);
    }
    return to;
}

struct Differences {
    int largest = 0;
    double changed_sides = 0;  ///< part of the pixels
};

Differences differences(const ConstMaskView& a, const ConstMaskView& b) {
    Differences found;
    for (int y = 0; y < a.height; ++y) {
        for (int x = 0; x < a.width; ++x) {
            const int one = std::to_integer<int>(a.row(y)[x]), other = std::to_integer<int>(b.row(y)[x]);
            found.largest = std::max(found.largest, std::abs(one - other));
            found.changed_sides += (one > 127) != (other > 127);
        }
    }
    found.changed_sides /= static_cast<double>(a.width) * a.height;
    return found;
}

/// The same frames on the CPU and on the GPU.
void compare(const std::string& spec, const Frame& picture, PixelFormat format) {
    CAPTURE(spec);
    CAPTURE(to_string(format));
    gpu::start_again();
    {
        cuda::Stream stream(kGpu);
        Context here(2), there(2, kGpu, stream.ref());
        const auto on_cpu = make_segmenter(spec), on_gpu = make_segmenter(spec);
        FrameSpec frames{picture.width(), picture.height(), format, {}, {}, 30};
        on_cpu->configure(frames, here);
        frames.device = kGpu;
        REQUIRE(on_gpu->runs_on(DeviceType::cuda));
        on_gpu->configure(frames, there);
        Frame up(frames), given(picture.width(), picture.height(), format);
        Mask wanted(picture.width(), picture.height()), got(picture.width(), picture.height()),
            made(picture.width(), picture.height(), MaskFormat::u8, kGpu);
        for (int i = 0; i < 3; ++i) {
            CAPTURE(i);
            convert(moved(picture, 5 * i).view(), given.view());
            on_cpu->segment(given.view(), wanted.view(), here);
            copy_pixels(std::as_const(given).view(), up.view(), stream.ref());
            const gpu::Counts before = gpu::counts();
            on_gpu->segment(std::as_const(up).view(), made.view(), there);
            if (i > 0) CHECK((gpu::counts() - before).allocations == 0);
            copy_pixels(std::as_const(made).view(), got.view(), stream.ref());
            stream.synchronize();
            // Sums of the input in another order; a soft matte shows that as a level, a hard one at its edge.
            const Differences found = differences(std::as_const(got).view(), std::as_const(wanted).view());
            if (spec.find("threshold=0") == std::string::npos) CHECK(found.largest <= 1);
            CHECK(found.changed_sides <= 2e-5);
            CHECK(std::count_if(wanted.view().row(wanted.height() / 2),
                                wanted.view().row(wanted.height() / 2) + wanted.width(),
                                [](std::byte b) { return b > std::byte{200}; }) > 0);
        }
    }
    CHECK(gpu::fault() == "");
    CHECK(gpu::memory_in_use() == 0);
    CHECK(gpu::pinned_in_use() == 0);
}

}  // namespace

TEST_CASE("networks on a GPU's pictures give the matte that they give on the CPU's") {
    if (!test::have_data("models/bodypix") || !test::have_data("models/tflite")) return;
    const Frame picture =
        test::read_picture((test::data_folder() / test::bodypix_cases().front().picture).string());
    const std::string bodypix =
        "bodypix:precision=fp32,device=cpu,resolution=low,model=" +
        quote_value(test::converted("models/bodypix/mobilenet/quant2/075/model-stride16.json"));
    const std::string selfie = "selfie:precision=fp32,device=cpu,model=" +
                               quote_value(test::converted("models/tflite/selfie_segmentation.tflite"));
    compare(bodypix + ",threshold=0.7", picture, PixelFormat::bgr8);
    compare(bodypix + ",threshold=none", picture, PixelFormat::rgb8);
    compare(selfie, picture, PixelFormat::bgr8);
    compare(selfie + ",crop=off", picture, PixelFormat::rgb8);
    compare(selfie + ",threshold=0.5", picture, PixelFormat::bgr8);
}

TEST_CASE("coarser levels and parts of the frame on a GPU") {
    if (!test::have_data("models/bodypix")) return;
    const Frame picture =
        test::read_picture((test::data_folder() / test::bodypix_cases().front().picture).string());
    const std::string spec =
        "bodypix:precision=fp32,device=cpu,resolution=medium,threshold=none,model=" +
        quote_value(test::converted("models/bodypix/mobilenet/quant2/075/model-stride16.json"));
    gpu::start_again();
    cuda::Stream stream(kGpu);
    Context here(2), there(2, kGpu, stream.ref());
    const auto on_cpu = make_segmenter(spec), on_gpu = make_segmenter(spec);
    FrameSpec frames{picture.width(), picture.height(), PixelFormat::bgr8, {}, {}, 30};
    on_cpu->allow_coarser(true);
    on_gpu->allow_coarser(true);
    on_cpu->configure(frames, here);
    frames.device = kGpu;
    on_gpu->configure(frames, there);
    REQUIRE(on_gpu->coarsest() == on_cpu->coarsest());
    REQUIRE(on_gpu->coarsest() > 0);
    Frame up(frames);
    copy_pixels(picture.view(), up.view(), stream.ref());
    Mask wanted(picture.width(), picture.height()), got(picture.width(), picture.height()),
        made(picture.width(), picture.height(), MaskFormat::u8, kGpu);
    for (int coarseness = on_gpu->coarsest(); coarseness >= 0; --coarseness) {
        CAPTURE(coarseness);
        on_cpu->coarseness(coarseness);
        on_gpu->coarseness(coarseness);
        on_cpu->segment(picture.view(), wanted.view(), here);
        on_gpu->segment(std::as_const(up).view(), made.view(), there);
        copy_pixels(std::as_const(made).view(), got.view(), stream.ref());
        stream.synchronize();
        CHECK(differences(std::as_const(got).view(), std::as_const(wanted).view()).largest <= 1);
    }
}

TEST_CASE("one network for the pictures of two GPUs") {
    if (!test::have_data("models/tflite")) return;
    const Frame picture =
        test::read_picture((test::data_folder() / test::bodypix_cases().front().picture).string());
    const std::string spec = "selfie:precision=fp32,device=cpu,crop=off,model=" +
                             quote_value(test::converted("models/tflite/selfie_segmentation.tflite"));
    gpu::start_again();
    gpu::set_gpus(2);
    const Device devices[] = {{DeviceType::cuda, 0}, {DeviceType::cuda, 1}};
    {
        cuda::Stream streams[] = {cuda::Stream(devices[0]), cuda::Stream(devices[1])};
        std::vector<std::unique_ptr<Segmenter>> segmenters;
        std::vector<std::unique_ptr<Context>> contexts;
        std::vector<Frame> up;
        std::vector<Mask> made, got;
        for (std::size_t i = 0; i < 2; ++i) {
            FrameSpec frames{picture.width(), picture.height(), PixelFormat::bgr8, {}, devices[i], 30};
            contexts.push_back(std::make_unique<Context>(1, devices[i], streams[i].ref()));
            segmenters.push_back(make_segmenter(spec));
            segmenters[i]->configure(frames, *contexts[i]);
            up.emplace_back(frames);
            made.emplace_back(frames.width, frames.height, MaskFormat::u8, devices[i]);
            got.emplace_back(frames.width, frames.height);
            copy_pixels(moved(picture, 40 * static_cast<int>(i)).view(), up[i].view(), streams[i].ref());
        }
        for (std::size_t i = 0; i < 2; ++i)
            segmenters[i]->segment(std::as_const(up[i]).view(), made[i].view(), *contexts[i]);
        Mask wanted(picture.width(), picture.height());
        Context here(1);
        const auto on_cpu = make_segmenter(spec);
        on_cpu->configure({picture.width(), picture.height(), PixelFormat::bgr8, {}, {}, 30}, here);
        for (std::size_t i = 0; i < 2; ++i) {
            CAPTURE(i);
            copy_pixels(std::as_const(made[i]).view(), got[i].view(), streams[i].ref());
            streams[i].synchronize();
            const Frame given = moved(picture, 40 * static_cast<int>(i));
            on_cpu->segment(given.view(), wanted.view(), here);
            CHECK(differences(std::as_const(got[i]).view(), std::as_const(wanted).view()).largest <= 1);
        }
    }
    CHECK(gpu::fault() == "");
    gpu::start_again();
}

TEST_CASE("a network's input is all zeros to begin with, wherever it lies") {
    gpu::start_again();
    cuda::Stream stream(kGpu);
    Context context(1, kGpu, stream.ref());
    FrameSpec frames{64, 48, PixelFormat::bgr8, {}, kGpu, 30};
    segment::NetworkInput input;
    input.configure(frames, {}, 33, 17, context);
    std::vector<float> got(std::size_t{33} * 17 * 3, 1.F);
    cuda::copy_bytes(input.values(), got.data(), got.size() * sizeof(float), kGpu, stream.ref());
    stream.synchronize();
    CHECK(std::count(got.begin(), got.end(), 0.F) == static_cast<std::ptrdiff_t>(got.size()));
    frames.device = {};
    input.configure(frames, {}, 33, 17, context);
    CHECK(std::count(input.values(), input.values() + got.size(), 0.F) ==
          static_cast<std::ptrdiff_t>(got.size()));
    CHECK(gpu::memory_in_use() == 0);
}
