#pragma once
// Helpers for tests with real drivers in the test machine (see v4l2-vm): vivid's controls, a software webcam,
// and colours that a test picture must show.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <vbg/frame.hpp>

#include "io/v4l2/source.hpp"

namespace vbg_test {

using std::chrono::milliseconds;

// v4l2-ctl, a program that shares nothing with libvbg.
inline void v4l2_ctl(const std::string& node, const std::string& arguments) {
    const std::string line = "v4l2-ctl -d " + node + " " + arguments;
    REQUIRE_MESSAGE(std::system(line.c_str()) == 0, line);
}
inline void control(const std::string& node, const std::string& setting) { v4l2_ctl(node, "-c " + setting); }
// A button. That its effect makes the program stumble does not matter.
inline void press(const std::string& node, const std::string& name) {
    const std::string line = "v4l2-ctl -d " + node + " -c " + name + "=1 >/dev/null 2>&1";
    (void)!std::system(line.c_str());
}

inline void write_line(const std::string& file, const std::string& text) {
    FILE* f = std::fopen(file.c_str(), "w");
    REQUIRE_MESSAGE(f != nullptr, file);
    std::fputs((text + "\n").c_str(), f);
    std::fclose(f);
}

inline vbg::v4l2::CameraSource camera(const std::string& spec) {
    static const vbg::StageEntry entry = vbg::v4l2::camera_source_entry();
    return vbg::v4l2::CameraSource(
        vbg::Parameters("v4l2", entry.parameters, vbg::parse_stage("v4l2:" + spec).parameters));
}

// How long is waited for what should come soon: only a test that fails waits so long, and a machine on which
// others compute may stand still for seconds.
constexpr std::chrono::seconds kPatience{60};

// Whether `what` comes true within the time.
inline bool eventually(const std::function<bool()>& what, std::chrono::seconds limit = kPatience) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
        if (what()) return true;
        std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
}

struct Rgb {
    int r, g, b;
};
// The eight bars of the 100 % colour bar pattern, left to right (or top to bottom).
constexpr std::array<Rgb, 8> kBars{Rgb{255, 255, 255}, {255, 255, 0}, {0, 255, 255}, {0, 255, 0},
                                   {255, 0, 255},      {255, 0, 0},   {0, 0, 255},   {0, 0, 0}};

inline vbg::Frame bgr_of(const vbg::ConstFrameView& view) {
    vbg::Frame bgr(view.width, view.height, vbg::PixelFormat::bgr8);
    vbg::convert(view, bgr.view());
    return bgr;
}

// Largest difference of any channel from `wanted` in the middle half of a rectangle.
inline int distance(const vbg::Frame& bgr, int x0, int y0, int w, int h, const Rgb& wanted) {
    int worst = 0;
    for (int y = y0 + h / 4; y < y0 + h - h / 4; ++y)
        for (int x = x0 + w / 4; x < x0 + w - w / 4; ++x) {
            const std::byte* p = bgr.view().row(y) + 3 * x;
            const std::array<int, 3> want{wanted.b, wanted.g, wanted.r};
            for (std::size_t c = 0; c < 3; ++c)
                worst = std::max(worst, std::abs(std::to_integer<int>(p[c]) - want[c]));
        }
    return worst;
}

// The worst of the eight bars: upright, or `lying` one above the other.
inline int bars_distance(const vbg::Frame& bgr, bool lying, bool mirrored = false) {
    int worst = 0;
    for (int i = 0; i < 8; ++i) {
        const Rgb& wanted = kBars[static_cast<std::size_t>(mirrored ? 7 - i : i)];
        const int w = bgr.width() / 8, h = bgr.height() / 8;
        worst = std::max(worst, lying ? distance(bgr, 0, i * h, bgr.width(), h, wanted)
                                      : distance(bgr, i * w, 0, w, bgr.height(), wanted));
    }
    return worst;
}

// Reads one frame, leaving time-outs out.
inline vbg::ConstFrameView next_frame(vbg::Source& source) {
    vbg::ConstFrameView view;
    if (!eventually([&] { return source.read(view, milliseconds(200)) == vbg::ReadResult::frame; }))
        FAIL("no frame in ", kPatience.count(), " s");
    return view;
}

// Reads until the source throws, which the caller looks at; gives up when it does not.
inline void read_until_it_throws(vbg::Source& source) {
    vbg::ConstFrameView view;
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) (void)source.read(view, milliseconds(200));
}

// Opens a camera that may need a moment until it is there again.
inline bool opens_again(vbg::Source& source) {
    return eventually([&] {
        try {
            source.open();
            return true;
        } catch (const vbg::Error& e) {
            CHECK(e.code() == vbg::Errc::device);
            return false;
        }
    });
}

// The camera of uvc-camera, which takes commands as lines.
class Webcam {
public:
    Webcam(const std::string& program, const std::string& arguments)
        : pipe_(::popen((program + " " + arguments).c_str(), "w")) {
        REQUIRE(pipe_ != nullptr);
    }
    ~Webcam() { ::pclose(pipe_); }
    Webcam(const Webcam&) = delete;
    Webcam& operator=(const Webcam&) = delete;
    void say(const std::string& command) {
        std::fputs((command + "\n").c_str(), pipe_);
        std::fflush(pipe_);
    }

private:
    FILE* pipe_;
};

}  // namespace vbg_test
