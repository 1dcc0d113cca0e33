// The virtual camera sink on a made-up v4l2loopback.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <vbg/vbg.hpp>

#include "fake_loopback.hpp"
#include "io/v4l2/sink.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kBoth = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT;

Parameters parameters(const std::string& spec) {
    const StageEntry* entry = find_stage(StageKind::sink, "v4l2");
    REQUIRE(entry != nullptr);
    const StageSpec parsed = parse_stage(spec);
    return {"v4l2", entry->parameters, parsed.parameters};
}

std::unique_ptr<Sink> make(FakeLoopback& kernel, const std::string& spec = "v4l2") {
    return std::make_unique<v4l2::OutputSink>(parameters(spec), kernel);
}

// A frame whose every byte is `value`.
Frame plain(const FrameSpec& spec, int value) {
    Frame frame(spec);
    for (int p = 0; p < plane_count(spec.format); ++p)
        for (int y = 0; y < plane_rows(spec.format, p, spec.height); ++y)
            std::memset(frame.view().row(y, static_cast<std::size_t>(p)), value,
                        row_bytes(spec.format, p, spec.width));
    return frame;
}

template <class Condition>
bool soon(const Condition& condition, std::chrono::milliseconds limit = 3000ms) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

const FrameSpec kWanted{64, 48, PixelFormat::bgr8, {}, {}, 100};

}  // namespace

TEST_CASE("v4l2 sink: every format arrives byte for byte, with the true number of bytes") {
    struct Case {
        const char* spec;
        PixelFormat format;
        std::uint32_t fourcc;
        std::size_t bytes;
    };
    for (const Case& c :
         {Case{"v4l2", PixelFormat::yuyv, V4L2_PIX_FMT_YUYV, 64 * 48 * 2},
          Case{"v4l2:format=i420", PixelFormat::i420, V4L2_PIX_FMT_YUV420, 64 * 48 * 3 / 2},
          Case{"v4l2:format=nv12", PixelFormat::nv12, V4L2_PIX_FMT_NV12, 64 * 48 * 3 / 2},
          Case{"v4l2:format=rgb8", PixelFormat::rgb8, V4L2_PIX_FMT_RGB24, 64 * 48 * 3},
          Case{"v4l2:format=bgr8,io=write", PixelFormat::bgr8, V4L2_PIX_FMT_BGR24, 64 * 48 * 3}}) {
        CAPTURE(c.spec);
        FakeLoopback kernel;
        auto sink = make(kernel, c.spec);
        const FrameSpec got = sink->open(kWanted);
        CHECK(got.format == c.format);
        CHECK(got.width == 64);
        CHECK(got.fps == doctest::Approx(100));
        CHECK(kernel.fps() == doctest::Approx(100));
        CHECK(kernel.format().pixelformat == c.fourcc);
        // Rows and planes one after the other without gaps, as V4L2 lays these formats down.
        Frame frame(got);
        std::vector<std::uint8_t> expected;
        for (int p = 0; p < plane_count(got.format); ++p) {
            for (int y = 0; y < plane_rows(got.format, p, 48); ++y) {
                auto* row = reinterpret_cast<std::uint8_t*>(frame.view().row(y, static_cast<std::size_t>(p)));
                for (std::size_t x = 0; x < row_bytes(got.format, p, 64); ++x) {
                    row[x] = static_cast<std::uint8_t>(expected.size() * 7 + 3);
                    expected.push_back(row[x]);
                }
            }
        }
        CHECK(expected.size() == c.bytes);
        sink->write(std::as_const(frame).view());
        REQUIRE(soon([&] { return kernel.written() >= 1; }));
        CHECK(kernel.bytesused() == c.bytes);
        CHECK(kernel.look() == expected);
        sink->close();
        CHECK(kernel.handles() == 0);
        CHECK(kernel.mapped() == 0);
        CHECK((kernel.caps() & kBoth) == V4L2_CAP_VIDEO_OUTPUT);  // usable by the next
    }
}

TEST_CASE("v4l2 sink: the format that is held is taken") {
    FakeLoopback kernel;
    kernel.exclusive_caps = false;
    kernel.hold_format(V4L2_PIX_FMT_NV12, 32, 24);
    auto sink = make(kernel, "v4l2:format=rgb8");
    const FrameSpec got = sink->open(kWanted);
    CHECK(got.format == PixelFormat::nv12);
    CHECK(got.width == 32);
    CHECK(got.height == 24);
    sink->write(plain(got, 9).view());
    REQUIRE(soon([&] { return kernel.written() >= 1; }));
    CHECK(kernel.look() == std::vector<std::uint8_t>(32 * 24 * 3 / 2, 9));
}

