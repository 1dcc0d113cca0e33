// What every effect in the registry must keep, whatever it does. A new effect is picked up by itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>
#include <vector>

#include "effect_files.hpp"
#include "support/allocation_counter.hpp"
#include "support/picture.hpp"
#include "support/throws.hpp"

namespace {

using vbg::Context;
using vbg::Effect;
using vbg::PixelFormat;
using vbg_test::Picture;

bool has(const vbg::StageEntry& entry, std::string_view parameter) {
    return std::any_of(entry.parameters.begin(), entry.parameters.end(),
                       [&](const vbg::Parameter& p) { return p.name == parameter; });
}

/// Calls `body(entry, spec)` for each effect that works here, made repeatable where it is random.
void for_each_effect(const std::function<void(const vbg::StageEntry&, const std::string&)>& body) {
    const vbg_test::EffectFiles files;
    for (const vbg::StageEntry* entry : vbg::list_stages(vbg::StageKind::effect)) {
        const std::string reason = entry->why_not ? entry->why_not() : std::string();
        if (!reason.empty()) {
            MESSAGE("SKIP ", std::string(entry->name), ": ", reason);
            continue;
        }
        std::string spec(entry->name);
        const char* separator = ":";
        if (has(*entry, "seed")) {
            spec += ":seed=7";
            separator = ",";
        }
        if (has(*entry, "path")) {
            spec.append(separator).append("path=").append(entry->name == "video" ? files.film()
                                                                                 : files.picture());
        }
        INFO("effect ", spec);
        body(*entry, spec);
    }
}

/// A matte with a soft edge down the middle: all three kinds of alpha.
void half_and_half(Picture& alpha) {
    for (int y = 0; y < alpha.height(); ++y) {
        for (int x = 0; x < alpha.width(); ++x) {
            const int v = 128 + 40 * (x - alpha.width() / 2);
            alpha.at(x, y) = static_cast<std::uint8_t>(std::clamp(v, 0, 255));
        }
    }
}

constexpr int kSizes[][2] = {{1, 1}, {2, 1}, {1, 7}, {7, 5}, {64, 3}, {65, 140}, {333, 257}};

}  // namespace

TEST_CASE("every effect: in place, strides, threads, configuring again; nothing outside the picture") {
    for_each_effect([](const vbg::StageEntry&, const std::string& text) {
        Context one(1), four(4);
        auto effect = vbg::make_effect(text);
        std::mt19937 rng(3);
        for (const auto& size : kSizes) {
            const int w = size[0], h = size[1];
            INFO(w, "x", h);
            const vbg::FrameSpec spec{w, h, PixelFormat::bgr8, {}, {}, 30};
            Picture tight(w, h, 3, 0, false, rng), alpha(w, h, 1, 0, false, rng), out(w, h, 3, 0, false, rng);
            half_and_half(alpha);
            effect->configure(spec, one);
            effect->apply(tight.frame(PixelFormat::bgr8), alpha.mask(), out.frame(PixelFormat::bgr8), one);
            const auto expected = out.pixels();

            Picture padded(w, h, 3, 11, true, rng), padded_alpha(w, h, 1, 5, true, rng);
            Picture padded_out(w, h, 3, 17, false, rng);
            padded.set_pixels(tight.pixels());
            padded_alpha.set_pixels(alpha.pixels());
            Picture wanted = padded_out;
            wanted.set_pixels(expected);
            const auto before = padded.bytes();
            effect->configure(spec, four);
            effect->apply(padded.frame(PixelFormat::bgr8), padded_alpha.mask(),
                          padded_out.frame(PixelFormat::bgr8), four);
            CHECK(padded_out.bytes() == wanted.bytes());
            CHECK(padded.bytes() == before);  // the input is left as it was

            for (Context* context : {&one, &four}) {
                Picture same = padded, same_wanted = padded;
                same_wanted.set_pixels(expected);
                effect->reset();
                effect->apply(same.frame(PixelFormat::bgr8), padded_alpha.mask(),
                              same.frame(PixelFormat::bgr8), *context);
                CHECK(same.bytes() == same_wanted.bytes());
            }
        }
    });
}

TEST_CASE("every effect: red first gives the same picture as blue first") {
    for_each_effect([](const vbg::StageEntry&, const std::string& text) {
        Context context;
        auto effect = vbg::make_effect(text);
        std::mt19937 rng(4);
        for (const auto& size : kSizes) {
            const int w = size[0], h = size[1];
            Picture bgr(w, h, 3, 0, false, rng), rgb(w, h, 3, 0, false, rng), alpha(w, h, 1, 0, false, rng);
            half_and_half(alpha);
            const auto swapped = [w, h](Picture& from, Picture& to) {
                for (int y = 0; y < h; ++y) {
                    for (int i = 0; i < 3 * w; ++i) to.at(i / 3, y, i % 3) = from.at(i / 3, y, 2 - i % 3);
                }
            };
            swapped(bgr, rgb);
            effect->configure({w, h, PixelFormat::bgr8, {}, {}, 30}, context);
            effect->apply(bgr.frame(PixelFormat::bgr8), alpha.mask(), bgr.frame(PixelFormat::bgr8), context);
            effect->configure({w, h, PixelFormat::rgb8, {}, {}, 30}, context);
            effect->apply(rgb.frame(PixelFormat::rgb8), alpha.mask(), rgb.frame(PixelFormat::rgb8), context);
            Picture back = rgb;
            swapped(rgb, back);
            CHECK(back.pixels() == bgr.pixels());
        }
    });
}

