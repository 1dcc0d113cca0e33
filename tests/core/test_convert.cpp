// Expected values by the textbook formulas of ITU-R BT.601 / BT.709 in floating point.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vbg/frame.hpp>
#include <vector>

#include "support/allocation_counter.hpp"

using namespace vbg;

namespace {

struct Rgb {
    double r, g, b;
};

/// What a YUV triple means.
Rgb to_rgb(double y, double u, double v, const ColorSpec& color) {
    const bool hd = color.matrix == Matrix::bt709, full = color.range == Range::full;
    const double kr = hd ? 0.2126 : 0.299, kb = hd ? 0.0722 : 0.114;
    const double l = full ? y : (y - 16) * 255 / 219;
    const double cb = (u - 128) * (full ? 1.0 : 255.0 / 224), cr = (v - 128) * (full ? 1.0 : 255.0 / 224);
    const double r = l + 2 * (1 - kr) * cr, b = l + 2 * (1 - kb) * cb;
    const double g = (l - kr * r - kb * b) / (1 - kr - kb);
    const auto clip = [](double x) { return std::min(255.0, std::max(0.0, x)); };
    return {clip(r), clip(g), clip(b)};
}

int at(const ConstFrameView& v, int x, int y, int n, int c) {
    return std::to_integer<int>(v.row(y)[static_cast<std::ptrdiff_t>(x) * n + c]);
}

void fill_flat(const FrameView& f, int y, int u, int v) {
    for (int row = 0; row < f.height; ++row) {
        for (int x = 0; x < f.width; ++x) f.row(row)[x] = static_cast<std::byte>(y);
    }
    for (int row = 0; row < (f.height + 1) / 2; ++row) {
        for (int x = 0; x < (f.width + 1) / 2; ++x) {
            f.row(row, 1)[x] = static_cast<std::byte>(u);
            f.row(row, 2)[x] = static_cast<std::byte>(v);
        }
    }
}

}  // namespace

TEST_CASE("flat YUV colours come out as the standards say") {
    for (const Matrix matrix : {Matrix::unknown, Matrix::bt601, Matrix::bt709}) {
        for (const Range range : {Range::unknown, Range::limited, Range::full}) {
            const ColorSpec color{matrix, range};
            Frame yuv(6, 4, PixelFormat::i420, color), bgr(6, 4, PixelFormat::bgr8);
            for (const auto& [y, u, v] : {std::array{128, 128, 128},
                                          {235, 128, 128},
                                          {16, 128, 128},
                                          {100, 90, 160},
                                          {81, 90, 240},
                                          {145, 54, 34}}) {
                fill_flat(yuv.view(), y, u, v);
                convert(yuv.view(), bgr.view());
                const Rgb want = to_rgb(y, u, v, color);
                CAPTURE(static_cast<int>(matrix));
                CAPTURE(static_cast<int>(range));
                const int luma = y;  // clang 14 does not capture structured bindings
                CAPTURE(luma);
                CHECK(std::abs(at(bgr.view(), 3, 2, 3, 2) - want.r) <= 2.5);
                CHECK(std::abs(at(bgr.view(), 3, 2, 3, 1) - want.g) <= 2.5);
                // libyuv's coefficients end at 2.0, but blue of limited-range BT.709 wants 2.112.
                const bool clipped = matrix == Matrix::bt709 && range != Range::full;
                const double bound = 2.5 + (clipped ? 0.112 * std::abs(u - 128) : 0);
                CHECK(std::abs(at(bgr.view(), 3, 2, 3, 0) - want.b) <= bound);
            }
        }
    }
}

TEST_CASE("RGB to YUV and back keeps smooth pictures, for every YUV format, matrix, range and odd size") {
    for (const char* name : {"yuyv", "uyvy", "nv12", "i420"}) {
        for (const ColorSpec color :
             {ColorSpec{}, ColorSpec{Matrix::bt709, Range::limited}, ColorSpec{Matrix::bt601, Range::full},
              ColorSpec{Matrix::bt709, Range::full}}) {
            for (const auto& [w, h] : {std::pair{1, 1}, {7, 5}, {32, 16}, {33, 17}}) {
                Frame bgr(w, h, PixelFormat::bgr8), back(w, h, PixelFormat::bgr8),
                    yuv(w, h, pixel_format(name), color);
                for (int y = 0; y < h; ++y) {
                    for (int x = 0; x < w; ++x) {
                        std::byte* p = bgr.view().row(y) + static_cast<std::ptrdiff_t>(x) * 3;
                        p[0] = static_cast<std::byte>(60 + x * 2);
                        p[1] = static_cast<std::byte>(90 + y * 3);
                        p[2] = static_cast<std::byte>(140 - x);
                    }
                }
                convert(bgr.view(), yuv.view());
                convert(yuv.view(), back.view());
                int worst = 0;
                for (int y = 0; y < h; ++y) {
                    for (int i = 0; i < w * 3; ++i) {
                        worst = std::max(worst,
                                         std::abs(at(bgr.view(), i, y, 1, 0) - at(back.view(), i, y, 1, 0)));
                    }
                }
                CAPTURE(std::string(name));
                const int width = w;
                CAPTURE(width);
                CHECK(worst <= 8);
            }
        }
    }
}

