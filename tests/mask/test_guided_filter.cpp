#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <opencv2/core.hpp>

#include "mask/matte_tools.hpp"

using namespace test;

namespace {

int mirrored_101(int i, int n) {
    while (n > 1 && (i < 0 || i >= n)) i = i < 0 ? -i : 2 * n - 2 - i;
    return n > 1 ? i : 0;
}

using Plane = std::vector<double>;

/// Mean over (2 r + 1)^2 by definition.
Plane mean(const Plane& from, int width, int height, int r) {
    Plane to(from.size());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double sum = 0;
            for (int j = -r; j <= r; ++j) {
                for (int i = -r; i <= r; ++i) {
                    sum += from[static_cast<std::size_t>(mirrored_101(y + j, height) * width +
                                                         mirrored_101(x + i, width))];
                }
            }
            to[static_cast<std::size_t>(y * width + x)] = sum / ((2 * r + 1) * (2 * r + 1));
        }
    }
    return to;
}

Plane product(const Plane& a, const Plane& b) {
    Plane c(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) c[i] = a[i] * b[i];
    return c;
}

/// The filter as the 2010 paper writes it, in doubles at full resolution; the system is solved by OpenCV.
Plane guided(const vbg::Frame& frame, const Matte& matte, int r, double eps, bool gray) {
    const int width = matte.width, height = matte.height;
    std::vector<Plane> guide(gray ? 1 : 3, Plane(matte.values.size()));
    for (int y = 0; y < height; ++y) {
        const auto* row = reinterpret_cast<const std::uint8_t*>(frame.view().row(y));
        for (int x = 0; x < width; ++x) {
            const auto* p = row + 3 * x;
            const std::size_t at = matte.index(x, y);
            if (gray) {
                guide[0][at] = (p[0] + 2 * p[1] + p[2]) / 4.0 / 255;
            } else {
                for (std::size_t c = 0; c < 3; ++c) guide[c][at] = p[c] / 255.0;
            }
        }
    }
    Plane p(matte.values.begin(), matte.values.end());
    for (double& v : p) v /= 255;
    const auto m = [&](const Plane& plane) { return mean(plane, width, height, r); };
    const int n = static_cast<int>(guide.size());
    std::vector<Plane> means, with_p, products;
    for (int c = 0; c < n; ++c) {
        means.push_back(m(guide[static_cast<std::size_t>(c)]));
        with_p.push_back(m(product(guide[static_cast<std::size_t>(c)], p)));
        for (int k = 0; k < n; ++k) {
            products.push_back(
                m(product(guide[static_cast<std::size_t>(c)], guide[static_cast<std::size_t>(k)])));
        }
    }
    const Plane mean_p = m(p);
    std::vector<Plane> a(static_cast<std::size_t>(n), Plane(p.size()));
    Plane b(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
        cv::Mat sigma(n, n, CV_64F), cov(n, 1, CV_64F), x;
        for (int c = 0; c < n; ++c) {
            const auto uc = static_cast<std::size_t>(c);
            cov.at<double>(c) = with_p[uc][i] - means[uc][i] * mean_p[i];
            for (int k = 0; k < n; ++k) {
                const auto uk = static_cast<std::size_t>(k);
                sigma.at<double>(c, k) = products[static_cast<std::size_t>(c * n + k)][i] -
                                         means[uc][i] * means[uk][i] + (c == k ? eps : 0);
            }
        }
        cv::solve(sigma, cov, x, cv::DECOMP_SVD);
        b[i] = mean_p[i];
        for (int c = 0; c < n; ++c) {
            const auto uc = static_cast<std::size_t>(c);
            a[uc][i] = x.at<double>(c);
            b[i] -= a[uc][i] * means[uc][i];
        }
    }
    Plane q = m(b);
    for (int c = 0; c < n; ++c) {
        const Plane slope = m(a[static_cast<std::size_t>(c)]);
        for (std::size_t i = 0; i < q.size(); ++i) q[i] += slope[i] * guide[static_cast<std::size_t>(c)][i];
    }
    for (double& v : q) v = 255 * std::clamp(v, 0.0, 1.0);
    return q;
}

/// Left of column `edge` one colour, right of it another.
vbg::Frame two_colours(int width, int height, int edge, std::array<int, 3> left, std::array<int, 3> right) {
    vbg::Frame frame(width, height, vbg::PixelFormat::bgr8);
    for (int y = 0; y < height; ++y) {
        auto* row = reinterpret_cast<std::uint8_t*>(frame.view().row(y));
        for (int x = 0; x < 3 * width; ++x) {
            const auto c = static_cast<std::size_t>(x % 3);
            row[x] = static_cast<std::uint8_t>(x / 3 < edge ? left[c] : right[c]);
        }
    }
    return frame;
}

Matte apply(const std::string& spec, const vbg::Frame& guide, Matte in) {
    vbg::Context context;
    auto filter = vbg::make_mask_filter(spec);
    filter->configure(spec_of(guide.view()), context);
    Matte out(in.width, in.height);
    filter->apply(guide.view(), in.view(), out.view(), context);
    return out;
}

}  // namespace

