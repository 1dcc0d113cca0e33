// One picture as a stream: still and drifting.
#include <doctest/doctest.h>

#include <algorithm>

#include <vbg/registry.hpp>

#include "io/drift.hpp"
#include "io/picture_file.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;

TEST_CASE("drift: no corner of any frame ever leaves the picture, at any shape") {
    for (const Size size : {Size{1280, 720}, {720, 1280}, {640, 64}, {64, 640}, {33, 17}, {1, 1}}) {
        for (std::uint32_t seed = 0; seed < 20; ++seed) {
            const Drift drift(size, seed, seed % 5 == 4 ? 4.0 : 1.0);
            const Size p = drift.picture_size();
            for (double t = 0; t < 60; t += 0.37) {
                const auto m = drift.at(t);
                for (const double x : {0.0, size.width - 1.0}) {
                    for (const double y : {0.0, size.height - 1.0}) {
                        const double u = m[0] * x + m[1] * y + m[2], v = m[3] * x + m[4] * y + m[5];
                        REQUIRE((u >= 0 && u <= p.width - 1 && v >= 0 && v <= p.height - 1));
                    }
                }
            }
        }
    }
}

TEST_CASE("drift: moves, but slowly, and never jumps") {
    const Size size{1280, 720};
    for (std::uint32_t seed = 1; seed < 6; ++seed) {
        const Drift drift(size, seed, 1.0);
        double sum = 0, greatest = 0, low = 1e9, high = -1e9;
        int n = 0;
        auto before = drift.at(0);
        for (int i = 1; i < 900; ++i) {  // 30 s at 30 frames/s
            const auto m = drift.at(i / 30.0);
            for (const double x : {0.0, 640.0, 1279.0}) {
                for (const double y : {0.0, 719.0}) {
                    const double du = (m[0] - before[0]) * x + (m[1] - before[1]) * y + m[2] - before[2];
                    const double dv = (m[3] - before[3]) * x + (m[4] - before[4]) * y + m[5] - before[5];
                    sum += std::hypot(du, dv);
                    greatest = std::max(greatest, std::hypot(du, dv));
                    ++n;
                }
            }
            low = std::min(low, m[2]), high = std::max(high, m[2]);
            before = m;
        }
        CHECK(sum / n > 0.1);  // pixels a frame
        CHECK(sum / n < 1.5);
        CHECK(greatest < 4);
        CHECK(high - low > 15);  // and gets somewhere
    }
    const Drift still(size, 1, 0.0);
    CHECK(still.at(0) == still.at(7.7));
}

#ifdef VBG_HAVE_MEDIA

TEST_CASE("image: a still is one frame, or as many as asked for, bit by bit the picture") {
    TempDir dir;
    const Frame picture = noise_frame(31, 17);
    save_picture(dir / "p.png", picture.view());
    auto one = make_source("image:path=" + dir / "p.png");
    auto frames = read_all(*one);
    CHECK(one->length() == 1);
    REQUIRE(frames.size() == 1);
    CHECK(equal_pixels(frames[0].view(), picture.view()));

    auto three = make_source("image:frames=3,fps=10,path=" + dir / "p.png");
    frames = read_all(*three);
    REQUIRE(frames.size() == 3);
    CHECK(frames[2].view().sequence == 2);
    CHECK(frames[2].view().timestamp == 200ms);
    CHECK(equal_pixels(frames[2].view(), picture.view()));

    auto endless = make_source("image:frames=endless,path=" + dir / "p.png");
    CHECK(read_all(*endless, 500).size() == 500);
    CHECK(endless->length() == 0);
}

TEST_CASE("image: size crops what hangs over, in the middle") {
    TempDir dir;
    Frame wide(90, 30, PixelFormat::bgr8);  // left third red, middle green, right blue
    for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 90; ++x)
            wide.view().row(y)[3 * x + (x < 30 ? 2 : x < 60 ? 1 : 0)] = std::byte{255};
    save_picture(dir / "p.png", wide.view());
    for (const char* size : {"30x30", "60x60", "10x10"}) {
        auto source = make_source(std::string("image:size=").append(size).append(",path=") + dir / "p.png");
        const auto frames = read_all(*source);
        const ConstFrameView v = frames[0].view();
        for (const int x : {v.width / 8, v.width / 2, v.width - 1 - v.width / 8}) {
            CHECK(value_at(v, x, v.height / 2, 1) > 250);
            CHECK(value_at(v, x, v.height / 2, 0) < 5);
            CHECK(value_at(v, x, v.height / 2, 2) < 5);
        }
    }
}

TEST_CASE("image: drift is the same for the same seed, differs for another, and never shows a border") {
    TempDir dir;
    // A ramp along both axes: every pixel differs from its neighbour, unless a border was repeated.
    Frame ramp(252, 189, PixelFormat::bgr8);
    for (int y = 0; y < 189; ++y)
        for (int x = 0; x < 252; ++x) {
            ramp.view().row(y)[3 * x] = static_cast<std::byte>(x);
            ramp.view().row(y)[3 * x + 1] = static_cast<std::byte>(y);
        }
    save_picture(dir / "p.png", ramp.view());
    const std::string spec = "image:motion=drift,frames=120,size=80x60,path=" + dir / "p.png";
    auto a = make_source(spec), b = make_source(spec), c = make_source(spec + ",seed=2");
    const auto fa = read_all(*a), fb = read_all(*b), fc = read_all(*c);
    REQUIRE(fa.size() == 120);
    double change = 0, other = 0;
    for (std::size_t i = 0; i < fa.size(); ++i) {
        CHECK(equal_pixels(fa[i].view(), fb[i].view()));
        other = std::max(other, mean_difference(fa[i].view(), fc[i].view()));
        if (i > 0) change = std::max(change, mean_difference(fa[i].view(), fa[i - 1].view()));
        const ConstFrameView v = fa[i].view();
        for (int k = 1; k < 60;
             ++k) {  // 252 -> 80 pixels and a few percent: the ramp rises by about 2.8 a pixel
            for (const int at : {0, 30, 59}) {
                REQUIRE(value_at(v, k, at, 0) > value_at(v, k - 1, at, 0));
                REQUIRE(value_at(v, at, k, 1) > value_at(v, at, k - 1, 1));
            }
        }
        REQUIRE(value_at(v, 79, 30, 0) > value_at(v, 78, 30, 0));
    }
    CHECK(change > 0);
    CHECK(change < 1.5);
    CHECK(other > 0.5);
}

TEST_CASE("image: what cannot be opened says so at open()") {
    TempDir dir;
    auto missing = make_source("image:path=" + dir / "none.png");
    check_throws(Errc::not_found, {"none.png"}, [&] { missing->open(); });
    check_throws(Errc::wrong_state, {"image"}, [&] {
        ConstFrameView v;
        (void)missing->read(v, 0ms);
    });
    auto folder = make_source("image:path=" + dir.path());
    check_throws(Errc::io, {"is a folder"}, [&] { folder->open(); });
    check_throws(Errc::invalid_argument, {"path", "required"}, [] { (void)make_source("image"); });
}

#endif