TEST_CASE("packed RGB formats keep every byte") {
    std::mt19937 random(1);
    for (const char* a : {"rgb8", "bgr8", "rgba8", "bgra8"}) {
        for (const char* b : {"rgb8", "bgr8", "rgba8", "bgra8"}) {
            const PixelFormat from = pixel_format(a), to = pixel_format(b);
            const int n = static_cast<int>(row_bytes(from, 0, 1)), m = static_cast<int>(row_bytes(to, 0, 1));
            Frame x(19, 5, from), y(19, 5, to);
            for (int row = 0; row < 5; ++row) {
                for (int i = 0; i < 19 * n; ++i)
                    x.view().row(row)[i] = static_cast<std::byte>(random() & 255U);
            }
            convert(x.view(), y.view());
            const bool from_rgb = a[0] == 'r', to_rgb = b[0] == 'r';
            for (int i = 0; i < 19; ++i) {
                for (int c = 0; c < 3; ++c) {
                    const int d = from_rgb == to_rgb ? c : 2 - c;
                    REQUIRE(at(x.view(), i, 4, n, c) == at(y.view(), i, 4, m, d));
                }
                if (m == 4 && n == 3) REQUIRE(at(y.view(), i, 4, 4, 3) == 255);
            }
        }
    }
}

TEST_CASE("YUV layouts carry the same numbers") {
    std::mt19937 random(2);
    Frame planar(6, 4, PixelFormat::i420), nv12(6, 4, PixelFormat::nv12), back(6, 4, PixelFormat::i420);
    for (std::size_t p = 0; p < 3; ++p) {
        for (int y = 0; y < plane_rows(PixelFormat::i420, static_cast<int>(p), 4); ++y) {
            for (std::size_t i = 0; i < row_bytes(PixelFormat::i420, static_cast<int>(p), 6); ++i) {
                planar.view().row(y, p)[i] = static_cast<std::byte>(random() & 255U);
            }
        }
    }
    for (const char* name : {"nv12", "yuyv", "uyvy"}) {
        Frame other(6, 4, pixel_format(name));
        convert(planar.view(), other.view());
        convert(other.view(), back.view());
        for (std::size_t p = 0; p < 3; ++p) {
            for (int y = 0; y < plane_rows(PixelFormat::i420, static_cast<int>(p), 4); ++y) {
                for (std::size_t i = 0; i < row_bytes(PixelFormat::i420, static_cast<int>(p), 6); ++i) {
                    REQUIRE(planar.view().row(y, p)[i] == back.view().row(y, p)[i]);
                }
            }
        }
    }
}

TEST_CASE("grey is luma, and sizes must agree") {
    Frame bgr(2, 1, PixelFormat::bgr8), gray(2, 1, PixelFormat::gray8), other(3, 1, PixelFormat::gray8);
    fill(bgr.view(), 200, 100, 50);
    convert(bgr.view(), gray.view());
    CHECK(std::abs(std::to_integer<int>(gray.view().row(0)[0]) - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) <=
          1.5);
    CHECK_THROWS_WITH_AS(convert(bgr.view(), other.view()), doctest::Contains("sizes must be equal"), Error);
}

TEST_CASE("streams of several sizes converted in turn cost no allocation") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: another malloc stands before the counter's here; all of CI's builds count");
        return;
    }
    const std::array<std::pair<int, int>, 4> sizes{{{64, 48}, {48, 64}, {33, 17}, {64, 49}}};
    std::vector<Frame> packed, uyvy, bgr;
    for (const auto& [w, h] : sizes) {
        packed.emplace_back(w, h, PixelFormat::yuyv);
        uyvy.emplace_back(w, h, PixelFormat::uyvy, ColorSpec{Matrix::bt709, Range::full});
        bgr.emplace_back(w, h, PixelFormat::bgr8);
    }
    const auto convert_all = [&] {
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            convert(packed[i].view(), bgr[i].view());   // by way of i420 and bgra8
            convert(bgr[i].view(), packed[i].view());   // and back
            convert(packed[i].view(), uyvy[i].view());  // other colours: both, too
        }
    };
    convert_all();
    const AllocationCounter counter;
    convert_all();
    CHECK(counter.count() == 0);
}
