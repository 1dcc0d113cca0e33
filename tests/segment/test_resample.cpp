// Tables, kernels and both ends of a network, against plain loops and against the original's outputs.
#include <doctest/doctest.h>

#include <vbg/frame.hpp>

#include "segment/bodypix.hpp"
#include "segment/goldens.hpp"
#include "segment/matte_output.hpp"
#include "segment/network_input.hpp"
#include "support/allocation_counter.hpp"
#include "support/simd_targets.hpp"

using namespace vbg;
using namespace vbg::segment;
using vbg::test::noise;
using vbg::test::read_npy;

namespace {

/// Average of [x0, x1) x [y0, y1), borders in parts of pixels: sums over every pixel of the frame.
double area_mean(const ConstFrameView& frame, int channel, double x0, double x1, double y0, double y1) {
    double sum = 0;
    for (int y = 0; y < frame.height; ++y) {
        const double high = std::max(0., std::min(y1, y + 1.) - std::max(y0, static_cast<double>(y)));
        if (high == 0) continue;
        for (int x = 0; x < frame.width; ++x) {
            const double wide = std::max(0., std::min(x1, x + 1.) - std::max(x0, static_cast<double>(x)));
            sum += high * wide * std::to_integer<int>(frame.row(y)[3 * x + channel]);
        }
    }
    return sum / ((x1 - x0) * (y1 - y0));
}

}  // namespace

TEST_CASE("the area sampler averages exactly what each input pixel covers, of any part") {
    model::InputDescription input;
    input.scale = {0.5F, 0.25F, 2.F};
    input.offset = {1.F, -3.F, 0.5F};
    for (const int threads : {1, 3}) {
        Context context(threads);
        for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            const Frame frame = noise(67, 41, format);
            NetworkInput sampler;
            sampler.configure(test::spec_of(frame), input, 16, 9, context);
            for (const Rect part : {Rect{0, 0, 67, 41}, Rect{5, 3, 40, 30}, Rect{51, 32, 16, 9}}) {
                sampler.sample_area(part);
                const float* got = sampler.fill(frame.view(), context);
                double most = 0;
                for (int y = 0; y < 9; ++y) {
                    for (int x = 0; x < 16; ++x) {
                        for (int c = 0; c < 3; ++c) {
                            const double sx = part.width / 16., sy = part.height / 9.;
                            const double mean = area_mean(
                                frame.view(), format == PixelFormat::bgr8 ? 2 - c : c, part.x + x * sx,
                                part.x + (x + 1) * sx, part.y + y * sy, part.y + (y + 1) * sy);
                            const auto i = static_cast<std::size_t>(c);
                            const double wanted = mean * input.scale[i] + input.offset[i];
                            most = std::max(most, std::abs(wanted - got[(y * 16 + x) * 3 + c]));
                        }
                    }
                }
                CHECK(most < 2e-3);
            }
        }
    }
}

TEST_CASE("a frame of the network's own size goes in unchanged; a smaller one keeps its centre of mass") {
    Context context;
    const Frame frame = noise(31, 17, PixelFormat::rgb8);
    NetworkInput same;
    same.configure(test::spec_of(frame), {}, 31, 17, context);
    const float* got = same.fill(frame.view(), context);
    int wrong = 0;
    for (int y = 0; y < 17; ++y) {
        for (int i = 0; i < 93; ++i)
            wrong +=
                static_cast<int>(got[y * 93 + i] * 16) != 16 * std::to_integer<int>(frame.view().row(y)[i]);
    }
    CHECK(wrong == 0);

    Frame dot(9, 9, PixelFormat::rgb8);
    dot.view().row(4)[12] = std::byte{255};
    NetworkInput larger;
    larger.configure(test::spec_of(dot), {}, 27, 45, context);
    const float* wide = larger.fill(dot.view(), context);
    double sum = 0, sx = 0, sy = 0;
    for (int y = 0; y < 45; ++y) {
        for (int x = 0; x < 27; ++x) {
            const double v = wide[(y * 27 + x) * 3];
            sum += v, sx += v * (x + 0.5), sy += v * (y + 0.5);
        }
    }
    CHECK(sx / sum == doctest::Approx(13.5));
    CHECK(sy / sum == doctest::Approx(22.5));
}

