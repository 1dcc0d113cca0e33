// Bringing pictures to a frame's size: against OpenCV's INTER_AREA and INTER_LINEAR, and by hand.
#include <doctest/doctest.h>

#include <opencv2/imgproc.hpp>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "effect/fit.hpp"
#include "effect_files.hpp"
#include "support/allocation_counter.hpp"
#include "support/picture.hpp"
#include "support/simd_targets.hpp"
#include "support/throws.hpp"

namespace {

using vbg::Context;
using vbg::Fit;
using vbg::PixelFormat;
using vbg_test::Picture;

cv::Mat mat_of(std::vector<std::uint8_t>& pixels, vbg::Size size) {
    return {size.height, size.width, CV_8UC3, pixels.data()};
}

std::vector<std::uint8_t> fitted(Picture& picture, vbg::Size to, Fit fit, vbg::Color bars = {},
                                 PixelFormat format = PixelFormat::bgr8) {
    std::mt19937 rng(9);
    Picture out(to.width, to.height, 3, 7, true, rng);
    Context context(3);
    vbg::Fitter fitter;
    fitter.configure({picture.width(), picture.height()}, to, fit, bars);
    fitter.apply(picture.frame(PixelFormat::bgr8), out.frame(format), context);
    return out.pixels();
}

int difference(const std::vector<std::uint8_t>& a, const cv::Mat& b) {
    const cv::Mat left(b.rows, b.cols, CV_8UC3, const_cast<std::uint8_t*>(a.data()));
    return static_cast<int>(cv::norm(left, b, cv::NORM_INF));
}

}  // namespace

TEST_CASE("fit: stretch shrinks like INTER_AREA and grows like INTER_LINEAR") {
    std::mt19937 rng(1);
    vbg_test::for_each_simd_target([&] {
        struct Case {
            vbg::Size from, to;
            int method;
        };
        for (const auto& [from_size, to_size, method] :
             {Case{vbg::Size{301, 203}, vbg::Size{128, 77}, cv::INTER_AREA},
              {vbg::Size{192, 108}, vbg::Size{64, 36}, cv::INTER_AREA},
              {vbg::Size{640, 480}, vbg::Size{1, 1}, cv::INTER_AREA},
              {vbg::Size{61, 43}, vbg::Size{200, 150}, cv::INTER_LINEAR},
              {vbg::Size{1, 1}, vbg::Size{9, 5}, cv::INTER_LINEAR},
              {vbg::Size{2, 3}, vbg::Size{17, 31}, cv::INTER_LINEAR}}) {
            const vbg::Size from = from_size, to = to_size;  // a binding cannot be captured by INFO
            INFO(from.width, "x", from.height, " to ", to.width, "x", to.height);
            Picture picture(from.width, from.height, 3, 2, false, rng);
            auto pixels = picture.pixels();
            cv::Mat expected;
            cv::resize(mat_of(pixels, from), expected, {to.width, to.height}, 0, 0, method);
            CHECK(difference(fitted(picture, to, Fit::stretch), expected) <= 1);
        }
    });
}

TEST_CASE("fit: cover shows the middle, contain shows all between bars, tile repeats") {
    std::mt19937 rng(2);
    Picture wide(400, 100, 3, 0, false, rng);
    auto pixels = wide.pixels();
    const cv::Mat all = mat_of(pixels, {400, 100});
    cv::Mat expected;
    cv::resize(all(cv::Rect(150, 0, 100, 100)), expected, {50, 50}, 0, 0, cv::INTER_AREA);
    CHECK(difference(fitted(wide, {50, 50}, Fit::cover), expected) <= 1);

    cv::Mat inner;
    cv::resize(all, inner, {200, 50}, 0, 0, cv::INTER_AREA);
    cv::copyMakeBorder(inner, expected, 40, 41, 0, 0, cv::BORDER_CONSTANT, cv::Scalar(3, 2, 1));
    CHECK(difference(fitted(wide, {200, 131}, Fit::contain, {1, 2, 3}), expected) <= 1);
    cv::cvtColor(expected, expected, cv::COLOR_BGR2RGB);
    CHECK(difference(fitted(wide, {200, 131}, Fit::contain, {1, 2, 3}, PixelFormat::rgb8), expected) <= 1);

    cv::repeat(all, 3, 2, expected);
    CHECK(difference(fitted(wide, {531, 217}, Fit::tile), expected(cv::Rect(0, 0, 531, 217)).clone()) == 0);
    CHECK(difference(fitted(wide, {20, 10}, Fit::tile), all(cv::Rect(0, 0, 20, 10)).clone()) == 0);
    for (const auto fit : {Fit::cover, Fit::contain, Fit::stretch, Fit::tile}) {
        CHECK(fitted(wide, {400, 100}, fit) == pixels);  // nothing to do: bit-exact
    }
}