TEST_CASE("v4l2 sink: a held format that libvbg does not write is an error that says so") {
    FakeLoopback kernel;
    kernel.exclusive_caps = false;
    kernel.fourccs.push_back(V4L2_PIX_FMT_MJPEG);
    kernel.hold_format(V4L2_PIX_FMT_MJPEG, 32, 24);
    kernel.set_holders({{4711, "obs"}});
    auto sink = make(kernel);
    check_throws(Errc::device, {"obs (process 4711)"}, [&] { sink->open(kWanted); });
}

TEST_CASE("v4l2 sink: odd sizes lose a row and a column where chroma wants it") {
    FakeLoopback kernel;
    auto sink = make(kernel, "v4l2:format=i420");
    const FrameSpec got = sink->open({65, 49, PixelFormat::bgr8, {}, {}, 30});
    CHECK(got.width == 64);
    CHECK(got.height == 48);
    auto rgb = make(kernel, "v4l2:format=bgr8");
    sink->close();
    CHECK(rgb->open({65, 49, PixelFormat::bgr8, {}, {}, 30}).width == 65);
}

TEST_CASE("v4l2 sink: a node that somebody feeds is refused by name; a camera too") {
    FakeLoopback kernel;
    auto first = make(kernel);
    first->write(plain(first->open(kWanted), 1).view());
    REQUIRE(soon([&] { return kernel.written() >= 1; }));
    kernel.set_holders({{4711, "obs"}});
    auto second = make(kernel);
    check_throws(Errc::device, {"obs (process 4711)"}, [&] { second->open(kWanted); });
    first->close();
    CHECK_NOTHROW(second->open(kWanted));
}

TEST_CASE("v4l2 sink: capabilities that a careless program took away are mended") {
    FakeLoopback kernel;
    const int fd = kernel.open(FakeLoopback::kNode, 0);
    v4l2_capability cap{};
    kernel.ioctl(fd, VIDIOC_QUERYCAP, &cap);
    v4l2_format format{};
    format.fmt.pix.width = 64;
    format.fmt.pix.height = 48;
    REQUIRE(kernel.ioctl(fd, VIDIOC_S_FMT, &format) == 0);
    const char byte = 0;
    kernel.write(fd, &byte, 1);
    kernel.close(fd);
    REQUIRE((kernel.caps() & kBoth) == 0);
    auto sink = make(kernel);
    CHECK_NOTHROW(sink->open(kWanted));
}

TEST_CASE("v4l2 sink: buffers are used in turn; the one on show is never written") {
    FakeLoopback kernel;
    auto sink = make(kernel, "v4l2:fps=200");
    const FrameSpec got = sink->open(kWanted);
    for (int i = 0; i < 60; ++i) sink->write(plain(got, i).view());
    REQUIRE(soon([&] { return sink->counters().shown == 60; }));
    CHECK(kernel.touched_on_show() == 0);
    CHECK(kernel.look() == std::vector<std::uint8_t>(64 * 48 * 2, 59));
    sink->close();
    CHECK(sink->counters().shown == 60);  // write() waits its turn rather than lose one
    CHECK(sink->counters().dropped == 0);
}

TEST_CASE("v4l2 sink: where a reader has taken buffers away, what is shown is still the newest") {
    FakeLoopback kernel;
    auto sink = make(kernel, "v4l2:fps=200");
    const FrameSpec got = sink->open(kWanted);
    sink->write(plain(got, 1).view());
    kernel.reader_takes(1);
    for (int i = 2; i < 8; ++i) sink->write(plain(got, i).view());
    REQUIRE(soon([&] { return sink->counters().shown == 7; }));
    CHECK(kernel.look() == std::vector<std::uint8_t>(64 * 48 * 2, 7));
}

TEST_CASE("v4l2 sink: the last frame is repeated at the promised rate") {
    FakeLoopback kernel;
    auto sink = make(kernel, "v4l2:fps=100");
    const FrameSpec got = sink->open(kWanted);
    std::this_thread::sleep_for(30ms);
    CHECK(kernel.written() == 0);  // nothing to show yet
    sink->write(plain(got, 5).view());
    REQUIRE(soon([&] { return kernel.written() >= 51; }));
    const auto times = kernel.times();
    const double seconds = std::chrono::duration<double>(times[50] - times[0]).count();
    CHECK(seconds == doctest::Approx(0.5).epsilon(0.1));
    CHECK(sink->counters().repeated >= 50);
    CHECK(kernel.look() == std::vector<std::uint8_t>(64 * 48 * 2, 5));
}

TEST_CASE("v4l2 sink: short writes are carried on, and the handle counts as a writer's") {
    FakeLoopback kernel;
    kernel.can_stream = false;
    kernel.write_limit = 1000;
    auto sink = make(kernel);
    const FrameSpec got = sink->open(kWanted);
    sink->write(plain(got, 5).view());
    REQUIRE(soon([&] { return kernel.written() >= 7; }));  // 6144 bytes, a thousand at a time
    sink->close();
    CHECK((kernel.caps() & kBoth) == V4L2_CAP_VIDEO_OUTPUT);
}