TEST_CASE("BodyPix: sizes, padding and the resized picture are the original's") {
    if (!test::have_data("goldens/bodypix/cpu")) return;
    Context context(2);
    for (const auto& one : test::bodypix_cases()) {
        const auto folder = test::data_folder() / one.folder;
        if (!std::filesystem::exists(folder / "resized.npy")) continue;
        CAPTURE(one.folder);
        for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            const Frame frame = test::read_picture((test::data_folder() / one.picture).string(), format);
            const auto wanted = read_npy((folder / "resized.npy").string());
            const auto size = bodypix_size(frame.width(), frame.height(),
                                           test::resolution_number(one.resolution), one.stride);
            REQUIRE(test::sides(wanted) == std::pair(size.width, size.height));
            NetworkInput sampler;
            sampler.configure(test::spec_of(frame), {}, size.width, size.height, context);
            sampler.sample_padded(size.padding);
            // The wasm backend works its coordinates out in float.
            CHECK(test::largest_difference(sampler.fill(frame.view(), context), wanted.as<float>()) <
                  (one.wasm ? 0.02 : 2e-4));
        }
    }
}

TEST_CASE("BodyPix: probability and mask from the original's logits are the original's") {
    if (!test::have_data("goldens/bodypix/cpu")) return;
    Context context(2);
    for (const auto& one : test::bodypix_cases()) {
        CAPTURE(one.folder);
        const auto folder = test::data_folder() / one.folder;
        const Frame frame = test::read_picture((test::data_folder() / one.picture).string());
        const auto size =
            bodypix_size(frame.width(), frame.height(), test::resolution_number(one.resolution), one.stride);
        const auto logits = read_npy((folder / "raw_segments.npy").string());
        const auto plane = logits.as<float>();
        MatteOutput output;
        const auto [wide, high] = test::sides(logits);
        output.configure(test::spec_of(frame), wide, high, context);
        output.cover_padded(size.padding, size.width, size.height);
        const auto count = static_cast<std::size_t>(frame.width()) * static_cast<std::size_t>(frame.height());

        output.set_soft(0, 1);
        Mask soft(frame.width(), frame.height(), MaskFormat::f32);
        output.write(plane.data(), soft.view(), context);
        const auto rows = [&](const Mask& mask, auto value_of) {
            for (int y = 0; y < frame.height(); ++y) value_of(y, mask.view().row(y));
        };
        if (std::filesystem::exists(folder / "prob.npy")) {
            const auto wanted = read_npy((folder / "prob.npy").string()).as<float>();
            REQUIRE(wanted.size() == count);
            double most = 0;
            rows(soft, [&](int y, const std::byte* row) {
                for (int x = 0; x < frame.width(); ++x) {
                    const double got = reinterpret_cast<const float*>(row)[x];
                    most = std::max(most,
                                    std::abs(got - wanted[static_cast<std::size_t>(y * frame.width() + x)]));
                }
            });
            CHECK(most < (one.wasm ? 1e-3 : 1e-4));
        }
        output.set_hard(0.7);
        const auto wanted = read_npy((folder / "mask.npy").string()).as<int>();
        REQUIRE(wanted.size() == count);
        for (const MaskFormat format : {MaskFormat::u8, MaskFormat::f32}) {
            Mask hard(frame.width(), frame.height(), format);
            output.write(plane.data(), hard.view(), context);
            int different = 0;
            rows(hard, [&](int y, const std::byte* row) {
                for (int x = 0; x < frame.width(); ++x) {
                    const int got = format == MaskFormat::f32 ? reinterpret_cast<const float*>(row)[x] == 1.F
                                                              : std::to_integer<int>(row[x]) == 255;
                    different += got != wanted[static_cast<std::size_t>(y * frame.width() + x)];
                }
            });
            CHECK(different <= static_cast<int>(count / 10000));
        }
    }
}

