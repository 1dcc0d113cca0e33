// threshold, levels, temporal.
#include <cmath>

#include "cuda/lookup.hpp"
#include "cuda/steps.hpp"
#include "cuda/temporal.hpp"
#include "mask/levels.hpp"
#include "mask/temporal.hpp"
#include "mask/threshold.hpp"

using namespace vbg;
using vbg_test::Picture;

TEST_CASE("curves on the GPU: the arithmetic is the CPU's, bit for bit") {
    const auto with = [](const cuda::Curve& curve) {
        return [&curve](const vbg_test::Steps& steps, int w, int h, cuda::ConstBytes, cuda::ConstBytes in,
                        cuda::Bytes out) { cuda::look_up(curve, in, out, w, h, steps); };
    };
    const cuda::Curve hard = mask::threshold_curve(0.3), soft = mask::levels_curve(0.15, 0.85, 1.7);
    CHECK(int{hard.of[76]} == 0);  // 0.3 * 255 = 76.5
    CHECK(int{hard.of[77]} == 255);
    vbg_test::check_filter_steps("threshold:level=0.3", 0, with(hard));
    vbg_test::check_filter_steps("levels:black=0.15,white=0.85,gamma=1.7", 0, with(soft));
}

TEST_CASE("curves on the GPU: the kernel gives the CPU's matte, bit for bit") {
    if (!vbg_test::gpu_at_hand()) return;
    vbg_test::check_filter_on_gpu("threshold:level=0.3", 0);
    vbg_test::check_filter_on_gpu("levels:black=0.15,white=0.85,gamma=1.7", 0);
}

TEST_CASE("temporal on the GPU: the arithmetic is the CPU's over many frames, bit for bit") {
    std::mt19937 rng(3);
    Context context;
    auto filter = make_mask_filter("temporal:time=0.2,noise=3,motion=12");
    const cuda::Gains gains = mask::temporal_gains(0.2, 3, 12, 1.0 / 30);
    for (const auto& size : vbg_test::odd_sizes()) {
        const int w = size.first, h = size.second;
        vbg_test::FilterCase given(w, h, h % 2 == 0, rng);
        const cuda::TemporalPlan plan(w, h);
        std::vector<std::uint8_t> kept = vbg_test::scratch_of(plan.scratch);
        filter->configure(given.spec(), context);
        for (int frame = 0; frame < 6; ++frame) {
            INFO(w, "x", h, " frame ", frame);
            for (int i = 0; i < w * h / 3 + 1; ++i) {  // something moves, by all amounts
                const int x = static_cast<int>(rng() % static_cast<unsigned>(w)), y = i % h;
                given.in.at(x, y) = static_cast<std::uint8_t>(rng());
                given.guide.at(x, y, i % 3) =
                    static_cast<std::uint8_t>(given.guide.at(x, y, i % 3) + rng() % 32);
            }
            Picture wanted = given.out, out = given.out;
            filter->apply(given.guide.frame(PixelFormat::bgr8), given.in.mask(), wanted.mask(), context);
            const bool in_place = frame % 2 == 1;
            Picture& target = in_place ? given.in : out;
            cuda::temporal(plan, kept.data(), frame % 2, frame == 0, gains,
                           cuda::rows(ConstFrameView(given.guide.frame(PixelFormat::bgr8))),
                           cuda::rows(ConstMaskView(given.in.mask())), cuda::rows(target.mask()),
                           vbg_test::Steps(frame % 3 == 0));
            CHECK(target.pixels() == wanted.pixels());
            if (!in_place) CHECK(out.bytes() == wanted.bytes());
        }
    }
}

TEST_CASE("temporal on the GPU: the kernels give the CPU's mattes, bit for bit") {
    if (!vbg_test::gpu_at_hand()) return;
    vbg_test::check_filter_on_gpu("temporal:time=0.2,noise=3,motion=12", 0);
}