TEST_CASE("fit: extreme shapes stay inside the picture") {
    std::mt19937 rng(3);
    for (const auto& [from, to] : {std::pair{vbg::Size{1000, 1}, vbg::Size{1, 1000}},
                                   {vbg::Size{1, 1000}, vbg::Size{640, 3}},
                                   {vbg::Size{3, 2}, vbg::Size{2, 3}}}) {
        Picture flat(from.width, from.height, 3, 0, false, rng);
        std::fill(flat.bytes().begin(), flat.bytes().end(), std::uint8_t{77});
        for (const auto fit : {Fit::cover, Fit::stretch, Fit::tile}) {
            const auto out = fitted(flat, to, fit);
            CHECK(std::all_of(out.begin(), out.end(), [](std::uint8_t v) { return v == 77; }));
        }
        CHECK(fitted(flat, to, Fit::contain, {77, 77, 77}).size() > 0);
    }
}

TEST_CASE("fit: apply() does not allocate") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations are not counted in this build");
        return;
    }
    std::mt19937 rng(4);
    Picture picture(320, 200, 3, 0, false, rng), out(640, 360, 3, 0, false, rng);
    Context context(2);
    vbg::Fitter fitter;
    fitter.configure({320, 200}, {640, 360}, Fit::cover, {});
    context.parallel_rows(64, 1, [](int, int) {});  // its threads have started, with what that takes
    const AllocationCounter counter;
    fitter.apply(picture.frame(PixelFormat::bgr8), out.frame(PixelFormat::rgb8), context);
    CHECK(counter.count() == 0);
}

#ifdef VBG_HAVE_MEDIA

TEST_CASE("image: the picture, fitted, again after a change of size; errors name the file") {
    const vbg_test::EffectFiles files;
    const vbg::Frame picture = vbg::load_picture(files.picture());
    auto image = vbg::make_effect("image:path=" + files.picture());
    CHECK(image->replaces_layer());
    CHECK(image->is_still());
    Context context;
    for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
        for (const int scale : {1, 2}) {
            const int w = 80 * scale, h = 45 * scale;
            vbg::Frame out(w, h, format);
            const vbg::Mask alpha(w, h);
            image->configure({w, h, format, {}, {}, 0}, context);
            image->apply(out.view(), alpha.view(), out.view(), context);
            if (scale == 2) continue;
            bool same = true;
            for (int y = 0; y < h; ++y) {
                for (int i = 0; i < 3 * w; ++i) {
                    const int from = format == PixelFormat::bgr8 ? i : i / 3 * 3 + 2 - i % 3;
                    same = same && out.view().row(y)[i] == picture.view().row(y)[from];
                }
            }
            CHECK(same);
        }
    }
    const std::string missing = files.folder() + "/none.png", empty = files.folder() + "/empty.png";
    const std::string torn = files.folder() + "/torn.png", text = files.folder() + "/text.jpg";
    vbg_test::write_text(empty, "");
    vbg_test::write_text(text, "no picture at all");
    auto whole = vbg_test::file_bytes(files.picture());
    whole.resize(whole.size() / 2);
    vbg_test::write_bytes(torn, whole);
    using vbg::Errc;
    vbg_test::check_throws(Errc::not_found, {missing},
                           [&] { (void)vbg::make_effect("image:path=" + missing); });
    for (const auto& bad : {empty, torn, text}) {
        vbg_test::check_throws(Errc::io, {bad}, [&] { (void)vbg::make_effect("image:path=" + bad); });
    }
    vbg_test::check_throws(Errc::invalid_argument, {"path"}, [] { (void)vbg::make_effect("image"); });
}

#endif
