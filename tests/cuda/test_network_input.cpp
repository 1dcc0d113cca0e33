// Resized and normalised input of a network, against the CPU's sampler, whose sums run in another order.
#include <algorithm>
#include <cmath>
#include <random>

#include "cuda/network_input.hpp"
#include "cuda/pixels.hpp"
#include "segment/network_input.hpp"

using namespace vbg;
using vbg_test::Picture;

namespace {

struct Case {
    int width, height, wanted_width, wanted_height;
    bool padded;
};

/// Smaller, larger, mixed, one pixel.
constexpr Case kCases[] = {{64, 48, 33, 17, false}, {129, 67, 32, 32, false}, {7, 5, 33, 17, false},
                           {1, 1, 5, 3, false},     {40, 9, 9, 40, false},    {129, 67, 65, 33, true},
                           {31, 40, 65, 33, true}};

const segment::Padding kPadding{3, 5, 2, 1};

model::InputDescription description() {
    model::InputDescription input;
    input.scale = {0.5F, 0.25F, 2.F};
    input.offset = {1.F, -3.F, 0.5F};
    input.color = "rgb";
    return input;
}

/// What the CPU makes of it.
std::vector<float> on_cpu(const Case& c, const ConstFrameView& frame) {
    Context context;
    segment::NetworkInput sampler;
    sampler.configure({c.width, c.height, frame.format, {}, {}, 0}, description(), c.wanted_width,
                      c.wanted_height, context);
    if (c.padded) sampler.sample_padded(kPadding);
    const float* values = sampler.fill(frame, context);
    return {values, values + static_cast<std::ptrdiff_t>(3) * c.wanted_width * c.wanted_height};
}

struct Tables {
    explicit Tables(const Case& c) {
        if (c.padded) {
            segment::set_padded_bilinear(x, c.width, kPadding.left, kPadding.right, c.wanted_width);
            segment::set_padded_bilinear(y, c.height, kPadding.top, kPadding.bottom, c.wanted_height);
        } else {
            segment::set_area(x, c.width, 0, c.width, c.wanted_width);
            segment::set_area(y, c.height, 0, c.height, c.wanted_height);
        }
    }
    segment::Taps x, y;
};

segment::kernels::Normalise normalise_for(PixelFormat format) {
    const model::InputDescription input = description();
    segment::kernels::Normalise n;
    std::copy(input.scale.begin(), input.scale.end(), n.scale);
    std::copy(input.offset.begin(), input.offset.end(), n.offset);
    n.swap = format == PixelFormat::bgr8;
    return n;
}

/// Sums of at most 255 with rounding of a few parts in 10 million each, times the largest scale, 2.
constexpr float kBound = 1e-3F;

float difference(const std::vector<float>& a, const std::vector<float>& b) {
    REQUIRE(a.size() == b.size());
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

}  // namespace

TEST_CASE("input of a network on the GPU: the arithmetic is the CPU sampler's, to 0.001") {
    std::mt19937 rng(5);
    for (const Case& c : kCases) {
        for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            Picture picture(c.width, c.height, 3, 4, format == PixelFormat::rgb8, rng);
            const Tables tables(c);
            std::vector<float> out(static_cast<std::size_t>(3 * c.wanted_width * c.wanted_height));
            const auto pixel = cuda::network_input_pixel(
                picture.frame(format), out.data(), c.wanted_width,
                {tables.x.first.data(), tables.x.weights.data(), tables.x.count},
                {tables.y.first.data(), tables.y.weights.data(), tables.y.count}, normalise_for(format));
            vbg_test::for_each_pixel(pixel, c.wanted_width, c.wanted_height);
            CHECK(difference(out, on_cpu(c, picture.frame(format))) <= kBound);
        }
    }
}

TEST_CASE("input of a network on the GPU: the kernel agrees with the CPU sampler, to 0.001") {
    if (!vbg_test::gpu_at_hand()) return;
    std::mt19937 rng(6);
    vbg_test::Gpu gpu;
    for (const Case& c : kCases) {
        Picture picture(c.width, c.height, 3, 4, c.padded, rng);
        vbg_test::OnGpu there(gpu, picture);
        const Tables tables(c);
        cuda::DeviceTaps x(tables.x.size(), tables.x.count, gpu.device()),
            y(tables.y.size(), tables.y.count, gpu.device());
        x.set(tables.x, gpu.stream());
        y.set(tables.y, gpu.stream());
        std::vector<float> out(static_cast<std::size_t>(3 * c.wanted_width * c.wanted_height));
        const std::size_t bytes = out.size() * sizeof(float);
        const cuda::DeviceBuffer memory(bytes, gpu.device());
        cuda::network_input(there.frame(PixelFormat::bgr8), reinterpret_cast<float*>(memory.data()),
                            c.wanted_width, c.wanted_height, x, y, normalise_for(PixelFormat::bgr8),
                            gpu.stream());
        cuda::copy_bytes(memory.data(), out.data(), bytes, gpu.device(), gpu.stream());
        gpu.finish();
        CHECK(difference(out, on_cpu(c, picture.frame(PixelFormat::bgr8))) <= kBound);
    }
}
