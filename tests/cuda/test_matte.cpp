#include <cmath>
#include <vbg/frame.hpp>

#include "cuda/steps.hpp"
#include "segment/matte_output.hpp"

using namespace vbg;
using vbg_test::Picture;

namespace {

/// Smooth numbers from -6 to 6 (logits), or their probabilities.
std::vector<float> plane_of(int width, int height, bool logits, std::mt19937& rng) {
    std::vector<float> plane;
    for (int i = 0; i < width * height; ++i) {
        const float noise = static_cast<float>(rng() % 1000) / 1000 - 0.5F;
        const float logit =
            5 * std::sin(0.7F * static_cast<float>(i % width) + 0.4F * static_cast<float>(i / width)) +
            2 * noise;
        plane.push_back(logits ? logit : 1 / (1 + std::exp(-logit)));
    }
    return plane;
}

void compare(segment::MatteOutput& output, const std::vector<float>& plane, int w, int h, std::mt19937& rng) {
    Context context;
    Picture wanted(w, h, 1, 7, h % 2 == 0, rng);
    Picture out = wanted, other = wanted;
    output.write(plane.data(), wanted.mask(), context);
    const cuda::MattePlan plan = output.plan();
    std::vector<std::uint8_t> scratch(plan.scratch_bytes(), 0xC3);
    for (const bool backwards : {false, true}) {
        cuda::write_matte(plan, scratch.data(), plane.data(), cuda::rows((backwards ? other : out).mask()),
                          {}, vbg_test::Steps(backwards));
    }
    CHECK(vbg_test::largest_difference(out.bytes(), wanted.bytes()) <= 1);
    CHECK(other.bytes() == out.bytes());

    Mask precise(w, h, MaskFormat::f32), exact(w, h, MaskFormat::f32);
    output.write(plane.data(), exact.view(), context);
    cuda::write_matte(plan, scratch.data(), plane.data(), {}, cuda::float_rows(precise.view()),
                      vbg_test::Steps(false));
    float worst = 0;
    for (int y = 0; y < h; ++y) {
        const auto* const a = reinterpret_cast<const float*>(precise.view().row(y));
        const auto* const b = reinterpret_cast<const float*>(exact.view().row(y));
        for (int x = 0; x < w; ++x) worst = std::max(worst, std::abs(a[x] - b[x]));
    }
    CHECK(worst < 1e-5F);
}

}  // namespace

TEST_CASE("a network's output on the GPU: probabilities become the CPU's matte within one level") {
    std::mt19937 rng(21);
    Context context;
    for (const auto& size : vbg_test::odd_sizes()) {
        const int w = size.first, h = size.second;
        for (const auto& plane_size : {std::pair{1, 1}, {5, 4}, {40, 30}}) {
            const int pw = plane_size.first, ph = plane_size.second;
            INFO(w, "x", h, " from ", pw, "x", ph);
            segment::MatteOutput output;
            output.configure({w, h, PixelFormat::bgr8, {}, {}, 30}, pw, ph, context);
            output.set_soft(0.1, 0.8);
            const auto plane = plane_of(pw, ph, false, rng);
            compare(output, plane, w, h, rng);
            output.cover({w / 3, h / 4, (w + 1) / 2, (h + 1) / 2});
            compare(output, plane, w, h, rng);
        }
    }
}

TEST_CASE("a network's output on the GPU: BodyPix's logits become the CPU's matte within one level") {
    std::mt19937 rng(22);
    Context context;
    for (const auto& size : {std::pair{129, 67}, {64, 16}, {5, 3}, {1, 1}}) {
        const int w = size.first, h = size.second;
        INFO(w, "x", h);
        segment::MatteOutput output;
        output.configure({w, h, PixelFormat::bgr8, {}, {}, 30}, 9, 7, context);
        output.cover_padded({2, 1, 3, 0}, 65, 49);
        output.set_soft(0.15, 0.85);
        compare(output, plane_of(9, 7, true, rng), w, h, rng);
    }
}

TEST_CASE("a network's output on the GPU: a hard threshold is kept, but for rounding right at it") {
    std::mt19937 rng(23);
    Context context;
    const int w = 129, h = 67;
    segment::MatteOutput output;
    output.configure({w, h, PixelFormat::bgr8, {}, {}, 30}, 16, 9, context);
    const auto plane = plane_of(16, 9, false, rng);
    Mask soft(w, h, MaskFormat::f32);
    output.set_soft(0, 1);
    output.write(plane.data(), soft.view(), context);
    output.set_hard(0.6);
    const cuda::MattePlan plan = output.plan();
    std::vector<std::uint8_t> scratch(plan.scratch_bytes());
    Picture out(w, h, 1, 0, false, rng);
    cuda::write_matte(plan, scratch.data(), plane.data(), cuda::rows(out.mask()), {}, vbg_test::Steps(false));
    int persons = 0;
    for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
            const float p = reinterpret_cast<const float*>(soft.view().row(y))[x];
            if (std::abs(p - 0.6F) > 1e-5F) CHECK(int{out.at(x, y)} == (p > 0.6F ? 255 : 0));
            persons += out.at(x, y) == 255 ? 1 : 0;
        }
    }
    CHECK(persons > 1000);
    CHECK(persons < w * h - 1000);
}
