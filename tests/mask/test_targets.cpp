// The kernels are compiled once for each family of CPUs and chosen at run time. Here each version that this
// CPU can run does the same work, so that a machine with the widest vectors also tests the narrower ones.
#include <doctest/doctest.h>

#include <string>

#include "mask/matte_tools.hpp"
#include "support/simd_targets.hpp"

using namespace test;

namespace {

/// Two frames through the filter, so that what remembers the past has one.
Matte second_result(const std::string& spec, int width, int height) {
    vbg::Context context;
    auto filter = vbg::make_mask_filter(spec);
    Matte out(width, height);
    for (unsigned i = 0; i < 2; ++i) {
        const vbg::Frame guide = picture(width, height, i);
        if (i == 0) filter->configure(spec_of(guide.view()), context);
        Matte in = noise_matte(width, height, i + 1);
        filter->apply(guide.view(), in.view(), out.view(), context);
    }
    return out;
}

}  // namespace

TEST_CASE("mask filters: every vector width this CPU has gives the same result") {
    const std::vector<std::string> specs{
        "threshold",
        "levels:black=0.1,gamma=2",
        "dilate:size=10",
        "erode:size=7,shape=ellipse",
        "open",
        "close:size=31",
        "box_blur:size=30",
        "box_blur:size=200",
        "feather:sigma=2",
        "feather:sigma=40",
        "guided_filter",
        "guided_filter:guide=gray,subsample=1",
        "temporal",
        "largest_component:min_area=0",
        "fill_holes:max_area=1",
    };
    for (const std::string& spec : specs) {
        for (const auto& extent : std::vector<std::pair<int, int>>{{3, 2}, {150, 61}, {259, 40}}) {
            const int width = extent.first, height = extent.second;
            const Matte expected = second_result(spec, width, height);  // by the best there is
            vbg_test::for_each_simd_target([&] {
                CAPTURE(spec);
                CAPTURE(width);
                // Floats may be rounded once or twice (fused multiply-add), which moves a value on the brink.
                const int allowed = spec.starts_with("guided") ? 1 : 0;
                CHECK(largest_difference(second_result(spec, width, height), expected) <= allowed);
            });
        }
    }
}
