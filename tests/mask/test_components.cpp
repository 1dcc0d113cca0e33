// largest_component and fill_holes against a flood fill, and OpenCV's labelling.
#include <doctest/doctest.h>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include <opencv2/imgproc.hpp>

#include "mask/components.hpp"
#include "mask/matte_tools.hpp"

using namespace test;
using vbg::mask::Components;

namespace {

cv::Mat solid(const Matte& in, int level, bool below) {
    cv::Mat mask(in.height, in.width, CV_8U);
    for (int y = 0; y < in.height; ++y) {
        for (int x = 0; x < in.width; ++x) mask.at<std::uint8_t>(y, x) = (in.at(x, y) < level) == below;
    }
    return mask;
}

/// A noise matte in which a share of the pixels is solid: labels of every form appear near 0.5.
Matte speckle(int width, int height, double share, unsigned seed) {
    Matte matte(width, height);
    std::mt19937 random(seed);
    for (auto& v : matte.values) {
        v = static_cast<double>(random() % 1000) < share * 1000 ? std::uint8_t{200} : std::uint8_t{30};
    }
    return matte;
}

}  // namespace

TEST_CASE("components: areas and edges are those of cv::connectedComponentsWithStats") {
    for (const auto& extent : std::vector<std::pair<int, int>>{
             {1, 1}, {64, 1}, {1, 40}, {128, 33}, {63, 20}, {65, 70}, {200, 150}}) {
        const int width = extent.first, height = extent.second;
        for (const double share : {0.0, 0.2, 0.45, 0.6, 0.9, 1.0}) {
            for (const bool below : {false, true}) {
                for (const bool eight : {false, true}) {
                    CAPTURE(width);
                    CAPTURE(share);
                    CAPTURE(below);
                    CAPTURE(eight);
                    Matte matte = speckle(width, height, share, 5);
                    Components components;
                    components.configure(width, height);
                    components.find(matte.view(), 128,
                                    below ? Components::Side::below : Components::Side::at_least,
                                    eight ? Components::Neighbours::eight : Components::Neighbours::four);
                    cv::Mat labels, stats, centroids;
                    cv::connectedComponentsWithStats(solid(matte, 128, below), labels, stats, centroids,
                                                     eight ? 8 : 4);
                    int covered = 0, wrong = 0, largest = 0;
                    for (int y = 0; y < height; ++y) {
                        for (const auto& run : components.row(y)) {
                            for (int x = run.first; x < run.last; ++x) {
                                const int label = labels.at<int>(y, x);
                                const int* const box = stats.ptr<int>(label);
                                const bool edge = box[cv::CC_STAT_LEFT] == 0 || box[cv::CC_STAT_TOP] == 0 ||
                                                  box[cv::CC_STAT_LEFT] + box[cv::CC_STAT_WIDTH] == width ||
                                                  box[cv::CC_STAT_TOP] + box[cv::CC_STAT_HEIGHT] == height;
                                wrong += label == 0;
                                wrong += static_cast<int>(components.area(run)) != box[cv::CC_STAT_AREA];
                                wrong += components.touches_edge(run) != edge;
                                ++covered;
                            }
                        }
                    }
                    for (int i = 1; i < stats.rows; ++i) {
                        largest = std::max(largest, stats.at<int>(i, cv::CC_STAT_AREA));
                    }
                    CHECK(wrong == 0);
                    CHECK(covered == cv::countNonZero(solid(matte, 128, below)));
                    CHECK(static_cast<int>(components.largest()) == largest);
                }
            }
        }
    }
}

TEST_CASE("largest_component: specks go, the person and its soft edge stay") {
    const Matte person = disc_matte(320, 200, 120, 110, 60, 10);
    Matte in = person;
    for (int y = 20; y < 30; ++y) {
        for (int x = 280; x < 300; ++x) in.at(x, y) = 255;  // a false positive
    }
    in.at(300, 180) = 40;  // haze
    CHECK(filtered("largest_component", in) == person);
}

