#include <random>

#include <vbg/registry.hpp>

#include "cuda/over_pixel.hpp"
#include "cuda/pixels.hpp"
#include "cuda/rows.hpp"

using namespace vbg;
using vbg_test::Picture;

namespace {

/// Random pixels; every third row's matte is flat.
struct Layers {
    Layers(int w, int h, bool up, std::mt19937& rng)
        : foreground(w, h, 3, 5, up, rng),
          alpha(w, h, 1, 3, !up, rng),
          background(w, h, 3, 0, !up, rng),
          out(w, h, 3, 9, up, rng) {
        for (int y = 0; y < h; ++y) {
            for (int x = 0; x < w; ++x) {
                if (y % 3 != 2) alpha.at(x, y) = y % 3 == 0 ? 0 : 255;
            }
        }
    }
    Picture foreground, alpha, background, out;
};

FrameSpec spec_of(int w, int h, Device device = {}) { return {w, h, PixelFormat::bgr8, {}, device, 0}; }

}  // namespace

TEST_CASE("over on the GPU: the arithmetic is the CPU's, bit for bit") {
    std::mt19937 rng(7);
    Context context;
    auto over = make_compositor("over");
    for (const auto& [w, h] : vbg_test::odd_sizes()) {
        for (const bool up : {false, true}) {
            Layers layers(w, h, up, rng);
            Picture wanted = layers.out;
            over->configure(spec_of(w, h), context);
            const auto bgr = PixelFormat::bgr8;
            over->compose(layers.foreground.frame(bgr), layers.alpha.mask(), layers.background.frame(bgr),
                          wanted.frame(bgr), context);

            const auto pixel = [&](Picture& out) {
                return cuda::OverPixel{cuda::rows(ConstFrameView(layers.foreground.frame(bgr))),
                                       cuda::rows(ConstMaskView(layers.alpha.mask())),
                                       cuda::rows(ConstFrameView(layers.background.frame(bgr))),
                                       cuda::rows(out.frame(bgr))};
            };
            Picture out = layers.out;
            vbg_test::for_each_pixel(pixel(out), w, h);
            CHECK(out.bytes() == wanted.bytes());                      // the padding, too
            vbg_test::for_each_pixel(pixel(layers.background), w, h);  // in place
            CHECK(layers.background.pixels() == wanted.pixels());
        }
    }
}

TEST_CASE("over on the GPU: the kernel gives the CPU's picture, bit for bit") {
    if (!vbg_test::gpu_at_hand()) return;
    std::mt19937 rng(8);
    vbg_test::Gpu gpu;
    Context context;
    auto over = make_compositor("over");
    const auto bgr = PixelFormat::bgr8;
    for (const auto& [w, h] : vbg_test::odd_sizes()) {
        Layers layers(w, h, h % 2 == 0, rng);
        Picture wanted = layers.out;
        over->configure(spec_of(w, h), context);
        over->compose(layers.foreground.frame(bgr), layers.alpha.mask(), layers.background.frame(bgr),
                      wanted.frame(bgr), context);

        vbg_test::OnGpu foreground(gpu, layers.foreground), alpha(gpu, layers.alpha),
            background(gpu, layers.background), out(gpu, layers.out);
        over->configure(spec_of(w, h, gpu.device()), gpu.context());
        over->compose(foreground.frame(bgr), alpha.mask(), background.frame(bgr), out.frame(bgr),
                      gpu.context());
        out.fetch();
        CHECK(layers.out.bytes() == wanted.bytes());
    }
}
