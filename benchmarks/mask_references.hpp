#pragma once
/// @file mask_references.hpp  What the mask filters should give, by definition and in double precision.

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <vbg/frame.hpp>
#include <vector>

namespace vbg_bench {

inline cv::Mat each_pixel(const cv::Mat& matte, const std::function<double(int x, int y)>& value) {
    cv::Mat result(matte.rows, matte.cols, CV_64F);
    for (int y = 0; y < matte.rows; ++y) {
        for (int x = 0; x < matte.cols; ++x) result.at<double>(y, x) = value(x, y);
    }
    return result;
}

inline cv::Mat to_bytes(const cv::Mat& values) {
    cv::Mat bytes;
    values.convertTo(bytes, CV_8U);
    return bytes;
}

inline cv::Mat to_doubles(const cv::Mat& values) {
    cv::Mat doubles;
    values.convertTo(doubles, CV_64F);
    return doubles;
}

inline cv::Mat threshold(const cv::Mat& matte, int level) {
    return each_pixel(matte,
                      [&](int x, int y) { return matte.at<std::uint8_t>(y, x) >= level ? 255.0 : 0.0; });
}

inline cv::Mat levels(const cv::Mat& matte, double black, double white) {
    return each_pixel(matte, [&](int x, int y) {
        return 255 * std::clamp((matte.at<std::uint8_t>(y, x) / 255.0 - black) / (white - black), 0.0, 1.0);
    });
}

/// Largest or smallest value under a mask of 0 and 1 with its centre at size / 2.
inline cv::Mat extremum(const cv::Mat& matte, const cv::Mat& element, bool largest) {
    return each_pixel(matte, [&](int x, int y) {
        int found = largest ? 0 : 255;
        for (int j = 0; j < element.rows; ++j) {
            for (int i = 0; i < element.cols; ++i) {
                const int u = x - element.cols / 2 + i, v = y - element.rows / 2 + j;
                if (element.at<std::uint8_t>(j, i) == 0 || u < 0 || v < 0 || u >= matte.cols ||
                    v >= matte.rows) {
                    continue;
                }
                const int value = matte.at<std::uint8_t>(v, u);
                found = largest ? std::max(found, value) : std::min(found, value);
            }
        }
        return static_cast<double>(found);
    });
}

inline cv::Mat box_mean(const cv::Mat& matte, int size) {
    const auto mirrored = [](int i, int n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
    return each_pixel(matte, [&](int x, int y) {
        int sum = 0;
        for (int j = 0; j < size; ++j) {
            for (int i = 0; i < size; ++i) {
                sum += matte.at<std::uint8_t>(mirrored(y - size / 2 + j, matte.rows),
                                              mirrored(x - size / 2 + i, matte.cols));
            }
        }
        return static_cast<double>(sum) / (size * size);
    });
}

inline cv::Mat gaussian(const cv::Mat& matte, double sigma) {
    cv::Mat blurred;
    const int size = 2 * static_cast<int>(std::ceil(5 * sigma)) + 1;
    cv::GaussianBlur(to_doubles(matte), blurred, {size, size}, sigma, sigma, cv::BORDER_REFLECT);
    return blurred;
}

/// Areas of `solid` (0 and not 0) for which `wanted(area, touches the edge)`, as 0 and 255.
inline cv::Mat areas(const cv::Mat& solid, int neighbours,
                     const std::function<bool(int area, bool edge)>& wanted) {
    cv::Mat labels, stats, centroids;
    cv::connectedComponentsWithStats(solid, labels, stats, centroids, neighbours);
    return to_bytes(each_pixel(solid, [&](int x, int y) {
        const int label = labels.at<int>(y, x);
        if (label == 0) return 0.0;
        const int* const s = stats.ptr<int>(label);
        const bool edge = s[cv::CC_STAT_LEFT] == 0 || s[cv::CC_STAT_TOP] == 0 ||
                          s[cv::CC_STAT_LEFT] + s[cv::CC_STAT_WIDTH] == solid.cols ||
                          s[cv::CC_STAT_TOP] + s[cv::CC_STAT_HEIGHT] == solid.rows;
        return wanted(s[cv::CC_STAT_AREA], edge) ? 255.0 : 0.0;
    }));
}

inline cv::Mat square(int side) { return cv::Mat::ones(side, side, CV_8U); }

inline cv::Mat largest_component(const cv::Mat& matte, double min_area, int margin) {
    const cv::Mat solid = matte >= 128;
    int largest = 0;
    areas(solid, 8, [&](int area, bool) { return (largest = std::max(largest, area)) > 0; });
    const cv::Mat kept = areas(solid, 8, [&](int area, bool) { return area >= min_area * largest; });
    const cv::Mat near = to_bytes(extremum(kept, square(2 * margin + 1), true)) & ~(solid & ~kept);
    return to_doubles(matte & near);
}

inline cv::Mat fill_holes(const cv::Mat& matte, double max_area, int margin) {
    const cv::Mat outside = matte < 128;
    const double most = max_area * matte.cols * matte.rows;
    const cv::Mat holes = areas(outside, 4, [&](int area, bool edge) { return !edge && area <= most; });
    const cv::Mat rim = to_bytes(extremum(holes, square(2 * margin + 1), true)) & ~outside;
    return to_doubles(matte | holes | rim);
}

/// The guided filter as published, three channels, full resolution.
inline cv::Mat guided(const cv::Mat& picture, const cv::Mat& matte, int radius, double eps) {
    const auto mean = [&](const cv::Mat& m) {
        cv::Mat result;
        cv::boxFilter(m, result, CV_64F, {2 * radius + 1, 2 * radius + 1}, {-1, -1}, true,
                      cv::BORDER_REFLECT_101);
        return result;
    };
    cv::Mat guide_all = to_doubles(picture) / 255, p = to_doubles(matte) / 255;
    std::vector<cv::Mat> guide, mean_guide, with_p, products;
    cv::split(guide_all, guide);
    for (const cv::Mat& a : guide) {
        mean_guide.push_back(mean(a));
        with_p.push_back(mean(a.mul(p)));
        for (const cv::Mat& b : guide) products.push_back(mean(a.mul(b)));
    }
    const cv::Mat mean_p = mean(p);
    std::vector<cv::Mat> slopes(3);
    for (cv::Mat& slope : slopes) slope.create(p.size(), CV_64F);
    cv::Mat offset = mean_p.clone();
    for (int y = 0; y < p.rows; ++y) {
        for (int x = 0; x < p.cols; ++x) {
            cv::Matx33d sigma;
            cv::Vec3d covariance;
            for (std::size_t c = 0; c < 3; ++c) {
                const double m = mean_guide[c].at<double>(y, x);
                const int row = static_cast<int>(c);
                covariance[row] = with_p[c].at<double>(y, x) - m * mean_p.at<double>(y, x);
                for (std::size_t k = 0; k < 3; ++k) {
                    sigma(row, static_cast<int>(k)) = products[3 * c + k].at<double>(y, x) -
                                                      m * mean_guide[k].at<double>(y, x) + (c == k ? eps : 0);
                }
            }
            const cv::Vec3d slope = sigma.solve(covariance, cv::DECOMP_CHOLESKY);
            for (std::size_t c = 0; c < 3; ++c) {
                slopes[c].at<double>(y, x) = slope[static_cast<int>(c)];
                offset.at<double>(y, x) -= slope[static_cast<int>(c)] * mean_guide[c].at<double>(y, x);
            }
        }
    }
    cv::Mat result = mean(offset);
    for (std::size_t c = 0; c < 3; ++c) result += mean(slopes[c]).mul(guide[c]);
    return cv::min(cv::max(255 * result, 0), 255);
}

}  // namespace vbg_bench
