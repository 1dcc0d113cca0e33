// The preview window on a screen in memory, looked at by another client of that screen.
#include <doctest/doctest.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>
#include <vbg/pipeline.hpp>

#include "support/fake_camera.hpp"
#include "support/stages.hpp"
#include "support/throws.hpp"

#ifdef VBG_HAVE_PREVIEW
#    include "support/x_server.hpp"
#endif

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

#ifndef VBG_HAVE_PREVIEW

TEST_CASE("without libxcb the preview says how to get it") {
    vbg_test::check_throws(Errc::not_built, {"VBG_PREVIEW"}, [] { (void)make_sink("preview"); });
}

#else

namespace {

constexpr int kWidth = 160, kHeight = 120;
constexpr FrameSpec kSpec{.width = kWidth, .height = kHeight, .format = PixelFormat::bgr8, .fps = 30};

/// A screen, or a reason.
std::optional<XServer> screen() {
    auto server = XServer::start(800, 600);
    if (!server) MESSAGE("SKIP: Xvfb is not installed (Debian: xvfb)");
    return server;
}

/// Every pixel another one.
Frame picture(int shift = 0) {
    Frame frame(kWidth, kHeight, PixelFormat::bgr8);
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            std::byte* p = frame.view().row(y) + static_cast<std::ptrdiff_t>(x) * 3;
            p[0] = static_cast<std::byte>(x + shift);
            p[1] = static_cast<std::byte>(2 * y);
            p[2] = static_cast<std::byte>(x * y);
        }
    }
    return frame;
}

/// Whether the screen shows exactly `frame` in its top left corner, column c at place(c).
template <class Place>
bool shows(const XViewer& viewer, const Frame& frame, Place place) {
    const cv::Mat shot = viewer.screenshot(frame.width(), frame.height());
    if (shot.empty()) return false;
    for (int y = 0; y < frame.height(); ++y) {
        for (int x = 0; x < frame.width(); ++x) {
            const auto* seen = shot.ptr<std::uint8_t>(y) + static_cast<std::ptrdiff_t>(place(x)) * 4;
            if (std::memcmp(seen, frame.view().row(y) + static_cast<std::ptrdiff_t>(x) * 3, 3) != 0)
                return false;
        }
    }
    return true;
}

int as_it_is(int x) { return x; }
int mirrored(int x) { return kWidth - 1 - x; }

std::unique_ptr<Sink> open_preview(const XServer& server, const std::string& more = "") {
    auto sink = make_sink("preview:display='" + server.display() + "'" + more);
    (void)sink->open(kSpec);
    return sink;
}

}  // namespace

TEST_CASE("where there is no display it says so, and what to do") {
    auto sink = make_sink("preview:display=:7654");
    vbg_test::check_throws(Errc::device, {":7654", "graphical session"}, [&] { (void)sink->open(kSpec); });
    const char* before = std::getenv("DISPLAY");
    const std::string kept = before != nullptr ? before : "";
    ::unsetenv("DISPLAY");
    auto unnamed = make_sink("preview");
    vbg_test::check_throws(Errc::device, {"DISPLAY is not set", "leave the preview out"},
                           [&] { (void)unnamed->open(kSpec); });
    CHECK(unnamed->demand() == Demand::none);
    if (before != nullptr) ::setenv("DISPLAY", kept.c_str(), 1);
}

TEST_CASE("the window shows every pixel, the newest frame, and mirrors where asked to") {
    auto server = screen();
    if (!server) return;
    const XViewer viewer(server->display());
    {
        auto sink = open_preview(*server, ",title=hello");
        CHECK(sink->demand() == Demand::wanted);
        for (int i = 0; i < 5; ++i) sink->write(picture(i).view());
        CHECK(eventually([&] { return shows(viewer, picture(4), as_it_is); }));
        CHECK(viewer.size() == cv::Size(kWidth, kHeight));
        CHECK(viewer.title() == "hello");
        CHECK(eventually([&] { return sink->counters().shown + sink->counters().dropped == 5; }));
        sink->close();
        CHECK(eventually([&] { return !viewer.window(); }));  // the server sees that its program has gone
        CHECK(sink->demand() == Demand::none);
        (void)sink->open(kSpec);  // again
        sink->write(picture(9).view());
        CHECK(eventually([&] { return shows(viewer, picture(9), as_it_is); }));
    }
    auto sink = open_preview(*server, ",mirror=yes");
    sink->write(picture().view());
    CHECK(eventually([&] { return shows(viewer, picture(), mirrored); }));
}