TEST_CASE("guided_filter: at full resolution with confidence 0 it is the published filter") {
    for (const auto& extent : std::vector<std::pair<int, int>>{{1, 1}, {9, 4}, {61, 43}}) {
        const int width = extent.first, height = extent.second;
        for (const bool gray : {false, true}) {
            for (const int radius : {1, 4, 9}) {
                for (const double eps : {1e-4, 1e-2}) {
                    CAPTURE(width);
                    CAPTURE(gray);
                    CAPTURE(radius);
                    CAPTURE(eps);
                    const vbg::Frame frame = picture(width, height, 4);
                    const Matte in = disc_matte(width, height, width * 0.5, height * 0.5, height * 0.3, 5);
                    const std::string spec =
                        "guided_filter:subsample=1,confidence=0,radius=" + std::to_string(radius) +
                        ",eps=" + std::to_string(eps) + (gray ? ",guide=gray" : "");
                    CHECK(worst_error(apply(spec, frame, in), guided(frame, in, radius, eps, gray)) <= 0.6);
                }
            }
        }
    }
}

TEST_CASE("guided_filter: an edge that is a few pixels off moves to the picture's edge") {
    const vbg::Frame frame = two_colours(200, 80, 100, {40, 60, 80}, {150, 140, 190});
    for (const int off : {-5, -2, 3, 5}) {
        for (const char* subsample : {"1", "2", "4"}) {
            CAPTURE(off);
            CAPTURE(subsample);
            const Matte out = apply(std::string("guided_filter:radius=12,eps=1e-4,subsample=") + subsample,
                                    frame, half_plane(200, 80, 100 + off));
            // The step in the result is where the picture has its own.
            int steepest = 0;
            for (int x = 1; x < 200; ++x) {
                if (out.at(x, 40) - out.at(x - 1, 40) >
                    out.at(steepest, 40) - out.at(std::max(steepest - 1, 0), 40)) {
                    steepest = x;
                }
            }
            CHECK(steepest == 100);
            CHECK(out.at(30, 40) == 0);
            CHECK(out.at(170, 40) == 255);
        }
    }
}

TEST_CASE("guided_filter: with confidence, unsure pixels are decided by their colour") {
    const vbg::Frame frame = two_colours(200, 80, 100, {40, 60, 80}, {150, 140, 190});
    Matte in = half_plane(200, 80, 100);
    for (int y = 0; y < 80; ++y) {
        for (int x = 94; x < 106; ++x) in.at(x, y) = x < 100 ? 160 : 90;  // guesses, and wrong ones
    }
    const auto error = [&](const char* confidence) {
        const Matte out =
            apply(std::string("guided_filter:radius=16,subsample=1,confidence=") + confidence, frame, in);
        return out.at(97, 40) + 255 - out.at(102, 40);
    };
    CAPTURE(error("0"));
    CAPTURE(error("0.5"));
    CHECK(error("1") < error("0.5"));
    CHECK(error("0.5") < error("0"));
    CHECK(3 * error("1") < 2 * error("0"));
}

TEST_CASE("guided_filter: a flat picture says nothing, the edge stays in its place") {
    const vbg::Frame frame = two_colours(160, 60, 0, {90, 90, 90}, {90, 90, 90});
    const Matte out = apply("guided_filter", frame, half_plane(160, 60, 80));
    for (int y = 0; y < 60; ++y) {
        CHECK(std::abs(out.at(79, y) + out.at(80, y) - 255) <= 4);
        CHECK(out.at(40, y) == 0);
        CHECK(out.at(120, y) == 255);
    }
}

TEST_CASE("guided_filter: colour sees an edge between equally bright things, gray does not") {
    // (b + 2 g + r) / 4 is 100 on both sides.
    const vbg::Frame frame = two_colours(160, 60, 80, {160, 100, 40}, {40, 100, 160});
    const Matte in = half_plane(160, 60, 84);
    const Matte color = apply("guided_filter:radius=12,eps=1e-4,subsample=1", frame, in);
    const Matte gray = apply("guided_filter:radius=12,eps=1e-4,subsample=1,guide=gray", frame, in);
    CHECK(color.at(81, 30) > 120);
    CHECK(color.at(79, 30) < 120);
    CHECK(std::abs(gray.at(83, 30) + gray.at(84, 30) - 255) <= 4);  // blurred, in the matte's own place
}

TEST_CASE("guided_filter: a quarter of the resolution is close to the whole") {
    const vbg::Frame frame = picture(320, 180, 2);
    const Matte in = disc_matte(320, 180, 160, 108, 66, 12);
    const Matte fine = apply("guided_filter:radius=16,subsample=1", frame, in);
    const Matte coarse = apply("guided_filter:radius=16,subsample=4", frame, in);
    double sum = 0;
    for (std::size_t i = 0; i < fine.values.size(); ++i) sum += std::abs(fine.values[i] - coarse.values[i]);
    CHECK(sum / static_cast<double>(fine.values.size()) < 2.0);
}
