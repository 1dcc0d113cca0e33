#include <doctest/doctest.h>

#include <cmath>

#include "mask/matte_tools.hpp"

using namespace test;

namespace {

int mirrored(int i, int n) {
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

/// The convolution as it is defined, in double precision, with a window of +-6 sigma and mirrored borders.
std::vector<double> gaussian(const Matte& in, double sigma) {
    const int reach = static_cast<int>(std::ceil(6 * sigma));
    std::vector<double> weights;
    double sum = 0;
    for (int i = -reach; i <= reach; ++i) {
        weights.push_back(std::exp(-i * i / (2 * sigma * sigma)));
        sum += weights.back();
    }
    const auto blur = [&](const std::vector<double>& from, int stride_x, int stride_y, bool along_x) {
        std::vector<double> to(from.size());
        for (int y = 0; y < in.height; ++y) {
            for (int x = 0; x < in.width; ++x) {
                double total = 0;
                for (int i = -reach; i <= reach; ++i) {
                    const int sx = along_x ? mirrored(x + i, in.width) : x;
                    const int sy = along_x ? y : mirrored(y + i, in.height);
                    total += weights[static_cast<std::size_t>(i + reach)] *
                             from[static_cast<std::size_t>(sx * stride_x + sy * stride_y)];
                }
                to[static_cast<std::size_t>(x * stride_x + y * stride_y)] = total / sum;
            }
        }
        return to;
    };
    const std::vector<double> start(in.values.begin(), in.values.end());
    return blur(blur(start, 1, in.width, true), 1, in.width, false);
}

std::vector<Matte> inputs(int width, int height) {
    return {noise_matte(width, height, 3), half_plane(width, height, width / 2),
            disc_matte(width, height, width * 0.4, height * 0.5, width * 0.25)};
}

}  // namespace

TEST_CASE("feather: the Gaussian convolution within 1 grey level to sigma 8, any size") {
    for (const double sigma : {0.3, 0.7, 1.0, 2.0, 3.0, 5.5, 8.0}) {
        for (const auto& extent : std::vector<std::pair<int, int>>{{1, 1}, {7, 5}, {97, 131}}) {
            const int width = extent.first, height = extent.second;
            for (const Matte& in : inputs(width, height)) {
                CAPTURE(sigma);
                CAPTURE(width);
                const Matte out = filtered("feather:sigma=" + std::to_string(sigma), in);
                CHECK(worst_error(out, gaussian(in, sigma)) <= 1.0);
            }
        }
    }
}

TEST_CASE("feather: within 2 grey levels above sigma 8") {
    for (const double sigma : {8.1, 12.0, 16.0, 17.0, 40.0, 65.0, 100.0}) {
        for (const Matte& in : inputs(144, 128)) {
            CAPTURE(sigma);
            const Matte out = filtered("feather:sigma=" + std::to_string(sigma), in);
            CHECK(worst_error(out, gaussian(in, sigma)) <= 2.0);
        }
    }
    for (const Matte& in : inputs(309, 215)) {  // no multiples of anything: away from the far edges
        const Matte out = filtered("feather:sigma=12", in);
        CHECK(worst_error(out, gaussian(in, 12), 40) <= 2.0);
        CHECK(worst_error(out, gaussian(in, 12)) <= 6.0);
    }
}

TEST_CASE("feather: a hard edge becomes a smooth slope in the same place") {
    for (const double sigma : {2.0, 10.0, 30.0}) {
        const Matte out = filtered("feather:sigma=" + std::to_string(sigma), half_plane(400, 5, 200));
        for (int x = 1; x < 400; ++x) CHECK(out.at(x, 2) >= out.at(x - 1, 2));
        CHECK(std::abs(out.at(199, 2) + out.at(200, 2) - 255) <= 2);
        // A normal distribution has 15.87 % of its mass beyond one standard deviation.
        CHECK(std::abs(out.at(199 - static_cast<int>(sigma), 2) - 0.1587 * 255) <= 9 / sigma * 3 + 2);
    }
}
