// grayscale, colormap, color, flip, scanlines, ghost, hologram, blur.
#include <fmt/format.h>

#include <array>
#include <opencv2/imgproc.hpp>

#include "cuda/background_blur.hpp"
#include "cuda/flip.hpp"
#include "cuda/steps.hpp"
#include "effect/blur.hpp"
#include "effect/random_bands.hpp"

using namespace vbg;
using vbg_test::Picture;
using vbg_test::Steps;

namespace {

/// Runs one effect's steps for one frame: (launcher, width, height, blue's place, layer, alpha, out).
using EffectSteps =
    std::function<void(const Steps&, int, int, int, cuda::ConstBytes, cuda::ConstBytes, cuda::Bytes)>;

struct Layer {
    Layer(int w, int h, bool up, std::mt19937& rng)
        : in(w, h, 3, 5, up, rng), alpha(w, h, 1, 3, !up, rng), out(w, h, 3, 9, !up, rng) {
        vbg_test::make_matte(alpha, rng);
    }
    Picture in, alpha, out;
};

/// The steps give the CPU effect's picture within `bound` levels: both orders of bytes and threads, in place.
void check_steps(const std::string& spec, int bound, const EffectSteps& steps) {
    std::mt19937 rng(11);
    Context context;
    auto effect = make_effect(spec);
    for (const auto& size : vbg_test::odd_sizes()) {
        const int w = size.first, h = size.second;
        for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            INFO(spec, " ", w, "x", h, " ", to_string(format));
            Layer given(w, h, format == PixelFormat::rgb8, rng);
            Picture wanted = given.out;
            effect->configure({w, h, format, {}, {}, 30}, context);
            effect->apply(given.in.frame(format), given.alpha.mask(), wanted.frame(format), context);
            const auto run = [&](bool backwards, Picture& in, Picture& out) {
                steps(Steps(backwards), in.width(), in.height(), format == PixelFormat::bgr8 ? 0 : 2,
                      cuda::rows(ConstFrameView(in.frame(format))),
                      cuda::rows(ConstMaskView(given.alpha.mask())), cuda::rows(out.frame(format)));
            };
            Picture out = given.out, other = given.out;
            run(false, given.in, out);
            run(true, given.in, other);
            CHECK(vbg_test::largest_difference(out.bytes(), wanted.bytes()) <= bound);  // the padding, too
            CHECK(other.bytes() == out.bytes());
            Picture place = given.in;
            run(false, place, place);
            CHECK(place.pixels() == out.pixels());
        }
    }
}

/// The effect itself on the GPU, three frames long.
void check_on_gpu(const std::string& spec, int bound) {
    std::mt19937 rng(12);
    vbg_test::Gpu gpu;
    Context context;
    auto here = make_effect(spec), there = make_effect(spec);
    const PixelFormat format = PixelFormat::rgb8;
    for (const auto& size : vbg_test::odd_sizes()) {
        const int w = size.first, h = size.second;
        here->configure({w, h, format, {}, {}, 30}, context);
        there->configure({w, h, format, {}, gpu.device(), 30}, gpu.context());
        for (int frame = 0; frame < 3; ++frame) {
            INFO(spec, " ", w, "x", h, " frame ", frame);
            Layer given(w, h, h % 2 == 0, rng);
            Picture wanted = given.out;
            here->apply(given.in.frame(format), given.alpha.mask(), wanted.frame(format), context);
            vbg_test::OnGpu in(gpu, given.in), alpha(gpu, given.alpha), out(gpu, given.out);
            const bool in_place = frame == 1;
            there->apply(in.frame(format), alpha.mask(), in_place ? in.frame(format) : out.frame(format),
                         gpu.context());
            (in_place ? in : out).fetch();
            CHECK(vbg_test::largest_difference((in_place ? given.in : given.out).pixels(), wanted.pixels()) <=
                  bound);
        }
    }
}

/// The dimmed rows of the first frame of a stage with this seed.
std::vector<cuda::RowDim> dims_of(const std::string& seed, const std::string& high, int height) {
    static constexpr std::array kTable{RandomBands::kSeed, RandomBands::kLength, RandomBands::kGap,
                                       RandomBands::kLow, RandomBands::kHigh};
    const std::array given{Parameters::Given{"seed", seed}, Parameters::Given{"high", high}};
    RandomBands bands(Parameters("bands", kTable, given));
    bands.configure(height);
    bands.reset();
    bands.draw();
    std::vector<cuda::RowDim> dims(static_cast<std::size_t>(height));
    bands.fill(dims.data(), height);
    return dims;
}

}  // namespace

