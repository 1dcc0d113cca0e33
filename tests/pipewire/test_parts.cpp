// The parts of the PipeWire sink that need no daemon, and what it says where none is.
#include <doctest/doctest.h>
#include <spa/param/video/format-utils.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include <vbg/registry.hpp>

#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

#include "io/pipewire/entry.hpp"
#include "io/pipewire/params.hpp"
#include "io/pipewire/relay.hpp"
#include "io/pipewire/sink.hpp"

using namespace vbg;
using namespace vbg::pipewire;
using namespace vbg_test;
using namespace std::chrono_literals;

namespace {

/// An environment variable as it was, afterwards.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* old = getenv(name))
            had_ = old;
        else
            was_unset_ = true;
        set(value);
    }
    ~Variable() { set(was_unset_ ? nullptr : had_.c_str()); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    void set(const char* value) const { value == nullptr ? unsetenv(name_) : setenv(name_, value, 1); }
    const char* name_;
    std::string had_;
    bool was_unset_ = false;
};

bool offers(const std::vector<VideoFormat>& list, PixelFormat pixel) {
    return std::any_of(list.begin(), list.end(), [&](const VideoFormat& f) { return f.pixel == pixel; });
}

}  // namespace

TEST_CASE("every pixel format has a name in PipeWire, and only one meaning") {
    for (const PixelFormat f :
         {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8, PixelFormat::gray8,
          PixelFormat::yuyv, PixelFormat::uyvy, PixelFormat::nv12, PixelFormat::i420}) {
        const auto list = offered_formats(f, 640, 480);
        REQUIRE_FALSE(list.empty());
        for (const VideoFormat& v : list) CHECK(pixel_format_of(v.spa) == f);
    }
    CHECK(pixel_format_of(SPA_VIDEO_FORMAT_ENCODED) == PixelFormat::unknown);
    // Byte order in memory is what PipeWire's names mean, too.
    CHECK(pixel_format_of(SPA_VIDEO_FORMAT_BGRA) == PixelFormat::bgra8);
    CHECK(pixel_format_of(SPA_VIDEO_FORMAT_RGBx) == PixelFormat::rgba8);
    CHECK(pixel_format_of(SPA_VIDEO_FORMAT_YUY2) == PixelFormat::yuyv);
}

TEST_CASE("auto offers what every reader lays out alike, YUY2 first, and no grey camera") {
    const auto hd = offered_formats(PixelFormat::unknown, 1280, 720);
    CHECK(hd.front().spa == SPA_VIDEO_FORMAT_YUY2);
    CHECK(offers(hd, PixelFormat::i420));
    CHECK_FALSE(offers(hd, PixelFormat::gray8));
    const auto odd = offered_formats(PixelFormat::unknown, 1366, 768);
    CHECK(offers(odd, PixelFormat::yuyv));
    CHECK_FALSE(offers(odd, PixelFormat::i420));
    CHECK_FALSE(offers(odd, PixelFormat::nv12));
    CHECK(offers(offered_formats(PixelFormat::unknown, 33, 7), PixelFormat::bgra8));
    CHECK_FALSE(offers(offered_formats(PixelFormat::unknown, 33, 7), PixelFormat::yuyv));
}

TEST_CASE("sizes are rounded down where rows of planes would need padding") {
    CHECK(fitting_size(PixelFormat::i420, 1366, 769) == Size{1360, 768});
    CHECK(fitting_size(PixelFormat::nv12, 1366, 769) == Size{1364, 768});
    CHECK(fitting_size(PixelFormat::yuyv, 1367, 769) == Size{1366, 769});
    CHECK(fitting_size(PixelFormat::rgb8, 1367, 769) == Size{1367, 769});
    CHECK(fitting_size(PixelFormat::unknown, 1367, 769) == Size{1367, 769});
    CHECK(fitting_size(PixelFormat::i420, 1280, 720) == Size{1280, 720});
}

TEST_CASE("layouts are the ones readers take for granted") {
    const Layout i420 = layout_of(PixelFormat::i420, 640, 480, {});
    CHECK(i420.bytes == 640 * 480 * 3 / 2);
    CHECK(i420.offset[1] == 640 * 480);
    CHECK(i420.offset[2] == 640 * 480 * 5 / 4);
    CHECK(i420.stride[2] == 320);
    const Layout nv12 = layout_of(PixelFormat::nv12, 640, 480, {});
    CHECK(nv12.bytes == 640 * 480 * 3 / 2);
    CHECK(nv12.stride[1] == 640);
    CHECK(layout_of(PixelFormat::yuyv, 33, 2, {}).stride[0] == 68);
    const Layout rgb = layout_of(PixelFormat::rgb8, 33, 7, {});
    CHECK(rgb.stride[0] == 100);  // 99 bytes and one of padding
    CHECK(rgb.bytes == 700);

    std::vector<std::byte> memory(i420.bytes, std::byte{0});
    const FrameView view = view_of(i420, memory.data());
    const Frame noise = noise_frame(640, 480, PixelFormat::i420);
    copy_pixels(noise.view(), view);
    CHECK(equal_pixels(noise.view(), view));
}

