// The segmenters without a network.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vbg/vbg.hpp>

#include "segment/frames.hpp"
#include "support/allocation_counter.hpp"
#include "support/simd_targets.hpp"
#include "support/throws.hpp"

using namespace vbg;
using test::at;
using test::noise;
using test::segment;

TEST_CASE("constant: one value everywhere, background by default") {
    const Frame frame = noise(13, 7);
    for (const auto& [spec, value] : {std::pair<const char*, int>{"constant", 0},
                                      {"constant:value=255", 255},
                                      {"constant:value=37", 37}}) {
        auto stage = make_segmenter(spec);
        for (const MaskFormat format : {MaskFormat::u8, MaskFormat::f32}) {
            const Mask mask = segment(*stage, frame, format);
            double most = 0;
            for (int y = 0; y < 7; ++y) {
                for (int x = 0; x < 13; ++x) most = std::max(most, std::abs(at(mask, x, y) - value / 255.));
            }
            CHECK(most < 1e-6);
        }
    }
    vbg_test::check_throws(Errc::invalid_argument, {"constant", "value", "256"},
                           [] { (void)make_segmenter("constant:value=256"); });
}

TEST_CASE("frame_difference: first frame all background, then what changed by more than the threshold") {
    for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
        for (const int threshold : {0, 3, 40}) {
            auto stage = make_segmenter("frame_difference:threshold=" + std::to_string(threshold));
            CHECK(stage->warm_up_frames() == 1);
            const Frame first = noise(61, 33, format, 1);
            Frame second(61, 33, format);
            std::mt19937 random(5);
            for (int y = 0; y < 33; ++y) {
                for (int i = 0; i < 183; ++i) {
                    const int v = std::to_integer<int>(first.view().row(y)[i]);
                    const int change = static_cast<int>(random() % 13) - 6 + (i % 60 < 20 ? 40 : 0);
                    second.view().row(y)[i] = static_cast<std::byte>(std::clamp(v + change, 0, 255));
                }
            }
            Context context(2);
            Mask mask(61, 33), again(61, 33);
            fill(mask.view(), 255);
            stage->configure(test::spec_of(first), context);
            stage->segment(first.view(), mask.view(), context);
            CHECK(test::largest(mask) == 0);
            stage->segment(second.view(), mask.view(), context);
            int wrong = 0, people = 0;
            for (int y = 0; y < 33; ++y) {
                for (int x = 0; x < 61; ++x) {
                    double grey = 0;
                    const double weights[3] = {0.299, 0.587, 0.114};  // R, G, B
                    for (int c = 0; c < 3; ++c) {
                        const int i = 3 * x + c;
                        const int difference = std::abs(std::to_integer<int>(first.view().row(y)[i]) -
                                                        std::to_integer<int>(second.view().row(y)[i]));
                        grey += weights[format == PixelFormat::bgr8 ? 2 - c : c] * difference;
                    }
                    people += at(mask, x, y) == 1;
                    if (std::abs(grey - std::floor(grey) - 0.5) < 0.01)
                        continue;  // rounding may go either way
                    wrong += (std::lround(grey) > threshold) != (at(mask, x, y) == 1);
                }
            }
            CHECK(wrong == 0);
            CHECK(people > 50);
            // The same frame again: nothing has moved.
            stage->segment(second.view(), again.view(), context);
            CHECK(test::largest(again) == 0);
            // After reset() the next frame is a first one.
            stage->reset();
            stage->segment(first.view(), again.view(), context);
            CHECK(test::largest(again) == 0);
        }
    }
}