TEST_CASE("tints on the GPU: the arithmetic is the CPU's, bit for bit") {
    cuda::ColorTable greys;
    for (int i = 0; i < 256; ++i) {
        for (std::uint8_t& byte : greys.of[i].at) byte = static_cast<std::uint8_t>(i);
    }
    check_steps("grayscale", 0,
                [&](const Steps& steps, int w, int h, int blue, cuda::ConstBytes in, cuda::ConstBytes,
                    cuda::Bytes out) { cuda::tint(greys, blue, in, out, w, h, steps); });
    cv::Mat ramp(1, 256, CV_8UC1), colors;
    for (int i = 0; i < 256; ++i) ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
    cv::applyColorMap(ramp, colors, cv::COLORMAP_TURBO);
    check_steps("colormap:map=turbo", 0,
                [&](const Steps& steps, int w, int h, int blue, cuda::ConstBytes in, cuda::ConstBytes,
                    cuda::Bytes out) {
                    cuda::ColorTable table;
                    for (int i = 0; i < 256; ++i) {
                        const auto& c = colors.at<cv::Vec3b>(0, i);
                        table.of[i] = {{c[blue], c[1], c[2 - blue]}};
                    }
                    cuda::tint(table, blue, in, out, w, h, steps);
                });
    check_steps(
        "color:value=#0a64c8", 0,
        [](const Steps& steps, int w, int h, int blue, cuda::ConstBytes, cuda::ConstBytes, cuda::Bytes out) {
            const auto first = static_cast<std::uint8_t>(blue == 0 ? 200 : 10);
            steps.items(w, h, cuda::FillPixel{out, {{first, 100, static_cast<std::uint8_t>(210 - first)}}});
        });
}

TEST_CASE("flip on the GPU: the arithmetic is the CPU's, bit for bit") {
    for (const char* direction : {"horizontal", "vertical", "both"}) {
        const bool sideways = direction[0] != 'v', upside_down = direction[0] != 'h';
        check_steps(fmt::format("flip:direction={}", direction), 0,
                    [=](const Steps& steps, int w, int h, int, cuda::ConstBytes in, cuda::ConstBytes,
                        cuda::Bytes out) { cuda::flip(sideways, upside_down, in, out, w, h, steps); });
    }
}

TEST_CASE("scan lines, ghosts and the hologram on the GPU: the arithmetic is the CPU's, bit for bit") {
    for (const char* high : {"0.3", "1"}) {
        check_steps(fmt::format("scanlines:seed=5,high={}", high), 0,
                    [&](const Steps& steps, int w, int h, int, cuda::ConstBytes in, cuda::ConstBytes,
                        cuda::Bytes out) {
                        const auto dims = dims_of("5", high, h);
                        cuda::scanlines(dims.data(), in, out, w, h, steps);
                    });
    }
    for (const int shift : {0, 1, 5, 64}) {
        check_steps(fmt::format("ghost:shift={}", shift), 0,
                    [&](const Steps& steps, int w, int h, int, cuda::ConstBytes in, cuda::ConstBytes,
                        cuda::Bytes out) {
                        const cuda::GhostPlan plan(w, h, shift);
                        auto scratch = vbg_test::scratch_of(plan.scratch);
                        cuda::ghost(plan, scratch.data(), in, out, steps);
                    });
        check_steps(fmt::format("hologram:seed=9,shift={}", shift), 0,
                    [&](const Steps& steps, int w, int h, int blue, cuda::ConstBytes in, cuda::ConstBytes,
                        cuda::Bytes out) {
                        const cuda::HologramPlan plan(w, h, shift, blue);
                        const auto dims = dims_of("9", "0.3", h);
                        auto scratch = vbg_test::scratch_of(plan.scratch);
                        cuda::hologram(plan, scratch.data(), dims.data(), in, out, steps);
                    });
    }
}

TEST_CASE("a dimmed row on the GPU: scaled whole numbers and double precision give the same") {
    const cuda::RowDim half{0.5, 0x80000000U, cuda::RowDim::kScaled},
        third{1.0 / 3, 0, cuda::RowDim::kDouble};
    for (int v = 0; v < 256; ++v) {
        CHECK(int{half.dim(static_cast<std::uint8_t>(v))} == v / 2);
        CHECK(int{third.dim(static_cast<std::uint8_t>(v))} == static_cast<int>(v * (1.0 / 3)));
        CHECK(int{cuda::RowDim().dim(static_cast<std::uint8_t>(v))} == v);
    }
}

TEST_CASE("blur of the background on the GPU: the arithmetic is the CPU's within one level") {
    for (const double sigma : {0.5, 2.0, 3.9, 5.0, 12.0, 40.0, 200.0}) {
        for (const bool exclude : {true, false}) {
            check_steps(fmt::format("blur:sigma={},exclude_person={}", sigma, exclude), 1,
                        [=](const Steps& steps, int w, int h, int, cuda::ConstBytes in,
                            cuda::ConstBytes alpha, cuda::Bytes out) {
                            const int factor = blur_factor(sigma);
                            const cuda::BackgroundBlurPlan plan(w, h, factor, blur_box(sigma, factor));
                            auto scratch = vbg_test::scratch_of(plan.scratch);
                            cuda::background_blur(plan, scratch.data(), in,
                                                  exclude ? alpha : cuda::ConstBytes{}, out, steps);
                        });
        }
    }
}

TEST_CASE("effects on the GPU: the kernels give the CPU's pictures") {
    if (!vbg_test::gpu_at_hand()) return;
    for (const char* spec : {"grayscale", "colormap:map=turbo", "color:value=#0a64c8", "flip:direction=both",
                             "flip", "scanlines:seed=5", "ghost", "hologram:seed=9"}) {
        check_on_gpu(spec, 0);
    }
    for (const char* spec : {"blur:sigma=2", "blur:sigma=12", "blur:sigma=40,exclude_person=false"}) {
        check_on_gpu(spec, 1);
    }
}
