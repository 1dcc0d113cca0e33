#include <fmt/format.h>

#include "cuda/guided_filter.hpp"
#include "cuda/steps.hpp"

using namespace vbg;

TEST_CASE("guided_filter on the GPU: the arithmetic is the CPU's within one level") {
    // Sums are made in another order, so eps is not so small that noise of the sums decides.
    struct Setting {
        int channels, cell, reach;
        float eps, confidence;
    };
    for (const Setting& s : {Setting{3, 4, 4, 1e-3F, 0.5F},
                             {3, 1, 3, 1e-3F, 0.0F},
                             {3, 2, 5, 1e-2F, 1.0F},
                             {3, 8, 2, 1e-3F, 0.5F},
                             {1, 4, 4, 1e-3F, 0.5F},
                             {1, 1, 16, 1e-3F, 0.0F}}) {
        const std::string spec =
            fmt::format("guided_filter:radius={},eps={},subsample={},guide={},confidence={}",
                        s.reach * s.cell, s.eps, s.cell, s.channels == 1 ? "gray" : "color", s.confidence);
        vbg_test::check_filter_steps(spec, 1,
                                     [s](const vbg_test::Steps& steps, int w, int h, cuda::ConstBytes guide,
                                         cuda::ConstBytes in, cuda::Bytes out) {
                                         cuda::GuidedFilterPlan plan(w, h, s.channels, s.cell, s.reach);
                                         plan.eps = s.eps;
                                         plan.confidence = s.confidence;
                                         auto scratch = vbg_test::scratch_of(plan.scratch);
                                         cuda::guided_filter(plan, scratch.data(), guide, in, out, steps);
                                     });
    }
}

TEST_CASE("guided_filter on the GPU: a flat matte stays flat, whatever the picture") {
    std::mt19937 rng(5);
    for (const int value : {0, 1, 128, 254, 255}) {
        vbg_test::FilterCase given(61, 47, false, rng);
        for (int i = 0; i < 61 * 47; ++i) given.in.at(i % 61, i / 61) = static_cast<std::uint8_t>(value);
        cuda::GuidedFilterPlan plan(61, 47, 3, 4, 4);
        plan.eps = 1e-4F;
        plan.confidence = 0.5F;
        auto scratch = vbg_test::scratch_of(plan.scratch);
        cuda::guided_filter(
            plan, scratch.data(), cuda::rows(ConstFrameView(given.guide.frame(PixelFormat::bgr8))),
            cuda::rows(ConstMaskView(given.in.mask())), cuda::rows(given.out.mask()), vbg_test::Steps(false));
        CHECK(given.out.pixels() == given.in.pixels());
    }
}

TEST_CASE("guided_filter on the GPU: the kernels give the CPU's matte within one level") {
    if (!vbg_test::gpu_at_hand()) return;
    for (const char* spec :
         {"guided_filter:eps=1e-3", "guided_filter:radius=6,subsample=1,guide=gray,eps=1e-3",
          "guided_filter:subsample=8,eps=1e-2"}) {
        vbg_test::check_filter_on_gpu(spec, 1);
    }
}
