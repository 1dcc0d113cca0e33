#include <doctest/doctest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mask/matte_tools.hpp"

using namespace test;

namespace {

/// cv::blur of the matte as 32-bit floats 0..1, as the 2020 script calls it, brought back to 0..255.
std::vector<double> float_blur(const Matte& in, int size) {
    cv::Mat mask(in.height, in.width, CV_64F);
    for (int y = 0; y < in.height; ++y) {
        for (int x = 0; x < in.width; ++x) mask.at<double>(y, x) = in.at(x, y) / 255.0;
    }
    cv::Mat blurred;
    cv::blur(mask, blurred, cv::Size(size, size));
    std::vector<double> values;
    for (int y = 0; y < in.height; ++y) {
        for (int x = 0; x < in.width; ++x) values.push_back(255 * blurred.at<double>(y, x));
    }
    return values;
}

}  // namespace

TEST_CASE("box_blur: the float mean to within rounding") {
    for (const int size : {1, 2, 3, 4, 7, 15, 30, 31, 64, 128, 129, 200, 255}) {
        for (const auto& extent :
             std::vector<std::pair<int, int>>{{1, 1}, {1, 9}, {6, 1}, {40, 31}, {133, 71}, {300, 290}}) {
            const int width = extent.first, height = extent.second;
            CAPTURE(size);
            CAPTURE(width);
            CAPTURE(height);
            const Matte in = noise_matte(width, height, static_cast<unsigned>(size + width));
            const Matte out = filtered("box_blur:size=" + std::to_string(size), in);
            CHECK(worst_error(out, float_blur(in, size)) <= 0.5 + 1e-4);
        }
    }
}

TEST_CASE("box_blur: hard person mask of the 2020 script, 30 x 30") {
    Matte in = disc_matte(640, 360, 300, 200, 120, 1);
    for (auto& value : in.values) value = value >= 128 ? 255 : 0;
    CHECK(worst_error(filtered("box_blur:size=30", in), float_blur(in, 30)) <= 0.5 + 1e-4);
}

TEST_CASE("box_blur: a single pixel makes a square that shows the anchor") {
    Matte in(64, 64);
    in.at(32, 32) = 255;
    const Matte out = filtered("box_blur:size=4", in);  // windows x-2 .. x+1: the pixel reaches x = 31 .. 34
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
            const bool inside = x >= 31 && x <= 34 && y >= 31 && y <= 34;
            CHECK(out.at(x, y) == (inside ? 16 : 0));
        }
    }
}
