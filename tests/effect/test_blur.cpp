// Blur and pixelate against plain weighted means in double precision, and the promise about the person.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>
#include <vector>

#include "support/picture.hpp"
#include "support/simd_targets.hpp"

namespace {

using vbg::Context;
using vbg::PixelFormat;
using vbg_test::Picture;

std::vector<std::uint8_t> apply(const std::string& spec, Picture& layer, Picture& alpha, int threads = 2) {
    Context context(threads);
    auto effect = vbg::make_effect(spec);
    effect->configure({layer.width(), layer.height(), PixelFormat::bgr8, {}, {}, 0}, context);
    Picture out = layer;
    effect->apply(layer.frame(PixelFormat::bgr8), alpha.mask(), out.frame(PixelFormat::bgr8), context);
    return out.pixels();
}

/// The true Gaussian, weighted by 255 - alpha; `known` gets the blurred weight, 0..1, of each pixel.
std::vector<double> gaussian(Picture& layer, Picture& alpha, double sigma, std::vector<double>& known) {
    const int w = layer.width(), h = layer.height(), r = static_cast<int>(std::ceil(4 * sigma));
    std::vector<double> kernel;
    double total = 0;
    for (int k = -r; k <= r; ++k) total += kernel.emplace_back(std::exp(-0.5 * k * k / (sigma * sigma)));
    const auto at = [w](int x, int y, int c) { return static_cast<std::size_t>((y * w + x) * 4 + c); };
    std::vector<double> cells(at(0, h, 0)), across(cells.size()), out(cells.size());
    for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
            const double weight = (255 - alpha.at(x, y)) / 255.0;
            for (int c = 0; c < 3; ++c) cells[at(x, y, c)] = weight * layer.at(x, y, c);
            cells[at(x, y, 3)] = weight;
        }
    }
    const auto pass = [&](const std::vector<double>& from, std::vector<double>& to, int dx, int dy) {
        for (int y = 0; y < h; ++y) {
            for (int x = 0; x < w; ++x) {
                for (int c = 0; c < 4; ++c) {
                    double sum = 0;
                    for (int k = -r; k <= r; ++k) {
                        const int u = x + k * dx, v = y + k * dy;
                        if (u >= 0 && u < w && v >= 0 && v < h) {
                            sum += kernel[static_cast<std::size_t>(k + r)] * from[at(u, v, c)];
                        }
                    }
                    to[at(x, y, c)] = sum / total;
                }
            }
        }
    };
    pass(cells, across, 1, 0);
    pass(across, out, 0, 1);
    std::vector<double> colors;
    known.clear();
    for (std::size_t i = 0; i < out.size(); i += 4) {
        for (std::size_t c = 0; c < 3; ++c) colors.push_back(out[i + c] / std::max(1e-30, out[i + 3]));
        known.push_back(out[i + 3]);
    }
    return colors;
}

/// Largest difference where the blurred weight is at least `least`.
double worst(const std::vector<std::uint8_t>& got, const std::vector<double>& wanted,
             const std::vector<double>& known, double least) {
    double most = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (known[i / 3] >= least) most = std::max(most, std::abs(got[i] - wanted[i]));
    }
    return most;
}

/// Hard edges, a gradient and noise: everything a blur has to deal with.
void paint(Picture& layer) {
    for (int y = 0; y < layer.height(); ++y) {
        for (int x = 0; x < layer.width(); ++x) {
            layer.at(x, y, 0) = x / 29 % 2 == 0 ? 255 : 0;
            layer.at(x, y, 1) = static_cast<std::uint8_t>(255 * y / layer.height());
        }
    }
}

/// A disc of person in the middle, its edge a few pixels soft.
void disc(Picture& alpha, double radius) {
    for (int y = 0; y < alpha.height(); ++y) {
        for (int x = 0; x < alpha.width(); ++x) {
            const double d = std::hypot(x - alpha.width() / 2, y - alpha.height() / 2);
            alpha.at(x, y) = static_cast<std::uint8_t>(255 * std::min(1.0, std::max(0.0, (radius - d) / 4)));
        }
    }
}

}  // namespace

TEST_CASE("blur: within a few grey levels of the true Gaussian, with and without a person") {
    std::mt19937 rng(1);
    for (const auto& size : {vbg::Size{203, 141}, vbg::Size{64, 150}}) {
        const int w = size.width, h = size.height;
        Picture layer(w, h, 3, 0, false, rng), alpha(w, h, 1, 0, false, rng), nobody(w, h, 1, 0, false, rng);
        paint(layer);
        disc(alpha, 30);
        std::fill(nobody.bytes().begin(), nobody.bytes().end(), std::uint8_t{0});
        for (const double sigma : {0.5, 1.0, 3.9, 4.0, 7.9, 8.0, 12.0, 15.9, 16.0, 20.0, 30.0}) {
            INFO(w, "x", h, ", sigma ", sigma);
            const std::string spec = "blur:sigma=" + std::to_string(sigma);
            std::vector<double> known;
            auto wanted = gaussian(layer, nobody, sigma, known);
            const double open = worst(apply(spec, layer, nobody), wanted, known, 0);
            const double ignored =
                worst(apply(spec + ",exclude_person=false", layer, alpha), wanted, known, 0);
            wanted = gaussian(layer, alpha, sigma, known);
            const double around = worst(apply(spec, layer, alpha), wanted, known, 0.25);
            CHECK(open <= 8);
            CHECK(ignored == open);
            CHECK(around <= 10);
        }
    }
}