TEST_CASE("chroma_key: the key is background, its shadow too, the person's colours are not") {
    for (const char* space : {"ycbcr", "hsv"}) {
        CAPTURE(space);
        const std::string spec = std::string("chroma_key:space=") + space;
        const auto alpha_of = [&](int r, int g, int b, const std::string& more, PixelFormat format) {
            Frame frame(5, 3, format);
            fill(frame.view(), static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
                 static_cast<std::uint8_t>(b));
            return at(segment(*make_segmenter(spec + more), frame), 4, 2);
        };
        for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            CHECK(alpha_of(0, 255, 0, "", format) == 0);
            CHECK(alpha_of(20, 220, 40, "", format) == 0);
            CHECK(alpha_of(224, 172, 105, "", format) == 1);  // skin
            CHECK(alpha_of(255, 255, 255, "", format) == 1);
            CHECK(alpha_of(10, 10, 10, "", format) == 1);
            CHECK(alpha_of(40, 60, 160, "", format) == 1);
            CHECK(alpha_of(0, 0, 255, ",key=blue", format) == 0);
            CHECK(alpha_of(0, 255, 0, ",key=blue", format) == 1);
            // Without tolerance and softness only the very colour goes.
            CHECK(alpha_of(0, 255, 0, ",tolerance=0,softness=0", format) == 0);
            CHECK(alpha_of(60, 255, 0, ",tolerance=0,softness=0", format) == 1);
        }
    }
    // The shadow of the screen: hue and saturation stay as they are.
    Frame shadow(2, 2, PixelFormat::bgr8);
    fill(shadow.view(), 0, 90, 0);
    CHECK(at(segment(*make_segmenter("chroma_key:space=hsv"), shadow), 0, 0) == 0);
}

TEST_CASE("chroma_key rises steadily over its softness") {
    // From the key to grey along one line: the distance of (Cb, Cr) shrinks in proportion.
    const auto distance = [](double share) { return 0.5339 * share; };  // |(Cb, Cr)| of pure green
    Frame frame(101, 1, PixelFormat::rgb8);
    for (int x = 0; x <= 100; ++x) {
        const double share = x / 100.;  // 0: key, 1: grey of the same luma
        const double luma = 0.587 * 255;
        frame.view().row(0)[3 * x] = static_cast<std::byte>(std::lround(luma * share));
        frame.view().row(0)[3 * x + 1] = static_cast<std::byte>(std::lround(255 + (luma - 255) * share));
        frame.view().row(0)[3 * x + 2] = static_cast<std::byte>(std::lround(luma * share));
    }
    const Mask mask =
        segment(*make_segmenter("chroma_key:tolerance=0.1,softness=0.3"), frame, MaskFormat::f32);
    double most = 0;
    for (int x = 0; x <= 100; ++x) {
        most =
            std::max(most, std::abs(at(mask, x, 0) - std::clamp((distance(x / 100.) - 0.1) / 0.3, 0., 1.)));
    }
    CHECK(most < 0.02);
}

TEST_CASE("background_subtraction learns the room and finds who comes in") {
    const StageEntry* entry = find_stage(StageKind::segmenter, "background_subtraction");
    REQUIRE(entry != nullptr);
    if (!entry->why_not().empty()) {
        vbg_test::check_throws(Errc::not_built, {"VBG_MEDIA"},
                               [] { (void)make_segmenter("background_subtraction"); });
        MESSAGE("SKIP: background_subtraction: " << entry->why_not());
        return;
    }
    for (const char* method : {"mog2", "knn"}) {
        CAPTURE(method);
        auto stage = make_segmenter(std::string("background_subtraction:history=50,method=") + method);
        Context context;
        const Frame room = noise(96, 64, PixelFormat::bgr8, 3);
        Frame person(96, 64, PixelFormat::bgr8);
        copy_pixels(room.view(), person.view());
        for (int y = 20; y < 60; ++y) {
            for (int x = 30; x < 60; ++x) {
                auto* p = person.view().row(y) + 3 * x;
                for (int c = 0; c < 3; ++c) p[c] = static_cast<std::byte>(std::to_integer<int>(p[c]) ^ 128);
            }
        }
        Mask mask(96, 64), floats(96, 64, MaskFormat::f32);
        stage->configure(test::spec_of(room), context);
        fill(mask.view(), 255);
        stage->segment(room.view(), mask.view(), context);
        CHECK(test::largest(mask) == 0);  // the first frame shows nobody
        for (int i = 0; i < 30; ++i) stage->segment(room.view(), mask.view(), context);
        CHECK(test::largest(mask) == 0);
        stage->segment(person.view(), floats.view(), context);
        int wrong = 0;
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 96; ++x) {
                const bool inside = x >= 30 && x < 60 && y >= 20 && y < 60;
                wrong += (at(floats, x, y) == 1) != inside;
            }
        }
        CHECK(wrong < 12);
        // Bottom-up frames are the same frames.
        stage->reset();
        ConstFrameView flipped = room.view();
        flipped.planes[0] = {flipped.row(63), -flipped.planes[0].stride};
        for (int i = 0; i < 10; ++i) {  // the room is never shown, however little is known
            stage->segment(flipped, mask.view(), context);
            CHECK(test::largest(mask) == 0);
        }
    }
}