TEST_CASE(
    "another size of the window scales the picture, black around it; a large frame gets a window that fits") {
    auto server = screen();
    if (!server) return;
    const XViewer viewer(server->display());
    auto sink = open_preview(*server);
    Frame white(kWidth, kHeight, PixelFormat::bgr8);
    fill(white.view(), 255, 255, 255);
    sink->write(white.view());
    REQUIRE(eventually([&] { return shows(viewer, white, as_it_is); }));
    viewer.resize(400, 240);  // the picture is 320 wide there, 40 black on each side
    const auto value = [&](int x, int y) {
        const cv::Mat shot = viewer.screenshot(400, 240);
        return shot.empty() ? -1 : static_cast<int>(shot.at<cv::Vec4b>(y, x)[1]);
    };
    CHECK(eventually([&] {
        return value(39, 120) == 0 && value(40, 0) == 255 && value(359, 239) == 255 && value(360, 120) == 0;
    }));
    sink->close();
    (void)sink->open({.width = 1920, .height = 1080, .format = PixelFormat::bgr8, .fps = 30});
    CHECK(viewer.size() == cv::Size(720, 405));
    CHECK(sink->counters().dropped == 0);
}

TEST_CASE("q, Esc and the window's button close it; frames go on, or end with ECANCELED") {
    auto server = screen();
    if (!server) return;
    const XViewer viewer(server->display());
    for (const char* how : {"q", "escape", "button"}) {
        for (const bool stop : {false, true}) {
            CAPTURE(std::string(how));
            auto sink = open_preview(*server, stop ? ",on_close=stop" : "");
            sink->write(picture().view());
            REQUIRE(eventually([&] { return shows(viewer, picture(), as_it_is); }));
            viewer.press('x');  // not that one
            sink->write(picture(1).view());
            REQUIRE(eventually([&] { return shows(viewer, picture(1), as_it_is); }));
            CHECK(sink->demand() == Demand::wanted);
            if (how == std::string("button")) {
                viewer.press_close_button();
            } else {
                viewer.press(how == std::string("q") ? 'q' : 0xff1b);
            }
            CHECK(eventually([&] { return sink->demand() == Demand::none && !viewer.window(); }));
            if (stop) {
                try {
                    sink->write(picture().view());
                    FAIL("nothing was thrown");
                } catch (const Error& e) {
                    CHECK(e.code() == Errc::io);
                    CHECK(e.sys_errno() == ECANCELED);
                }
            } else {
                sink->write(picture().view());
            }
            sink->close();
        }
    }
}

TEST_CASE("a display that is stuck or dies stops nothing") {
    for (const bool dies : {false, true}) {
        auto server = screen();
        if (!server) return;
        auto sink = open_preview(*server);
        sink->write(picture().view());
        if (dies) {
            server->stop(SIGKILL);
            CHECK(eventually([&] { return sink->demand() == Demand::none; }));
        } else {
            server->freeze(true);
        }
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 200; ++i) sink->write(picture(i).view());  // more than any buffer takes
        sink->close();
        CHECK(std::chrono::steady_clock::now() - start < 10s);
        server->freeze(false);
    }
}

TEST_CASE("the window never shows the camera while there is no matte") {
    auto server = screen();
    if (!server) return;
    const XViewer viewer(server->display());
    auto camera = std::make_shared<CameraScript>();  // its green is 200 everywhere
    camera->width = kWidth;
    camera->height = kHeight;
    std::atomic<bool> well{false};
    Pipeline pipeline(1);
    pipeline.source(std::make_unique<FakeCamera>(camera))
        .segmenter(std::make_unique<FunctionSegmenter>([&](const ConstFrameView&, const MaskView& m) {
            fill(m, 255);
            if (!well) throw Error(Errc::model, "the network gave NaN");
            fill(m, 0);
            for (int y = 0; y < m.height; ++y) m.row(y)[0] = std::byte{255};  // the left column is the person
        }))
        .background("color:value=#102030")
        .sink("preview:display='" + server->display() + "'");
    std::stop_source stop;
    std::thread run([&] { pipeline.run(stop.get_token()); });
    const auto leaks = [&] {
        const cv::Mat shot = viewer.screenshot(kWidth, kHeight);
        int n = 0;
        for (int y = 0; y < shot.rows; ++y) {
            for (int x = well ? 1 : 0; x < shot.cols; ++x) n += shot.at<cv::Vec4b>(y, x)[1] > 190;
        }
        return n;
    };
    const auto person = [&] { return viewer.screenshot(1, 1).at<cv::Vec4b>(0, 0)[1] == 200; };
    REQUIRE(eventually([&] { return viewer.window() && camera->frames > 3; }));
    for (int i = 0; i < 30; ++i) CHECK(leaks() == 0);
    well = true;
    CHECK(eventually(person));
    for (int i = 0; i < 30; ++i) CHECK(leaks() == 0);
    pipeline.pause();
    CHECK(eventually([&] { return !person(); }));
    stop.request_stop();
    run.join();
}

#endif
