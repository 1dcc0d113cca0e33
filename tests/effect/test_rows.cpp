// The row arithmetic against OpenCV, value by value where there are few enough values to try them all.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

#include "effect/rows.hpp"
#include "support/simd_targets.hpp"

namespace {

using vbg::rows::Order;
using Bytes = std::vector<std::uint8_t>;

Bytes random_bytes(std::size_t count, unsigned seed) {
    std::mt19937 rng(seed);
    Bytes bytes(count);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(rng());
    return bytes;
}

/// All 65536 pairs of bytes.
void pairs(Bytes& a, Bytes& b) {
    a.resize(65536);
    b.resize(65536);
    for (std::size_t i = 0; i < 65536; ++i) {
        a[i] = static_cast<std::uint8_t>(i >> 8);
        b[i] = static_cast<std::uint8_t>(i);
    }
}

cv::Mat row_of(Bytes& bytes, int channels = 1) {
    return {1, static_cast<int>(bytes.size()) / channels, CV_8UC(channels), bytes.data()};
}

}  // namespace

TEST_CASE("rows: grey of every blue and green, and of many reds, is OpenCV's") {
    Bytes pixels;
    for (int r = 0; r < 256; r += 5) {
        for (int g = 0; g < 256; ++g) {
            for (int b = 0; b < 256; ++b) {
                pixels.push_back(static_cast<std::uint8_t>(b));
                pixels.push_back(static_cast<std::uint8_t>(g));
                pixels.push_back(static_cast<std::uint8_t>(r));
            }
        }
    }
    cv::Mat expected, expected_rgb;
    cv::cvtColor(row_of(pixels, 3), expected, cv::COLOR_BGR2GRAY);
    cv::cvtColor(row_of(pixels, 3), expected_rgb, cv::COLOR_RGB2GRAY);
    vbg_test::for_each_simd_target([&] {
        for (const std::size_t count : {pixels.size() / 3, std::size_t{61}}) {
            Bytes out(count + 1, 99);
            vbg::rows::grey(pixels.data(), Order::blue_first, out.data(), count);
            CHECK(std::equal(out.begin(), out.end() - 1, expected.data));
            CHECK(out[count] == 99);
            vbg::rows::grey(pixels.data(), Order::red_first, out.data(), count);
            CHECK(std::equal(out.begin(), out.end() - 1, expected_rgb.data));
        }
    });
}

TEST_CASE("rows: winter is OpenCV's for all 256 values") {
    Bytes ramp(256);
    std::iota(ramp.begin(), ramp.end(), std::uint8_t{0});
    cv::Mat expected;
    cv::applyColorMap(row_of(ramp), expected, cv::COLORMAP_WINTER);
    vbg_test::for_each_simd_target([&] {
        for (std::size_t count = 256; count > 256 - 3; --count) {
            Bytes blue(256), pixels(768), swapped(768);
            vbg::rows::winter_blue(ramp.data(), blue.data(), count);
            vbg::rows::interleave(blue.data(), ramp.data(), Order::blue_first, pixels.data(), count);
            vbg::rows::interleave(blue.data(), ramp.data(), Order::red_first, swapped.data(), count);
            CHECK(std::equal(pixels.begin(), pixels.begin() + static_cast<long>(3 * count), expected.data));
            bool mirrored = true;
            for (std::size_t i = 0; i < 3 * count; ++i) {
                mirrored = mirrored && swapped[i] == pixels[i / 3 * 3 + 2 - i % 3];
            }
            CHECK(mirrored);
        }
    });
}

TEST_CASE("rows: the two weighted sums are OpenCV's for every pair of bytes") {
    Bytes a, b;
    pairs(a, b);
    cv::Mat light, first, second;
    cv::addWeighted(row_of(a), 0.5, row_of(b), 0.6, 0, light);
    vbg_test::for_each_simd_target([&] {
        Bytes out(65536);
        vbg::rows::add_light(a.data(), b.data(), out.data(), out.size());
        CHECK(std::equal(out.begin(), out.end(), light.data));
        for (std::size_t i = 0; i < out.size(); i += 7) {  // the plain ends of rows
            vbg::rows::add_light(&a[i], &b[i], &out[i], 1);
            REQUIRE(out[i] == light.data[i]);
        }
        for (int level = 0; level < 256; level += 15) {  // here x one x two: every pair, many thirds
            Bytes here(65536, static_cast<std::uint8_t>(level));
            cv::addWeighted(row_of(here), 0.2, row_of(a), 0.8, 0, first);
            cv::addWeighted(first, 0.4, row_of(b), 0.6, 0, second);
            vbg::rows::ghost(here.data(), a.data(), b.data(), out.data(), out.size());
            CHECK(std::equal(out.begin(), out.end(), second.data));
            vbg::rows::ghost(here.data(), a.data(), b.data(), out.data(), 13);
            CHECK(std::equal(out.begin(), out.begin() + 13, second.data));
        }
    });
}

TEST_CASE("rows: dimming cuts the double product, for awkward factors as well") {
    Bytes all(256);
    std::iota(all.begin(), all.end(), std::uint8_t{0});
    std::vector<double> factors = {
        0.0, 1.0, 0.5, 0.1, 0.3, 1.0 / 3, std::nextafter(1.0, 0.0), std::nextafter(0.1, 1.0)};
    std::mt19937 rng(4);
    for (int i = 0; i < 2000; ++i) factors.push_back(std::uniform_real_distribution<double>(0, 1)(rng));
    for (int v = 1; v < 256; ++v) {  // whole products, and the nearest double below: the floor jumps there
        const double factor = std::floor(v * 0.7) / v;
        factors.push_back(factor);
        factors.push_back(std::nextafter(factor, 0.0));
        factors.push_back(factor * (1 - 1e-11));
    }
    vbg_test::for_each_simd_target([&] {
        long wrong = 0;
        for (const double factor : factors) {
            Bytes out(256);
            vbg::rows::dim(all.data(), vbg::rows::Dimmer(factor), out.data(), 256);
            for (int v = 0; v < 256; ++v) {
                const volatile double product = static_cast<double>(v) * factor;
                wrong += out[static_cast<std::size_t>(v)] != static_cast<std::uint8_t>(product);
            }
        }
        CHECK(wrong == 0);
    });
    CHECK(vbg::rows::Dimmer(0.12345678901).exact());  // the fast way is taken at all
}

TEST_CASE("rows: spread and mirror") {
    const Bytes grey = random_bytes(203, 5);
    const Bytes pixels = random_bytes(3 * 203, 6);
    vbg_test::for_each_simd_target([&] {
        Bytes out(3 * 203);
        vbg::rows::spread(grey.data(), out.data(), 203);
        bool good = true;
        for (std::size_t i = 0; i < out.size(); ++i) good = good && out[i] == grey[i / 3];
        CHECK(good);
        for (std::size_t count : {std::size_t{1}, std::size_t{64}, std::size_t{203}}) {
            vbg::rows::mirror(pixels.data(), out.data(), count);
            good = true;
            for (std::size_t i = 0; i < 3 * count; ++i) {
                good = good && out[i] == pixels[3 * (count - 1 - i / 3) + i % 3];
            }
            CHECK(good);
        }
    });
}