TEST_CASE("blur and pixelate: the person's colours are nowhere, not even inside the person") {
    std::mt19937 rng(2);
    const int w = 333, h = 257;
    Picture layer(w, h, 3, 0, false, rng), alpha(w, h, 1, 0, false, rng);
    disc(alpha, 80);
    for (int y = 0; y < h; ++y) {  // background 40, person 250: any of it would show
        for (int x = 0; x < w; ++x) {
            for (int c = 0; c < 3; ++c) layer.at(x, y, c) = alpha.at(x, y) > 0 ? 250 : 40;
        }
    }
    for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
            if (alpha.at(x, y) > 0) alpha.at(x, y) = 255;
        }
    }
    for (const std::string spec : {"blur:sigma=1", "blur:sigma=3", "blur:sigma=6", "blur:sigma=40",
                                   "pixelate:size=7", "pixelate:size=100"}) {
        const auto out = apply(spec, layer, alpha);
        const auto [low, high] = std::minmax_element(out.begin(), out.end());
        INFO(spec);
        CHECK(int{*low} == 40);
        CHECK(int{*high} == 40);
    }
    // And with the person left in, they do show.
    CHECK(apply("blur:sigma=6,exclude_person=false", layer, alpha) != apply("blur:sigma=6", layer, alpha));
}

TEST_CASE("blur and pixelate: a person that fills the frame leaves a plain grey, never the camera") {
    std::mt19937 rng(3);
    Picture layer(65, 43, 3, 0, false, rng), alpha(65, 43, 1, 0, false, rng);
    std::fill(alpha.bytes().begin(), alpha.bytes().end(), std::uint8_t{255});
    for (const std::string spec : {"blur:sigma=1", "blur", "pixelate"}) {
        const auto out = apply(spec, layer, alpha);
        CHECK(std::all_of(out.begin(), out.end(), [](std::uint8_t v) { return v == 128; }));
    }
}

TEST_CASE("blur: inside the person the fill is smooth") {
    std::mt19937 rng(4);
    const int w = 480, h = 360;
    Picture layer(w, h, 3, 0, false, rng), alpha(w, h, 1, 0, false, rng);
    disc(alpha, 140);
    for (int y = 0; y < h; ++y) {  // left dark, right bright: the fill must lead over
        for (int x = 0; x < w; ++x) {
            for (int c = 0; c < 3; ++c) layer.at(x, y, c) = x < w / 2 ? 20 : 220;
        }
    }
    const auto out = apply("blur:sigma=8", layer, alpha);
    int steepest = 0;
    for (std::size_t i = 3; i < out.size(); ++i) {
        if (i / 3 % static_cast<std::size_t>(w) != 0)
            steepest = std::max(steepest, std::abs(out[i] - out[i - 3]));
    }
    // The edge itself, blurred by sigma 8, climbs 200 / (8 sqrt(2 pi)) = 10 levels a pixel.
    CHECK(steepest <= 14);
}

TEST_CASE("blur: the same on every instruction set") {
    std::mt19937 rng(5);
    Picture layer(211, 97, 3, 0, false, rng), alpha(211, 97, 1, 0, false, rng);
    for (const std::string spec : {"blur:sigma=1", "blur:sigma=3", "blur:sigma=7", "blur:sigma=25"}) {
        std::vector<std::uint8_t> first;
        vbg_test::for_each_simd_target([&] {
            const auto out = apply(spec, layer, alpha);
            if (first.empty()) first = out;
            int most = 0;
            for (std::size_t i = 0; i < out.size(); ++i) most = std::max(most, std::abs(out[i] - first[i]));
            CHECK(most <= 1);  // sums of floats in another order
        });
    }
}

TEST_CASE("pixelate: each square is the mean of its background") {
    std::mt19937 rng(6);
    for (const auto& [w, h] : {std::pair{100, 75}, {5, 3}}) {
        Picture layer(w, h, 3, 0, false, rng), alpha(w, h, 1, 0, false, rng);
        for (auto& a : alpha.bytes()) a = static_cast<std::uint8_t>(a / 2);  // some background everywhere
        for (const int size : {1, 4, 16, 33}) {
            for (const bool exclude : {true, false}) {
                const auto out =
                    apply("pixelate:size=" + std::to_string(size) + (exclude ? "" : ",exclude_person=false"),
                          layer, alpha);
                double most = 0;
                for (int y = 0; y < h; ++y) {
                    for (int x = 0; x < w; ++x) {
                        for (int c = 0; c < 3; ++c) {
                            double sum = 0, weights = 0;
                            for (int v = y / size * size; v < std::min(h, y / size * size + size); ++v) {
                                for (int u = x / size * size; u < std::min(w, x / size * size + size); ++u) {
                                    const double weight = exclude ? 255 - alpha.at(u, v) : 255;
                                    sum += weight * layer.at(u, v, c);
                                    weights += weight;
                                }
                            }
                            const double got = out[static_cast<std::size_t>((y * w + x) * 3 + c)];
                            most = std::max(most, std::abs(got - sum / weights));
                        }
                    }
                }
                CHECK(most <= 1.5);  // rounding, and the 1/1024 of the surroundings
            }
        }
    }
}