TEST_CASE("a matte covers its part with half-pixel centres and is 0 elsewhere, in any memory layout") {
    // A ramp stays the same ramp wherever no edge is repeated.
    constexpr int kWidth = 50, kHeight = 40;
    const Rect part{7, 5, 32, 24};
    std::vector<float> plane(8 * 6);
    for (int y = 0; y < 6; ++y) {
        for (int x = 0; x < 8; ++x)
            plane[static_cast<std::size_t>(y * 8 + x)] =
                0.1F + 0.05F * static_cast<float>(x) + 0.03F * static_cast<float>(y);
    }
    for (const int threads : {1, 2, 4}) {
        Context context(threads);
        MatteOutput output;
        output.configure({.width = kWidth, .height = kHeight, .format = PixelFormat::bgr8}, 8, 6, context);
        output.cover(part);
        output.set_soft(0.1, 0.7);
        Mask bytes(kWidth, kHeight), floats(kWidth, kHeight, MaskFormat::f32);
        fill(bytes.view(), 99);
        fill(floats.view(), 99);
        MaskView flipped = bytes.view();
        flipped.data += (kHeight - 1) * flipped.stride;
        flipped.stride = -flipped.stride;
        output.write(plane.data(), flipped, context);
        output.write(plane.data(), floats.view(), context);
        double most = 0, most_bytes = 0;
        for (int y = 0; y < kHeight; ++y) {
            const auto* row = reinterpret_cast<const float*>(floats.view().row(y));
            for (int x = 0; x < kWidth; ++x) {
                const bool inside =
                    x >= part.x && x < part.x + part.width && y >= part.y && y < part.y + part.height;
                const double px = std::clamp((x - part.x + 0.5) / 4 - 0.5, 0., 7.);
                const double py = std::clamp((y - part.y + 0.5) / 4 - 0.5, 0., 5.);
                const double wanted = inside ? std::clamp((0.05 * px + 0.03 * py) / 0.6, 0., 1.) : 0;
                most = std::max(most, std::abs(wanted - row[x]));
                most_bytes =
                    std::max(most_bytes, std::abs(wanted * 255 - std::to_integer<int>(flipped.row(y)[x])));
            }
        }
        CHECK(most < 1e-5);
        CHECK(most_bytes <= 0.501);
    }
}

TEST_CASE("every instruction set gives the same input and the same matte") {
    const Frame frame = noise(101, 37, PixelFormat::bgr8);
    std::vector<float> logits(9 * 5);
    for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = 5 * std::sin(static_cast<float>(i));
    std::vector<float> inputs;
    std::vector<Mask> mattes;
    Context context;
    vbg_test::for_each_simd_target([&] {
        const auto size = bodypix_size(101, 37, 0.75, 8);
        model::InputDescription about;
        about.scale = {0.1F, 0.2F, 0.3F};
        about.offset = {-1.F, 2.F, 3.F};
        NetworkInput input;
        input.configure(test::spec_of(frame), about, size.width, size.height, context);
        input.sample_padded(size.padding);
        const std::vector<float> one(input.fill(frame.view(), context),
                                     input.values() + 3 * size.width * size.height);
        if (inputs.empty()) inputs = one;
        CHECK(test::largest_difference(one.data(), inputs) < 1e-4);
        MatteOutput output;
        output.configure(test::spec_of(frame), 9, 5, context);
        output.cover_padded(size.padding, size.width, size.height);
        output.set_soft(0.1, 0.9);
        for (const MaskFormat format : {MaskFormat::u8, MaskFormat::f32}) {
            mattes.emplace_back(101, 37, format);
            output.write(logits.data(), mattes.back().view(), context);
        }
    });
    double most = 0, least = 1;
    for (const Mask& mask : mattes) {
        for (int y = 0; y < 37; ++y) {
            for (int x = 0; x < 101; ++x) {
                most = std::max(most, std::abs(test::at(mask, x, y) - test::at(mattes[1], x, y)));
                least = std::min(least, test::at(mask, x, y));
            }
        }
    }
    CHECK(most <= 0.51 / 255);
    CHECK(least == 0);
}

