// Single effects against expectations worked out another way.
#include <doctest/doctest.h>

#include <opencv2/imgproc.hpp>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "support/picture.hpp"
#include "support/throws.hpp"

namespace {

using vbg::Context;
using vbg::PixelFormat;
using vbg_test::Picture;

std::vector<std::uint8_t> apply(const std::string& spec, Picture& layer, Context& context) {
    auto effect = vbg::make_effect(spec);
    effect->configure({layer.width(), layer.height(), PixelFormat::bgr8, {}, {}, 0}, context);
    const vbg::Mask alpha(layer.width(), layer.height());
    Picture out = layer;
    effect->apply(layer.frame(PixelFormat::bgr8), alpha.view(), out.frame(PixelFormat::bgr8), context);
    return out.pixels();
}

cv::Mat mat_of(std::vector<std::uint8_t>& pixels, int width, int height) {
    return {height, width, CV_8UC3, pixels.data()};
}

}  // namespace

TEST_CASE("color: the colour, in the frame's byte order") {
    Context context;
    auto effect = vbg::make_effect("color:value=#123456");
    CHECK(effect->replaces_layer());
    CHECK(effect->is_still());
    for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
        vbg::Frame frame(5, 3, format);
        const vbg::Mask alpha(5, 3);
        effect->configure({5, 3, format, {}, {}, 0}, context);
        effect->apply(frame.view(), alpha.view(), frame.view(), context);
        const auto* p = reinterpret_cast<const std::uint8_t*>(frame.view().row(2)) + 12;
        CHECK(int{p[1]} == 0x34);
        CHECK(int{p[format == PixelFormat::bgr8 ? 2 : 0]} == 0x12);
        CHECK(int{p[format == PixelFormat::bgr8 ? 0 : 2]} == 0x56);
    }
    vbg_test::check_throws(vbg::Errc::invalid_argument, {"value"},
                           [] { (void)vbg::make_effect("color:value=reddish"); });
}

TEST_CASE("flip: as OpenCV flips") {
    Context context(3);
    std::mt19937 rng(1);
    for (const auto& [w, h] : {std::pair{1, 1}, {130, 77}, {65, 2}}) {
        Picture layer(w, h, 3, 4, false, rng);
        auto pixels = layer.pixels();
        for (const auto& [direction, code] : {std::pair{"horizontal", 1}, {"vertical", 0}, {"both", -1}}) {
            cv::Mat expected;
            cv::flip(mat_of(pixels, w, h), expected, code);
            const auto out = apply(std::string("flip:direction=") + direction, layer, context);
            CHECK(std::equal(out.begin(), out.end(), expected.data));
        }
    }
}

TEST_CASE("grayscale: as OpenCV's grey, three times") {
    Context context(2);
    std::mt19937 rng(2);
    Picture layer(203, 41, 3, 0, false, rng);
    auto pixels = layer.pixels();
    cv::Mat grey, expected;
    cv::cvtColor(mat_of(pixels, 203, 41), grey, cv::COLOR_BGR2GRAY);
    cv::cvtColor(grey, expected, cv::COLOR_GRAY2BGR);
    const auto out = apply("grayscale", layer, context);
    CHECK(std::equal(out.begin(), out.end(), expected.data));
}

TEST_CASE("colormap: every name means OpenCV's map of that name") {
    Context context;
    std::mt19937 rng(3);
    Picture layer(90, 30, 3, 0, false, rng);
    auto pixels = layer.pixels();
    const std::pair<const char*, int> maps[] = {
        {"autumn", cv::COLORMAP_AUTUMN},     {"bone", cv::COLORMAP_BONE},
        {"jet", cv::COLORMAP_JET},           {"winter", cv::COLORMAP_WINTER},
        {"rainbow", cv::COLORMAP_RAINBOW},   {"ocean", cv::COLORMAP_OCEAN},
        {"summer", cv::COLORMAP_SUMMER},     {"spring", cv::COLORMAP_SPRING},
        {"cool", cv::COLORMAP_COOL},         {"hsv", cv::COLORMAP_HSV},
        {"pink", cv::COLORMAP_PINK},         {"hot", cv::COLORMAP_HOT},
        {"parula", cv::COLORMAP_PARULA},     {"magma", cv::COLORMAP_MAGMA},
        {"inferno", cv::COLORMAP_INFERNO},   {"plasma", cv::COLORMAP_PLASMA},
        {"viridis", cv::COLORMAP_VIRIDIS},   {"cividis", cv::COLORMAP_CIVIDIS},
        {"twilight", cv::COLORMAP_TWILIGHT}, {"twilight_shifted", cv::COLORMAP_TWILIGHT_SHIFTED},
        {"turbo", cv::COLORMAP_TURBO},       {"deepgreen", cv::COLORMAP_DEEPGREEN}};
    for (const auto& [name, number] : maps) {
        cv::Mat expected;
        cv::applyColorMap(mat_of(pixels, 90, 30), expected, number);
        const auto out = apply(std::string("colormap:map=") + name, layer, context);
        const std::string which = name;
        CHECK_MESSAGE(std::equal(out.begin(), out.end(), expected.data), which);
    }
}

TEST_CASE("scanlines and hologram: seeds") {
    Context context;
    std::mt19937 rng(4);
    Picture layer(40, 30, 3, 0, false, rng);
    for (const std::string name : {"scanlines", "hologram"}) {
        CHECK(apply(name + ":seed=1", layer, context) == apply(name + ":seed=1", layer, context));
        CHECK(apply(name + ":seed=1", layer, context) != apply(name + ":seed=2", layer, context));
        CHECK(apply(name, layer, context) != apply(name, layer, context));  // random: 12 factors cannot agree
        CHECK(apply(name + ":seed=4294967295", layer, context).size() == 3600);
        for (const std::string bad : {"seed=-1", "seed=1.5", "seed=4294967296", "low=0.5,high=0.2"}) {
            vbg_test::check_throws(vbg::Errc::invalid_argument, {name, bad.substr(0, 3)},
                                   [&] { (void)vbg::make_effect(name + ":" + bad); });
        }
    }
    const auto unchanged = layer.pixels();
    CHECK(apply("scanlines:band_length=0", layer, context) == unchanged);
    CHECK(apply("scanlines:low=1,high=1", layer, context) == unchanged);
    CHECK(apply("scanlines:low=0,high=0,band_gap=0", layer, context) ==
          std::vector<std::uint8_t>(unchanged.size(), 0));
    CHECK(apply("ghost:shift=0", layer, context) == unchanged);
}

TEST_CASE("ghost: other distances, larger than the picture too") {
    Context context(4);
    std::mt19937 rng(5);
    for (const auto& [w, h] : {std::pair{70, 150}, {3, 2}}) {
        Picture layer(w, h, 3, 0, false, rng);
        auto pixels = layer.pixels();
        const cv::Mat image = mat_of(pixels, w, h);
        for (const int shift : {1, 9, 64}) {
            const auto moved = [&, w = w, h = h](int by) {
                cv::Mat out;
                const cv::Mat matrix = (cv::Mat_<double>(2, 3) << 1, 0, by, 0, 1, by);
                cv::warpAffine(image, out, matrix, cv::Size(w, h), cv::INTER_NEAREST);
                return out;
            };
            cv::Mat first, expected;
            cv::addWeighted(image, 0.2, moved(shift), 0.8, 0, first);
            cv::addWeighted(first, 0.4, moved(-shift), 0.6, 0, expected);
            const auto out = apply("ghost:shift=" + std::to_string(shift), layer, context);
            CHECK(std::equal(out.begin(), out.end(), expected.data));
        }
    }
}
