// A hundred faults of two cameras, in random order, while one run() feeds v4l2loopback: the output never
// stops, never shows a pixel of the camera outside the matte, and new frames come again when a fault is over.
// VBG_FAULT_SEED chooses another order.
#include <cstring>
#include <random>

#include <opencv2/imgcodecs.hpp>
#include <vbg/pipeline.hpp>

#include "loopback_watch.hpp"
#include "machine.hpp"
#include "support/stages.hpp"
#include "support/temp_dir.hpp"

using namespace vbg;
using namespace vbg::v4l2;
using namespace vbg_test;

namespace {

constexpr const char* kVivid = "/dev/video0";
constexpr int kFaults = 100;

// The matte is the left half. There the camera is seen, which is red all over; the right half is blue, or
// black while the card is shown.
void left_half(const ConstFrameView&, const MaskView& alpha) {
    for (int y = 0; y < alpha.height; ++y) {
        const auto half = static_cast<std::size_t>(alpha.width / 2);
        std::memset(alpha.row(y), 255, half);
        std::memset(alpha.row(y) + half, 0, static_cast<std::size_t>(alpha.width) - half);
    }
}

void vivid_control(const std::string& setting) {
    const std::string line = "v4l2-ctl -d " + std::string(kVivid) + " -c " + setting + " >/dev/null 2>&1";
    (void)!std::system(line.c_str());  // NOLINT(concurrency-mt-unsafe)
}

void replug_vivid(milliseconds away) {
    write_line("/sys/bus/platform/drivers/vivid/unbind", "vivid.0");
    std::this_thread::sleep_for(away);
    write_line("/sys/bus/platform/drivers/vivid/bind", "vivid.0");
    vivid_control("osd_text_mode=2,test_pattern=7");
}

// Both cameras with what can happen to them. Every fault is over when its function returns.
class Faults {
public:
    Faults(Pipeline& pipeline, Webcam& webcam, unsigned seed)
        : pipeline_(pipeline), webcam_(webcam), random_(seed) {}

    // Injects one and says which.
    std::string inject() {
        if (below(12) == 0) return change_camera();
        return webcam_is_on_ ? hurt_webcam() : hurt_vivid();
    }
    milliseconds pause(unsigned limit) { return milliseconds(below(limit)); }
    bool one_of(unsigned n) { return below(n) == 0; }
    bool throws() { return throwing_ > 0 && throwing_-- > 0; }

private:
    std::string change_camera() {
        webcam_is_on_ = !webcam_is_on_;
        const std::string spec =
            webcam_is_on_ ? "v4l2:device=Software Webcam" : "v4l2:device=vivid,size=320x180,fps=25";
        // A camera that was just put in may take its time.
        CHECK(eventually([&] {
            try {
                pipeline_.set("source", spec);
                return true;
            } catch (const Error&) {
                return false;
            }
        }));
        return "change to " + spec;
    }

    std::string hurt_vivid() {
        static constexpr const char* kButtons[] = {
            "inject_v4l2_buf_flag_error", "inject_vidioc_qbuf_error", "inject_vidioc_reqbufs_error",
            "inject_vidioc_streamon_error", "inject_fatal_streaming_error"};
        const unsigned which = below(9);
        if (which < 5) {
            press(kVivid, kButtons[which]);
            return kButtons[which];
        }
        if (which == 5) {
            press(kVivid, "disconnect");
            replug_vivid(pause(300));
            return "disconnect";
        }
        if (which == 6) {
            replug_vivid(pause(300));
            return "unbind and bind";
        }
        if (which == 7) {
            vivid_control("percentage_of_dropped_buffers=" + std::to_string(50 + below(51)));
            std::this_thread::sleep_for(pause(1200));
            vivid_control("percentage_of_dropped_buffers=0");
            return "frames lost";
        }
        throwing_ = 5;
        return "the segmenter throws";
    }

    std::string hurt_webcam() {
        const std::string number = std::to_string(1 + below(3));
        switch (below(6)) {
            case 0: return tell_webcam("cut " + number);
            case 1: return tell_webcam("noise " + number);
            case 2: return tell_webcam("error " + number);
            case 3: return between("freeze", "thaw", 1500);
            case 4: return between("unplug", "plug", 500);
            default: throwing_ = 5; return "the segmenter throws";
        }
    }
    std::string tell_webcam(const std::string& what) {
        webcam_.say(what);
        return what;
    }
    std::string between(const std::string& first, const std::string& last, unsigned limit) {
        webcam_.say(first);
        std::this_thread::sleep_for(pause(limit));
        webcam_.say(last);
        return first + ", " + last;
    }
    unsigned below(unsigned n) { return static_cast<unsigned>(random_()) % n; }

