#pragma once
// Operators that take several kernels, and kernels whose threads work together in blocks: their steps
// (NAME_pixel.hpp) are run on the CPU; where a GPU is at hand, the stage itself runs on it, too.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <vbg/registry.hpp>

#include "cuda/pixels.hpp"
#include "cuda/rows.hpp"
#include "cuda/words.hpp"
#include "support/kernel_loops.hpp"

namespace vbg_test {

/// A stage's memory on the GPU, here. It begins with garbage.
inline std::vector<std::uint8_t> scratch_of(const vbg::cuda::ScratchPlan& plan) {
    return std::vector<std::uint8_t>(plan.bytes(), 0xC3);
}

/// odd_sizes(), and some that go over the ends of the longest blocks.
inline std::vector<std::pair<int, int>> long_sizes() {
    auto sizes = odd_sizes();
    sizes.insert(sizes.end(), {{515, 3}, {3, 140}, {300, 90}});
    return sizes;
}

/// Noise in which flat pieces, 0 and 255 are frequent; every other row is noise.
inline void make_matte(Picture& matte, std::mt19937& rng) {
    for (int y = 0; y < matte.height(); ++y) {
        for (int x = 0; x < matte.width(); ++x) {
            if (y % 2 == 0) matte.at(x, y) = x / 5 % 2 == y / 4 % 2 ? 255 : 0;
            if (rng() % 16 == 0) matte.at(x, y) = rng() % 2 == 0 ? 255 : 0;
        }
    }
}

inline int largest_difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
    int worst = a.size() == b.size() ? 0 : 999;
    for (std::size_t i = 0; worst < 999 && i < a.size(); ++i)
        worst = std::max(worst, std::abs(int{a[i]} - int{b[i]}));
    return worst;
}

/// A frame, its matte, and places for results, of different layouts.
struct FilterCase {
    FilterCase(int w, int h, bool up, std::mt19937& rng)
        : guide(w, h, 3, 5, up, rng), in(w, h, 1, up ? 3 : 0, !up, rng), out(w, h, 1, up ? 8 : 5, up, rng) {
        make_matte(in, rng);
    }
    [[nodiscard]] vbg::FrameSpec spec(vbg::Device device = {}) const {
        return {guide.width(), guide.height(), vbg::PixelFormat::bgr8, {}, device, 30};
    }
    Picture guide, in, out;
};

/// Runs the steps of one filter for one frame: (launcher, width, height, guide, in, out).
using FilterSteps = std::function<void(const Steps&, int, int, vbg::cuda::ConstBytes, vbg::cuda::ConstBytes,
                                       vbg::cuda::Bytes)>;

/// The filter's steps give the CPU filter's matte within `bound` levels: both orders, strange layouts, in
/// place.
inline void check_filter_steps(const std::string& spec, int bound, const FilterSteps& steps,
                               const std::vector<std::pair<int, int>>& sizes = long_sizes()) {
    std::mt19937 rng(7);
    vbg::Context context;
    auto filter = vbg::make_mask_filter(spec);
    for (const auto& size : sizes) {
        const int w = size.first, h = size.second;
        for (const bool up : {false, true}) {
            CAPTURE(spec);
            INFO(w, "x", h, up ? " bottom-up" : "");
            FilterCase given(w, h, up, rng);
            Picture wanted = given.out;
            filter->configure(given.spec(), context);
            filter->apply(given.guide.frame(vbg::PixelFormat::bgr8), given.in.mask(), wanted.mask(), context);
            const auto run = [&](bool backwards, Picture& in, Picture& out) {
                steps(Steps(backwards), in.width(), in.height(),
                      vbg::cuda::rows(vbg::ConstFrameView(given.guide.frame(vbg::PixelFormat::bgr8))),
                      vbg::cuda::rows(vbg::ConstMaskView(in.mask())), vbg::cuda::rows(out.mask()));
            };
            Picture out = given.out, other = given.out;
            run(false, given.in, out);
            run(true, given.in, other);
            CHECK(largest_difference(out.bytes(), wanted.bytes()) <= bound);  // the padding, too
            CHECK(other.bytes() == out.bytes());
            Picture place = given.in;
            run(false, place, place);
            CHECK(place.pixels() == out.pixels());
        }
    }
}

/// The filter itself on the GPU gives the CPU's matte within `bound` levels, three frames long.
inline void check_filter_on_gpu(const std::string& spec, int bound) {
    std::mt19937 rng(8);
    Gpu gpu;
    vbg::Context context;
    auto here = vbg::make_mask_filter(spec), there = vbg::make_mask_filter(spec);
    for (const auto& size : long_sizes()) {
        const int w = size.first, h = size.second;
        for (int frame = 0; frame < 3; ++frame) {
            CAPTURE(spec);
            INFO(w, "x", h, " frame ", frame);
            FilterCase given(w, h, h % 2 == 0, rng);
            Picture wanted = given.out;
            OnGpu guide(gpu, given.guide), in(gpu, given.in), out(gpu, given.out);
            if (frame == 0) here->configure(given.spec(), context);
            if (frame == 0) there->configure(given.spec(gpu.device()), gpu.context());
            here->apply(given.guide.frame(vbg::PixelFormat::bgr8), given.in.mask(), wanted.mask(), context);
            const bool in_place = frame == 1;
            there->apply(guide.frame(vbg::PixelFormat::bgr8), in.mask(), in_place ? in.mask() : out.mask(),
                         gpu.context());
            (in_place ? in : out).fetch();
            CHECK(largest_difference((in_place ? given.in : given.out).pixels(), wanted.pixels()) <= bound);
        }
    }
}

}  // namespace vbg_test