TEST_CASE("one by one pixel, one by one plane, and everything between") {
    Context context;
    for (const int width : {1, 2, 3, 17}) {
        for (const int height : {1, 2, 5}) {
            const Frame frame = noise(width, height, PixelFormat::bgr8);
            for (const int side : {1, 2, 7}) {
                for (const double resolution : {0.1, 0.5, 2.}) {
                    const auto size = bodypix_size(width, height, resolution, 16);
                    REQUIRE(size.width >= 1);
                    REQUIRE(size.height >= 1);
                    NetworkInput sampler;
                    sampler.configure(test::spec_of(frame), {}, size.width, size.height, context);
                    sampler.sample_padded(size.padding);
                    const float* got = sampler.fill(frame.view(), context);
                    CHECK(got[0] >= 0);
                    CHECK(got[0] <= 255);
                    MatteOutput output;
                    output.configure(test::spec_of(frame), side, 1, context);
                    output.cover_padded(size.padding, size.width, size.height);
                    const std::vector<float> plane(static_cast<std::size_t>(side), 0.F);
                    Mask mask(width, height);
                    output.set_soft(0, 1);
                    output.write(plane.data(), mask.view(), context);
                    CHECK(std::to_integer<int>(mask.view().row(height - 1)[width - 1]) == 128);
                    output.cover({0, 0, width, height});
                    const std::vector<float> ones(static_cast<std::size_t>(side), 1.F);
                    output.write(ones.data(), mask.view(), context);
                    CHECK(std::to_integer<int>(mask.view().row(0)[width - 1]) == 255);
                }
            }
        }
    }
}

TEST_CASE("classes, logits and background probabilities become the person's probability") {
    const std::vector<float> logits{1000.F, 998.F, 0.F, -5.F, 3.F, 3.F};  // two pixels of three classes
    std::vector<float> plane(2);
    model::OutputDescription output{
        .name = "o", .channels = 3, .meaning = model::Meaning::class_logits, .person_class = 1};
    extract_person(logits.data(), 2, output, false, plane.data());
    CHECK(plane[0] == doctest::Approx(1 / (1 + std::exp(2.0))));
    CHECK(plane[1] == doctest::Approx(1 / (2 + std::exp(-8.0))));
    extract_person(logits.data(), 2, output, true, plane.data());
    CHECK(plane == std::vector<float>{0.F, 1.F});
    output = {.name = "o", .meaning = model::Meaning::background_probability};
    const std::vector<float> background{0.25F, 1.F};
    extract_person(background.data(), 2, output, false, plane.data());
    CHECK(plane == std::vector<float>{0.75F, 0.F});
    output.meaning = model::Meaning::person_logit;
    const std::vector<float> scores{-2.F, 500.F};
    extract_person(scores.data(), 2, output, false, plane.data());
    CHECK(plane[0] == doctest::Approx(1 / (1 + std::exp(2.0))));
    CHECK(plane[1] == 1.F);
    output.meaning = model::Meaning::other;
    CHECK_THROWS_AS(extract_person(scores.data(), 2, output, false, plane.data()), Error);
}

TEST_CASE("nothing is allocated after configure, whatever part is looked at") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations cannot be counted in this build");
        return;
    }
    for (const int threads : {1, 3}) {
        Context context(threads);
        const Frame frame = noise(200, 120, PixelFormat::bgr8);
        NetworkInput input;
        MatteOutput output;
        input.configure(test::spec_of(frame), {}, 64, 36, context);
        output.configure(test::spec_of(frame), 64, 36, context);
        std::vector<float> plane(64 * 36, 0.5F);
        Mask mask(200, 120);
        context.parallel_rows(64, 1, [](int, int) {});  // its threads have started, with what that takes
        const AllocationCounter counter;
        for (const Rect part :
             {Rect{0, 0, 200, 120}, Rect{10, 20, 64, 36}, Rect{30, 2, 20, 18}, Rect{0, 0, 200, 120}}) {
            input.sample_area(part);
            output.cover(part);
            (void)input.fill(frame.view(), context);
            output.write(plane.data(), mask.view(), context);
        }
        const auto allocated = counter.count();
        CHECK(allocated == 0);
    }
}