TEST_CASE("an offer read back by PipeWire's own parser says what was promised") {
    const Promise promise{PixelFormat::unknown, 1280, 720, 30000, 1001, {Matrix::bt709, Range::full}};
    ParamList list;
    list.offer(promise);
    REQUIRE(list.size() == offered_formats(PixelFormat::unknown, 1280, 720).size());
    for (std::uint32_t i = 0; i < list.size(); ++i) {
        spa_video_info_raw info{};
        REQUIRE(spa_format_video_raw_parse(list.data()[i], &info) >= 0);
        CHECK(info.size.width == 1280);
        CHECK(info.size.height == 720);
        CHECK(info.framerate.num == 30000);
        CHECK(info.framerate.denom == 1001);
        if (info.format == SPA_VIDEO_FORMAT_YUY2) {
            CHECK(info.color_matrix == SPA_VIDEO_COLOR_MATRIX_BT709);
            CHECK(info.color_range == SPA_VIDEO_COLOR_RANGE_0_255);
        }
        const auto layout = agreed_layout(list.data()[i], promise);
        REQUIRE(layout.has_value());
        CHECK(layout->format == pixel_format_of(info.format));
        CHECK(layout->width == 1280);
    }
    Promise other = promise;
    other.width = 640;
    CHECK_FALSE(agreed_layout(list.data()[0], other).has_value());
}

TEST_CASE("the relay keeps the newest whole frame, and waits no longer than it may") {
    FrameRelay relay({16, 8, PixelFormat::gray8, {}, {}, 0});
    const Frame a = noise_frame(16, 8, PixelFormat::gray8);
    Frame b(16, 8, PixelFormat::gray8);
    CHECK_FALSE(relay.waits());
    CHECK_FALSE(relay.take());
    CHECK(relay.put(a.view(), 10s));  // at once: none waits
    CHECK(relay.waits());
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(relay.put(b.view(), 50ms));  // replaces the one that waits
    CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
    CHECK(relay.take());
    CHECK(equal_pixels(relay.shown(), b.view()));
    CHECK_FALSE(relay.waits());
    CHECK(relay.any());
    CHECK(relay.put(a.view(), 10s));
    CHECK(equal_pixels(relay.shown(), b.view()));  // until it is taken
    CHECK_FALSE(relay.drain(20ms));
    std::thread taker([&] {
        std::this_thread::sleep_for(30ms);
        relay.take();
    });
    CHECK(relay.put(b.view(), 10s));  // waits for the taker, replaces nothing
    taker.join();
    CHECK(equal_pixels(relay.shown(), a.view()));
}

TEST_CASE("two threads never see half a frame in the relay") {
    FrameRelay relay({64, 64, PixelFormat::gray8, {}, {}, 0});
    std::thread writer([&] {
        Frame f(64, 64, PixelFormat::gray8);
        for (int i = 1; i <= 2000; ++i) {
            const auto grey = static_cast<std::uint8_t>(i);
            fill(f.view(), grey, grey, grey);
            relay.put(f.view(), 0s);
        }
    });
    int torn = 0;
    for (int i = 0; i < 2000; ++i) {
        if (!relay.take()) continue;
        const ConstFrameView v = relay.shown();
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x) torn += v.row(y)[x] != v.row(0)[0] ? 1 : 0;
    }
    writer.join();
    CHECK(torn == 0);
}

TEST_CASE("without a daemon the sink says where it looked and what to start") {
    TempDir dir;
    const Variable no_own("PIPEWIRE_RUNTIME_DIR", nullptr), no_remote("PIPEWIRE_REMOTE", nullptr);
    const FrameSpec spec{64, 48, PixelFormat::bgr8, {}, {}, 30};
    const std::string folder = dir / "";
    {
        const Variable session("XDG_RUNTIME_DIR", folder.c_str());
        auto sink = make_sink("pipewire");
        check_throws(Errc::device,
                     {"no PipeWire daemon", "pipewire-0", "systemctl --user start pipewire wireplumber"},
                     [&] { sink->open(spec); });
        CHECK_FALSE(sink->is_open());
        check_throws(Errc::device, {"pipewire-0"}, [&] { sink->open(spec); });  // and again
    }
    const Variable session("XDG_RUNTIME_DIR", nullptr);
    auto sink = make_sink("pipewire:name=other");
    check_throws(Errc::device, {"XDG_RUNTIME_DIR is not set", "/run/user/"}, [&] { sink->open(spec); });
}

TEST_CASE("the doctor says whether PipeWire is an answer here") {
    TempDir dir;
    const Variable no_own("PIPEWIRE_RUNTIME_DIR", nullptr);
    {
        const Variable session("XDG_RUNTIME_DIR", nullptr);
        CHECK(diagnose_pipewire().text.find("XDG_RUNTIME_DIR") != std::string::npos);
    }
    const std::string folder = dir.path();
    const Variable session("XDG_RUNTIME_DIR", folder.c_str());
    const Finding none = diagnose_pipewire();
    CHECK(none.severity == Severity::info);
    CHECK(none.text.find(folder + "/pipewire-0") != std::string::npos);
    CHECK(none.fix.find("systemctl --user start pipewire") == 0);
    std::ofstream(folder + "/pipewire-0").put('x');
    CHECK(diagnose_pipewire().severity == Severity::ok);
}

TEST_CASE("parameters are checked before anything is connected") {
    check_throws(Errc::invalid_argument, {"pipewire", "name is empty"},
                 [] { (void)make_sink("pipewire:name="); });
    check_throws(Errc::invalid_argument, {"format"}, [] { (void)make_sink("pipewire:format=mjpeg"); });
    auto sink = make_sink("pipewire:format=yuyv");
    CHECK(sink->demand() == Demand::unknown);
    CHECK(sink->counters().shown == 0);
    check_throws(Errc::invalid_argument, {"1x1", "yuyv"}, [&] {
        sink->open({1, 1, PixelFormat::bgr8, {}, {}, 30});
    });
}