TEST_CASE("v4l2 sink: a node that goes and comes back is fed again; write() goes on meanwhile") {
    FakeLoopback kernel;
    auto sink = make(kernel);
    const FrameSpec got = sink->open(kWanted);
    sink->write(plain(got, 1).view());
    REQUIRE(soon([&] { return kernel.written() >= 1; }));
    kernel.set_gone(true);
    REQUIRE(soon([&] { return kernel.handles() == 0; }));
    const auto before = std::chrono::steady_clock::now();
    for (int i = 2; i < 12; ++i) sink->write(plain(got, i).view());
    CHECK(std::chrono::steady_clock::now() - before < 200ms);
    CHECK(sink->demand() == Demand::unknown);
    CHECK(sink->counters().dropped >= 9);
    const auto count = kernel.written();
    kernel.set_gone(false);
    REQUIRE(soon([&] { return kernel.written() > count; }));
    CHECK(kernel.look() == std::vector<std::uint8_t>(64 * 48 * 2, 11));
    CHECK(sink->counters().reopened == 1);
    sink->close();
    CHECK(kernel.handles() == 0);
    CHECK(kernel.mapped() == 0);
}

TEST_CASE("v4l2 sink: the last picture comes back with the node though no new frame does") {
    FakeLoopback kernel;
    auto sink = make(kernel);
    const FrameSpec got = sink->open(kWanted);
    sink->write(plain(got, 77).view());
    REQUIRE(soon([&] { return kernel.written() >= 2; }));
    kernel.fail_next(VIDIOC_QBUF, EINVAL);
    const auto count = kernel.written();
    REQUIRE(soon([&] { return sink->counters().reopened == 1 && kernel.written() > count + 3; }));
    CHECK(kernel.look() == std::vector<std::uint8_t>(64 * 48 * 2, 77));
}

TEST_CASE("v4l2 sink: a limit on how long the node may be away") {
    FakeLoopback kernel;
    auto sink = make(kernel, "v4l2:wait=0.2");
    const FrameSpec got = sink->open(kWanted);
    const Frame frame = plain(got, 1);
    sink->write(frame.view());
    REQUIRE(soon([&] { return kernel.written() >= 1; }));
    kernel.set_gone(true);
    const auto start = std::chrono::steady_clock::now();
    bool thrown = false;
    while (!thrown && std::chrono::steady_clock::now() - start < 5s) {
        try {
            sink->write(frame.view());
            std::this_thread::sleep_for(5ms);
        } catch (const Error& e) {
            thrown = true;
            CHECK(e.code() == Errc::device);
        }
    }
    CHECK(thrown);
    CHECK(std::chrono::steady_clock::now() - start > 150ms);
}

TEST_CASE("v4l2 sink: demand by the driver's event, under both numbers") {
    for (const std::uint32_t id : {0x08000000U, 0x10E00001U}) {
        FakeLoopback kernel;
        kernel.event_id = id;
        auto sink = make(kernel);
        CHECK(sink->demand() == Demand::unknown);
        sink->open(kWanted);
        CHECK(sink->demand() == Demand::none);
        kernel.reader_event(true);
        CHECK(soon([&] { return sink->demand() == Demand::wanted; }, 400ms));
        kernel.reader_event(false);
        CHECK(soon([&] { return sink->demand() == Demand::none; }));
        sink->close();
        CHECK(sink->demand() == Demand::unknown);
    }
}

TEST_CASE("v4l2 sink: demand by opens and closes where the driver has no event") {
    FakeLoopback kernel;
    auto sink = make(kernel);
    sink->open(kWanted);
    CHECK(sink->demand() == Demand::none);
    const int probe = kernel.open(FakeLoopback::kNode, 0);
    std::this_thread::sleep_for(30ms);
    kernel.close(probe);
    std::this_thread::sleep_for(200ms);
    CHECK(sink->demand() == Demand::none);
    const int reader = kernel.open(FakeLoopback::kNode, 0);
    CHECK(soon([&] { return sink->demand() == Demand::wanted; }, 400ms));
    kernel.close(reader);
    std::this_thread::sleep_for(300ms);
    CHECK(sink->demand() == Demand::wanted);  // may come right back
    CHECK(soon([&] { return sink->demand() == Demand::none; }));
}

TEST_CASE("v4l2 sink: nobody's node, and none at all") {
    FakeLoopback kernel;
    kernel.set_gone(true);
    check_throws(Errc::not_found, {"modprobe v4l2loopback"}, [&] { make(kernel)->open(kWanted); });
    check_throws(Errc::not_found, {"/dev/video20"},
                 [&] { make(kernel, "v4l2:device=/dev/video20")->open(kWanted); });
    kernel.set_gone(false);
    check_throws(Errc::not_found, {"'vbg'"}, [&] { make(kernel, "v4l2:device=other")->open(kWanted); });
    CHECK_NOTHROW(make(kernel, "v4l2:device=vbg")->open(kWanted));
}