    Pipeline& pipeline_;
    Webcam& webcam_;
    std::mt19937 random_;
    bool webcam_is_on_ = false;
    std::atomic<int> throwing_{0};
};

unsigned seed() {
    const char* text = std::getenv("VBG_FAULT_SEED");  // NOLINT(concurrency-mt-unsafe)
    return text == nullptr || *text == 0 ? 1 : static_cast<unsigned>(std::stoul(text));
}

// New frames of the camera are composed (what is written meanwhile may be old ones, or the card).
bool goes_on(Pipeline& pipeline) {
    const std::uint64_t before = pipeline.stats().frames_in;
    return eventually([&] {
        const Stats now = pipeline.stats();
        return now.frames_in > before + 2 && now.state == RunState::running;
    });
}

}  // namespace

TEST_CASE("a hundred faults of two cameras in one run") {
    TempDir dir;
    REQUIRE(cv::imwrite(dir / "red.jpg", cv::Mat(480, 640, CV_8UC3, cv::Scalar(0, 0, 255))));
    const char* program = std::getenv("VBG_UVC_CAMERA");  // NOLINT(concurrency-mt-unsafe)
    REQUIRE_MESSAGE(program != nullptr, "VBG_UVC_CAMERA must say where uvc-camera is");
    Webcam webcam(program, "-s 640x480 -r 15 " + (dir / "red.jpg"));
    vivid_control("osd_text_mode=2,test_pattern=7");

    const Standstill machine;
    FrameWatch written;  // what run() gives its sinks
    Pipeline pipeline(1);
    MESSAGE("seed ", seed());
    Faults faults(pipeline, webcam, seed());
    pipeline.source("v4l2:device=vivid,size=320x180,fps=25")
        .segmenter(std::make_unique<test::FunctionSegmenter>([&](const ConstFrameView& f, const MaskView& a) {
            if (faults.throws()) throw Error(Errc::model, "injected");
            left_half(f, a);
        }))
        .background("color:value=#0000ff")
        .sink(std::make_unique<test::FunctionSink>([&](const ConstFrameView& f) { written.look_bgr(f); }))
        .sink("v4l2:device=/dev/video20,format=yuyv,fps=15");
    LiveOptions options;
    options.fps = 15;
    pipeline.live(options);

    std::stop_source stop;
    std::string failure;
    std::thread runner([&] {
        try {
            pipeline.run(stop.get_token());
        } catch (const std::exception& e) {
            failure = e.what();
        }
    });
    CHECK(eventually([&] { return pipeline.stats().frames_out > 5; }));
    LoopbackWatch read("/dev/video20", 320, 180);  // what another program reads from the node
    CHECK(eventually([&] { return read.frames() > 5; }));

    for (int i = 0; i < kFaults; ++i) {
        const std::string what = faults.inject();
        std::this_thread::sleep_for(faults.pause(150));
        // Some come before the one before is mended.
        if (!faults.one_of(4)) CHECK_MESSAGE(goes_on(pipeline), i, ": ", what);
        CHECK_MESSAGE(read.running(), i, ": ", what);
        CHECK_MESSAGE(failure.empty(), failure);
    }
    CHECK(goes_on(pipeline));
    const Stats stats = pipeline.stats();
    CHECK(read.running());
    read.stop();
    const auto stop_began = std::chrono::steady_clock::now();
    stop.request_stop();
    runner.join();
    // The output stands still for less than that, and stopping takes less, on top of what the machine did.
    const milliseconds limit = milliseconds(2000) + machine.longest();
    CHECK(std::chrono::steady_clock::now() - stop_began < limit);
    CHECK_MESSAGE(failure.empty(), failure);
    CHECK(written.leaks() == 0);
    CHECK(written.longest_gap() < limit);
    CHECK(read.leaks() == 0);
    CHECK(read.longest_gap() < limit);
    CHECK(read.frames() > 2 * kFaults);
    CHECK(written.with_person() > kFaults);
    CHECK(stats.source_reopened > 5);
    MESSAGE("written ", written.frames(), " (", written.with_person(),
            " with the camera's picture), repeated ", stats.frames_repeated, ", longest gap ",
            written.longest_gap().count(), " ms; read ", read.frames(), ", longest gap ",
            read.longest_gap().count(), " ms; the machine stood still for ", machine.longest().count(),
            " ms; cameras lost and back ", stats.source_reopened);
}
