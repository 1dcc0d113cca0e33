// The film effect: which film frame is shown when, told by the film's flat greys (20 n + 10 in frame n).
#include <doctest/doctest.h>

#ifdef VBG_HAVE_MEDIA

#    include <cmath>
#    include <vbg/frame.hpp>
#    include <vbg/registry.hpp>

#    include "effect_files.hpp"
#    include "support/throws.hpp"

namespace {

using std::chrono::milliseconds;
using vbg::Context;
using vbg::PixelFormat;

/// Shows frames at given moments and tells which film frames they were.
class Player {
public:
    Player(const std::string& spec, double stream_rate) : effect_(vbg::make_effect(spec)) {
        effect_->configure({64, 48, PixelFormat::bgr8, {}, {}, stream_rate}, context_);
    }
    int at(double milliseconds_since_start) {
        layer_.stamp(std::chrono::nanoseconds(std::llround(milliseconds_since_start * 1e6)), 0);
        effect_->apply(layer_.view(), alpha_.view(), out_.view(), context_);
        const int grey = std::to_integer<int>(out_.view().row(24)[3 * 32]);
        const int n = static_cast<int>(std::lround((grey - 10) / 20.0));
        CHECK(std::abs(grey - (20 * n + 10)) <= 4);  // JPEG
        return n;
    }
    void reset() { effect_->reset(); }

private:
    Context context_;
    std::unique_ptr<vbg::Effect> effect_;
    vbg::Frame layer_{64, 48, PixelFormat::bgr8}, out_{64, 48, PixelFormat::bgr8};
    vbg::Mask alpha_{64, 48};
};

}  // namespace

TEST_CASE("video: runs at the film's own speed and loops") {
    const vbg_test::EffectFiles files;  // 10 frames, 25 a second: 40 ms each
    const std::string spec = "video:path=" + files.film();
    {
        Player player(spec, 50);  // a stream twice as fast: each film frame twice
        for (int i = 0; i < 50; ++i) CHECK(player.at(5000 + 20.0 * i) == i / 2 % 10);
    }
    {
        Player player(spec, 12.5);  // half as fast: every other film frame
        for (int i = 0; i < 20; ++i) CHECK(player.at(80.0 * i) == 2 * i % 10);
    }
    {
        Player player(spec + ",speed=0.5", 25);
        for (int i = 0; i < 30; ++i) CHECK(player.at(40.0 * i) == i / 2 % 10);
    }
    {
        Player player(spec, 25);  // no clock: one film frame a call
        for (int i = 0; i < 25; ++i) CHECK(player.at(0) == i % 10);
    }
}

TEST_CASE(
    "video: loop=false stays at the last frame; reset() begins again; a long gap is not caught up with") {
    const vbg_test::EffectFiles files;
    Player once("video:loop=false,path=" + files.film(), 25);
    for (int i = 0; i < 30; ++i) CHECK(once.at(40.0 * i) == std::min(i, 9));
    once.reset();
    CHECK(once.at(7000) == 0);
    CHECK(once.at(7040) == 1);

    Player gap("video:path=" + files.film(), 25);
    CHECK(gap.at(0) == 0);
    CHECK(gap.at(40) == 1);
    CHECK(gap.at(60'000) == 2);  // after a minute's pause: simply the next
    CHECK(gap.at(60'040) == 3);
}

TEST_CASE("video: fit, both colour orders") {
    const vbg_test::EffectFiles files;
    for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
        for (const std::string fit : {"cover", "contain", "stretch", "tile"}) {
            Context context(2);
            auto effect = vbg::make_effect("video:background=#ff0000,fit=" + fit + ",path=" + files.film());
            CHECK(effect->replaces_layer());
            CHECK_FALSE(effect->is_still());
            vbg::Frame frame(200, 64, format);  // the film is 96x64
            const vbg::Mask alpha(200, 64);
            effect->configure({200, 64, format, {}, {}, 25}, context);
            effect->apply(frame.view(), alpha.view(), frame.view(), context);
            const auto* corner = reinterpret_cast<const std::uint8_t*>(frame.view().row(0));
            const int red = corner[format == PixelFormat::bgr8 ? 2 : 0], green = corner[1];
            CHECK(std::abs(red - (fit == "contain" ? 255 : 10)) <= 4);
            CHECK(std::abs(green - (fit == "contain" ? 0 : 10)) <= 4);
        }
    }
}

TEST_CASE("video: missing, empty, cut and no films") {
    const vbg_test::EffectFiles files;
    using vbg::Errc;
    const std::string missing = files.folder() + "/none.mp4", empty = files.folder() + "/empty.mp4";
    const std::string torn = files.folder() + "/torn.avi", text = files.folder() + "/text.mp4";
    vbg_test::write_text(empty, "");
    vbg_test::write_text(text, "no film at all, only a few words in a file");
    auto whole = vbg_test::file_bytes(files.film());
    whole.resize(whole.size() / 2);
    vbg_test::write_bytes(torn, whole);
    vbg_test::check_throws(Errc::not_found, {missing},
                           [&] { (void)vbg::make_effect("video:path=" + missing); });
    for (const auto& bad : {empty, torn, text}) {
        vbg_test::check_throws(Errc::io, {bad}, [&] { (void)vbg::make_effect("video:path=" + bad); });
    }
}

#endif
