#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <random>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>
#include <vector>

#include "composite/over_kernel.hpp"
#include "support/picture.hpp"
#include "support/simd_targets.hpp"

namespace {

using vbg::Context;
using vbg::FrameView;
using vbg::PixelFormat;
using vbg_test::Picture;

/// Nearest whole number to the exact quotient, by integer division (255 is odd: never halfway).
int expected(int fg, int bg, int a) {
    const int x = fg * a + bg * (255 - a);
    return (2 * x + 255) / 510;
}

}  // namespace

TEST_CASE("over: every foreground, background and alpha, on every SIMD target") {
    vbg_test::for_each_simd_target([] {
        std::array<std::uint8_t, 256> alpha{};
        for (int i = 0; i < 256; ++i) alpha[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
        std::vector<std::uint8_t> fg(768), bg(768), out(768);
        long wrong = 0;
        for (int f = 0; f < 256; ++f) {
            for (int b = 0; b < 256; b += 3) {
                for (std::size_t i = 0; i < 768; ++i) {
                    fg[i] = static_cast<std::uint8_t>(f);
                    bg[i] = static_cast<std::uint8_t>(std::min(255, b + static_cast<int>(i % 3)));
                }
                vbg::over_kernel::row(fg.data(), alpha.data(), bg.data(), out.data(), 256);
                for (std::size_t i = 0; i < 768; ++i) {
                    wrong += out[i] != expected(fg[i], bg[i], static_cast<int>(i / 3));
                }
            }
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("over: odd sizes, padding, bottom-up rows, in place, threads, both colour orders") {
    std::mt19937 rng(1);
    Context one(1), four(4);
    auto over = vbg::make_compositor("over");
    for (const auto& [w, h] : {std::pair{1, 1}, {7, 5}, {63, 3}, {64, 3}, {65, 40}, {333, 257}}) {
        for (const bool up : {false, true}) {
            for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
                Picture fg(w, h, 3, 5, up, rng), bg(w, h, 3, 0, !up, rng), out(w, h, 3, 9, up, rng);
                Picture alpha(w, h, 1, 3, up, rng);
                for (int y = 0; y < h; ++y) {  // flat runs, too
                    for (int x = 0; x < w; ++x) {
                        if (y % 3 != 2) alpha.at(x, y, 0) = y % 3 == 0 ? 0 : 255;
                    }
                }
                const Picture before = out;
                Picture in_fg = fg, in_bg = bg;
                over->configure({w, h, format, {}, {}, 0}, one);
                over->compose(fg.frame(format), alpha.mask(), bg.frame(format), out.frame(format), one);
                Picture wanted = before;
                for (int y = 0; y < h; ++y) {
                    for (int x = 0; x < w; ++x) {
                        for (int c = 0; c < 3; ++c) {
                            wanted.at(x, y, c) = static_cast<std::uint8_t>(
                                expected(fg.at(x, y, c), bg.at(x, y, c), alpha.at(x, y, 0)));
                        }
                    }
                }
                CHECK(out.bytes() == wanted.bytes());  // the padding as well: nothing outside is touched

                over->compose(in_fg.frame(format), alpha.mask(), bg.frame(format), in_fg.frame(format), four);
                over->compose(fg.frame(format), alpha.mask(), in_bg.frame(format), in_bg.frame(format), four);
                bool same = true;
                for (int y = 0; y < h; ++y) {
                    for (int x = 0; x < w * 3; ++x) {
                        same = same && in_fg.at(x / 3, y, x % 3) == wanted.at(x / 3, y, x % 3) &&
                               in_bg.at(x / 3, y, x % 3) == wanted.at(x / 3, y, x % 3);
                    }
                }
                CHECK(same);
            }
        }
    }
}

TEST_CASE("over: a matte of 0 gives the background, of 255 the foreground, bit-exact") {
    std::mt19937 rng(2);
    Context context(2);
    const int w = 1283, h = 47;
    Picture fg(w, h, 3, 0, false, rng), bg(w, h, 3, 0, false, rng), out(w, h, 3, 0, false, rng);
    vbg::Mask alpha(w, h);
    auto over = vbg::make_compositor("over");
    over->configure({w, h, PixelFormat::bgr8, {}, {}, 0}, context);
    for (const int value : {0, 255}) {
        vbg::fill(alpha.view(), static_cast<std::uint8_t>(value));
        over->compose(fg.frame(PixelFormat::bgr8), alpha.view(), bg.frame(PixelFormat::bgr8),
                      out.frame(PixelFormat::bgr8), context);
        CHECK(out.bytes() == (value == 0 ? bg.bytes() : fg.bytes()));
    }
}

TEST_CASE("over: a very large frame") {
    Context context(0);
    vbg::Frame fg(8000, 6000, PixelFormat::bgr8), bg(8000, 6000, PixelFormat::bgr8);
    vbg::Mask alpha(8000, 6000);
    vbg::fill(fg.view(), 200, 100, 0);
    vbg::fill(bg.view(), 0, 100, 255);
    vbg::fill(alpha.view(), 128);
    auto over = vbg::make_compositor("over");
    over->configure({8000, 6000, PixelFormat::bgr8, {}, {}, 0}, context);
    over->compose(fg.view(), alpha.view(), bg.view(), bg.view(), context);
    const auto* last = reinterpret_cast<const std::uint8_t*>(bg.view().row(5999)) + 3 * 7999;
    CHECK(last[0] == expected(0, 255, 128));
    CHECK(last[1] == 100);
    CHECK(last[2] == expected(200, 0, 128));
}

TEST_CASE("over: what it refuses") {
    Context context;
    vbg::Frame a(16, 8, PixelFormat::bgr8), b(16, 8, PixelFormat::bgr8), small(8, 8, PixelFormat::bgr8);
    vbg::Mask alpha(16, 8), f32(16, 8, vbg::MaskFormat::f32);
    auto over = vbg::make_compositor("over");
    CHECK_THROWS_AS(over->compose(a.view(), alpha.view(), b.view(), a.view(), context), vbg::Error);
    over->configure({16, 8, PixelFormat::bgr8, {}, {}, 0}, context);
    CHECK_THROWS_AS(over->compose(a.view(), alpha.view(), small.view(), a.view(), context), vbg::Error);
    CHECK_THROWS_AS(over->compose(a.view(), f32.view(), b.view(), a.view(), context), vbg::Error);
    FrameView shifted = a.view();
    shifted.planes[0].data += 64;
    shifted.height = 8;
    CHECK_THROWS_AS(over->compose(a.view(), alpha.view(), b.view(), shifted, context), vbg::Error);
    CHECK_THROWS_AS(over->configure({16, 8, PixelFormat::nv12, {}, {}, 0}, context), vbg::Error);
}
