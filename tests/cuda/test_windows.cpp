// dilate, erode, open, close, box_blur, feather.
#include <fmt/format.h>

#include "cuda/steps.hpp"
#include "mask/box_blur.hpp"
#include "mask/feather.hpp"
#include "mask/morphology.hpp"

using namespace vbg;

namespace {

/// The steps of one operator with a plan: make(width, height) -> plan, run(plan, scratch, in, out, steps).
template <class Make, class Run>
vbg_test::FilterSteps steps_of(Make make, Run run) {
    return [=](const vbg_test::Steps& steps, int w, int h, cuda::ConstBytes, cuda::ConstBytes in,
               cuda::Bytes out) {
        const auto plan = make(w, h);
        auto scratch = vbg_test::scratch_of(plan.scratch);
        run(plan, scratch.data(), in, out, steps);
    };
}

vbg_test::FilterSteps morphology_steps(int size, mask::Shape shape, const std::vector<bool>& largest) {
    return steps_of(
        [=](int w, int h) { return mask::Morphology(size, shape).plan(w, h); },
        [=](const auto& plan, void* scratch, cuda::ConstBytes in, cuda::Bytes out, const auto& steps) {
            for (const bool what : largest) {
                cuda::morphology(plan, scratch, what, in, out, steps);
                in = {out.data, out.stride};
            }
        });
}

}  // namespace

TEST_CASE("morphology on the GPU: the arithmetic is the CPU's, bit for bit") {
    for (const int size : {1, 2, 3, 5, 10, 32, 255}) {
        for (const mask::Shape shape : {mask::Shape::rect, mask::Shape::ellipse}) {
            const auto spec = [&](const char* name) {
                return fmt::format("{}:size={},shape={}", name, size,
                                   shape == mask::Shape::rect ? "rect" : "ellipse");
            };
            vbg_test::check_filter_steps(spec("dilate"), 0, morphology_steps(size, shape, {true}));
            if (size > 10) continue;
            vbg_test::check_filter_steps(spec("erode"), 0, morphology_steps(size, shape, {false}));
            vbg_test::check_filter_steps(spec("open"), 0, morphology_steps(size, shape, {false, true}));
            vbg_test::check_filter_steps(spec("close"), 0, morphology_steps(size, shape, {true, false}));
        }
    }
}

TEST_CASE("box_blur on the GPU: the arithmetic is the CPU's, bit for bit") {
    for (const int size : {1, 2, 3, 15, 30, 64, 255}) {
        vbg_test::check_filter_steps(
            fmt::format("box_blur:size={}", size), 0,
            steps_of([=](int w, int h) { return cuda::BoxBlurPlan(w, h, size); },
                     [](const auto& plan, void* scratch, cuda::ConstBytes in, cuda::Bytes out,
                        const auto& steps) { cuda::box_blur(plan, scratch, in, out, steps); }));
    }
}

TEST_CASE("feather on the GPU: the arithmetic is the CPU's, bit for bit") {
    for (const double sigma : {0.3, 1.5, 3.0, 8.0, 9.0, 20.0, 100.0}) {
        vbg_test::check_filter_steps(
            fmt::format("feather:sigma={}", sigma), 0,
            steps_of([=](int w, int h) { return mask::Feather(sigma).plan(w, h); },
                     [](const auto& plan, void* scratch, cuda::ConstBytes in, cuda::Bytes out,
                        const auto& steps) { cuda::feather(plan, scratch, in, out, steps); }));
    }
}

TEST_CASE("windows on the GPU: the kernels give the CPU's mattes, bit for bit") {
    if (!vbg_test::gpu_at_hand()) return;
    for (const char* spec :
         {"dilate:size=10", "erode:size=5,shape=ellipse", "open:size=255", "close:size=3", "box_blur:size=30",
          "box_blur:size=255", "feather:sigma=3", "feather:sigma=20"}) {
        vbg_test::check_filter_on_gpu(spec, 0);
    }
}