TEST_CASE("every effect: no heap allocation after configure()") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations are not counted in this build");
        return;
    }
    for_each_effect([](const vbg::StageEntry& entry, const std::string& text) {
        if (entry.name == "video")
            return;  // the film decoder's own affair; fitting is counted in test_fit.cpp
        for (const int threads : {1, 3}) {
            Context context(threads);
            auto effect = vbg::make_effect(text);
            std::mt19937 rng(5);
            Picture layer(640, 361, 3, 0, false, rng), alpha(640, 361, 1, 0, false, rng);
            effect->configure({640, 361, PixelFormat::bgr8, {}, {}, 30}, context);
            context.parallel_rows(64, 1, [](int, int) {});  // its threads have started, with what that takes
            const AllocationCounter counter;
            for (int i = 0; i < 3; ++i) {
                effect->apply(layer.frame(PixelFormat::bgr8), alpha.mask(), layer.frame(PixelFormat::bgr8),
                              context);
            }
            CHECK(counter.count() == 0);
        }
    });
}

TEST_CASE("every effect: a frame of 8000x6000") {
    const int w = 8000, h = 6000;
    vbg::Frame frame(w, h, PixelFormat::bgr8);
    vbg::Mask alpha(w, h);
    for_each_effect([&](const vbg::StageEntry& entry, const std::string& text) {
        Context context(0);
        auto effect = vbg::make_effect(text);
        vbg::fill(frame.view(), 10, 20, 30);
        effect->configure({w, h, PixelFormat::bgr8, {}, {}, 30}, context);
        effect->apply(frame.view(), alpha.view(), frame.view(), context);
        // Something flat that can be told without the effect's help: of a flat picture only the outermost
        // pixels and the hologram's and scan lines' rows are anything else.
        const auto* middle = reinterpret_cast<const std::uint8_t*>(frame.view().row(h / 2 + 2)) + 3 * (w / 2);
        const std::vector<int> pixel = {middle[0], middle[1], middle[2]};
        static const std::map<std::string_view, std::vector<int>> kExpected = {
            {"scanlines", {30, 20, 10}}, {"ghost", {30, 20, 10}},    {"flip", {30, 20, 10}},
            {"blur", {30, 20, 10}},      {"pixelate", {30, 20, 10}}, {"grayscale", {18, 18, 18}},
            {"color", {64, 177, 0}}};
        const auto expected = kExpected.find(entry.name);
        if (expected != kExpected.end()) CHECK(pixel == expected->second);
    });
}

TEST_CASE("every effect: what it refuses") {
    for_each_effect([](const vbg::StageEntry&, const std::string& text) {
        Context context;
        auto effect = vbg::make_effect(text);
        vbg::Frame frame(32, 16, PixelFormat::bgr8), other(32, 15, PixelFormat::bgr8);
        vbg::Mask alpha(32, 16), small(16, 16);
        vbg_test::check_throws(vbg::Errc::wrong_state, {std::string(effect->name()), "configure"},
                               [&] { effect->apply(frame.view(), alpha.view(), frame.view(), context); });
        vbg_test::check_throws(vbg::Errc::unsupported_format, {"nv12"}, [&] {
            effect->configure({32, 16, PixelFormat::nv12, {}, {}, 0}, context);
        });
        effect->configure({32, 16, PixelFormat::bgr8, {}, {}, 0}, context);
        vbg_test::check_throws(vbg::Errc::invalid_argument, {"32x15"},
                               [&] { effect->apply(other.view(), alpha.view(), frame.view(), context); });
        vbg_test::check_throws(vbg::Errc::invalid_argument, {"16x16"},
                               [&] { effect->apply(frame.view(), small.view(), frame.view(), context); });
        vbg_test::check_throws(vbg::Errc::invalid_argument, {}, [&] {
            std::string wrong = text;
            wrong.append(text.find(':') == std::string::npos ? ":" : ",").append("no_such=1");
            (void)vbg::make_effect(wrong);
        });
    });
}

TEST_CASE("every effect: makers that replace the layer do not look at it") {
    for_each_effect([](const vbg::StageEntry&, const std::string& text) {
        Context context;
        auto effect = vbg::make_effect(text);
        if (!effect->replaces_layer()) {
            CHECK_FALSE(effect->is_still());
            return;
        }
        std::mt19937 rng(6);
        std::vector<std::uint8_t> results[2];
        for (auto& result : results) {  // other pixels and another matte each time
            Picture layer(50, 40, 3, 0, false, rng), alpha(50, 40, 1, 0, false, rng),
                out(50, 40, 3, 0, false, rng);
            effect->configure({50, 40, PixelFormat::bgr8, {}, {}, 30}, context);
            effect->apply(layer.frame(PixelFormat::bgr8), alpha.mask(), out.frame(PixelFormat::bgr8),
                          context);
            result = out.pixels();
        }
        CHECK(results[0] == results[1]);
    });
}