TEST_CASE("every instruction set gives the same mattes") {
    const Frame a = noise(83, 21, PixelFormat::bgr8, 1), b = noise(83, 21, PixelFormat::bgr8, 2);
    for (const char* spec :
         {"chroma_key:tolerance=0.1,softness=0.6", "chroma_key:space=hsv,tolerance=0.1,softness=1.5",
          "frame_difference:threshold=60"}) {
        CAPTURE(spec);
        std::vector<Mask> mattes;
        vbg_test::for_each_simd_target([&] {
            auto stage = make_segmenter(spec);
            Context context;
            stage->configure(test::spec_of(a), context);
            Mask u8(83, 21), f32(83, 21, MaskFormat::f32);
            stage->segment(a.view(), u8.view(), context);
            stage->segment(b.view(), u8.view(), context);
            stage->segment(a.view(), f32.view(), context);  // changes are the same both ways
            if (std::string(spec).starts_with("chroma")) stage->segment(b.view(), f32.view(), context);
            mattes.push_back(std::move(u8));
            mattes.push_back(std::move(f32));
        });
        double most = 0, sum = 0;
        for (const Mask& mask : mattes) {
            for (int y = 0; y < 21; ++y) {
                for (int x = 0; x < 83; ++x) {
                    most = std::max(most, std::abs(at(mask, x, y) - at(mattes[0], x, y)));
                    sum += at(mask, x, y);
                }
            }
        }
        CHECK(most <= 1.01 / 255);
        CHECK(sum > 100);
    }
}

TEST_CASE("segmenters without a network: any layout, any thread count, no allocation") {
    for (const char* spec : {"constant:value=9", "frame_difference", "chroma_key:tolerance=0.2,softness=0.5",
                             "chroma_key:space=hsv,softness=1"}) {
        CAPTURE(spec);
        for (const auto& [width, height] : {std::pair(1, 1), {7, 1}, {1, 9}, {131, 67}}) {
            const Frame a = noise(width, height, PixelFormat::bgr8, 1),
                        b = noise(width, height, PixelFormat::bgr8, 2);
            Mask wanted(width, height);
            for (const int threads : {1, 3}) {
                Context context(threads);
                auto stage = make_segmenter(spec);
                stage->configure(test::spec_of(a), context);
                Mask u8(width, height), f32(width, height, MaskFormat::f32);
                fill(u8.view(), 77);
                fill(f32.view(), 77);
                MaskView bottom_up = u8.view();
                bottom_up.data = bottom_up.row(height - 1);
                bottom_up.stride = -bottom_up.stride;
                context.parallel_rows(64, 1, [](int, int) {});  // its threads have started
                const AllocationCounter counter;
                stage->segment(a.view(), bottom_up, context);
                stage->segment(b.view(), bottom_up, context);
                stage->reset();
                stage->segment(a.view(), f32.view(), context);
                stage->segment(b.view(), f32.view(), context);
                const auto allocated = counter.count();
                if (AllocationCounter::works()) CHECK(allocated == 0);
                if (threads == 1) {
                    for (int y = 0; y < height; ++y)
                        std::copy_n(bottom_up.row(y), width, wanted.view().row(y));
                }
                double most = 0;
                int wrong = 0;
                for (int y = 0; y < height; ++y) {
                    for (int x = 0; x < width; ++x) {
                        wrong += bottom_up.row(y)[x] != wanted.view().row(y)[x];
                        most = std::max(most, std::abs(at(f32, x, y) - at(wanted, x, y)));
                    }
                }
                CHECK(wrong == 0);
                CHECK(most <= 0.5001 / 255);
            }
        }
    }
}