TEST_CASE("largest_component: min_area says how large a second person must be") {
    const Matte one = disc_matte(400, 200, 100, 100, 60);
    const Matte two = disc_matte(400, 200, 300, 100, 40);  // 4/9 of the area
    Matte both(400, 200);
    for (std::size_t i = 0; i < both.values.size(); ++i) {
        both.values[i] = std::max(one.values[i], two.values[i]);
    }
    CHECK(filtered("largest_component:min_area=0.4", both) == both);
    CHECK(filtered("largest_component:min_area=0.5", both) == one);
    CHECK(filtered("largest_component:min_area=1", both) == one);
    CHECK(filtered("largest_component:min_area=0", both) == both);
}

TEST_CASE("largest_component: a matte with nobody in it becomes empty") {
    const Matte haze(64, 48, 100);
    CHECK(filtered("largest_component", haze) == Matte(64, 48, 0));
}

TEST_CASE("fill_holes: a small hole becomes solid with its rim, the outside stays") {
    const Matte person = disc_matte(320, 200, 160, 100, 80, 6);
    const Matte hole = disc_matte(320, 200, 150, 90, 8, 3);
    Matte in = person;
    for (std::size_t i = 0; i < in.values.size(); ++i) {
        in.values[i] = static_cast<std::uint8_t>(std::max(0, in.values[i] - hole.values[i]));
    }
    CHECK(in != person);
    CHECK(filtered("fill_holes", in) == person);
    CHECK(filtered("fill_holes:max_area=0.001", in) == in);  // 200 of 64000 pixels are more than 0.1 %
}

TEST_CASE("fill_holes: what is open to the edge of the frame is no hole") {
    Matte in(100, 80, 255);
    for (int y = 40; y < 80; ++y) in.at(50, y) = 0;  // a slit from the bottom edge
    in.at(20, 20) = 0;
    in.at(21, 21) = 0;  // joined by a corner: two holes
    Matte expected = in;
    expected.at(20, 20) = expected.at(21, 21) = 255;
    CHECK(filtered("fill_holes", in) == expected);
}

TEST_CASE("largest_component: a dropped area goes even where it lies within the margin of a kept one") {
    vbg::Context context;
    const vbg::Frame frame(80, 40, vbg::PixelFormat::bgr8);
    vbg::Mask mask(80, 40);
    for (int y = 5; y < 35; ++y) std::fill_n(mask.view().row(y) + 5, 35, std::byte{255});
    for (int y = 18; y < 22; ++y) std::fill_n(mask.view().row(y) + 46, 4, std::byte{255});  // 6 px away
    const auto filter = vbg::make_mask_filter("largest_component:margin=12");
    filter->configure({.width = 80, .height = 40, .format = vbg::PixelFormat::bgr8}, context);
    filter->apply(frame.view(), mask.view(), mask.view(), context);
    CHECK(mask.view().row(20)[20] == std::byte{255});
    CHECK(mask.view().row(20)[48] == std::byte{0});
}

TEST_CASE("largest_component: haze stays up to the margin from the solid area, sideways and across corners") {
    const int left = 20, right = 30, top = 15, bottom = 22;  // all included
    Matte in(60, 50, 100);
    for (int y = top; y <= bottom; ++y) {
        for (int x = left; x <= right; ++x) in.at(x, y) = 255;
    }
    for (const int margin : {0, 1, 3, 12, 24}) {
        CAPTURE(margin);
        Matte expected(60, 50);
        for (int y = 0; y < 50; ++y) {
            for (int x = 0; x < 60; ++x) {
                const int dx = std::max({left - x, 0, x - right}), dy = std::max({top - y, 0, y - bottom});
                if (std::max(dx, dy) <= margin) expected.at(x, y) = in.at(x, y);
            }
        }
        CHECK(filtered("largest_component:margin=" + std::to_string(margin), in) == expected);
    }
}
