// dilate, erode, open, close against OpenCV's, bit for bit.
#include <doctest/doctest.h>

#include <opencv2/imgproc.hpp>

#include "mask/matte_tools.hpp"

using namespace test;

namespace {

Matte opencv(const char* name, Matte in, int size, const char* shape) {
    Matte out(in.width, in.height);
    const cv::Mat from(in.height, in.width, CV_8U, in.values.data());
    cv::Mat to(out.height, out.width, CV_8U, out.values.data());
    const cv::Mat element = cv::getStructuringElement(
        std::string(shape) == "rect" ? cv::MORPH_RECT : cv::MORPH_ELLIPSE, cv::Size(size, size));
    const std::string what(name);
    const int operation = what == "dilate"  ? cv::MORPH_DILATE
                          : what == "erode" ? cv::MORPH_ERODE
                          : what == "open"  ? cv::MORPH_OPEN
                                            : cv::MORPH_CLOSE;
    cv::morphologyEx(from, to, operation, element);
    return out;
}

}  // namespace

TEST_CASE("morphology: equal to OpenCV for all operations, shapes, sizes") {
    for (const char* name : {"dilate", "erode", "open", "close"}) {
        for (const char* shape : {"rect", "ellipse"}) {
            for (const int size : {1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 31, 64, 255}) {
                for (const auto& extent :
                     std::vector<std::pair<int, int>>{{1, 1}, {5, 3}, {64, 40}, {131, 93}, {300, 270}}) {
                    const int width = extent.first, height = extent.second;
                    CAPTURE(name);
                    CAPTURE(shape);
                    CAPTURE(size);
                    CAPTURE(width);
                    const Matte in = noise_matte(width, height, static_cast<unsigned>(size));
                    const std::string spec =
                        std::string(name) + ":size=" + std::to_string(size) + ",shape=" + shape;
                    CHECK(filtered(spec, in) == opencv(name, in, size, shape));
                }
            }
        }
    }
}

TEST_CASE("morphology: sparse picture, where noise would saturate") {
    Matte in(200, 160);
    in.at(100, 80) = 200;
    in.at(0, 0) = 9;
    in.at(199, 159) = 100;
    for (const char* shape : {"rect", "ellipse"}) {
        for (const int size : {10, 33, 128}) {
            const std::string spec = "dilate:size=" + std::to_string(size) + ",shape=" + shape;
            CHECK(filtered(spec, in) == opencv("dilate", in, size, shape));
        }
    }
}

TEST_CASE("morphology: what the 2020 script does, np.ones((10, 10))") {
    Matte in = disc_matte(320, 180, 150, 100, 60, 1);
    for (auto& value : in.values) value = value >= 128 ? 255 : 0;
    Matte expected(320, 180);
    const cv::Mat from(180, 320, CV_8U, in.values.data());
    cv::Mat to(180, 320, CV_8U, expected.values.data());
    cv::dilate(from, to, cv::Mat::ones(10, 10, CV_8U));
    CHECK(filtered("dilate:size=10", in) == expected);
}
