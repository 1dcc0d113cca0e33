// Films in: against OpenCV's decoder, looping, starting later, and everything that can be wrong with a file.
#include <doctest/doctest.h>

#include <thread>

#include <vbg/log.hpp>
#include <vbg/registry.hpp>

#include "support/film.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;

#ifdef VBG_HAVE_MEDIA

namespace {

ConstFrameView view_of(const cv::Mat& m) {
    ConstFrameView v;
    v.planes[0] = {reinterpret_cast<const std::byte*>(m.data), static_cast<std::ptrdiff_t>(m.step[0])};
    v.width = m.cols;
    v.height = m.rows;
    v.format = PixelFormat::bgr8;
    return v;
}

struct Kind {
    const char *name, *fourcc;
};

/// Nanoseconds between two times.
std::int64_t apart(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
    return std::abs((a - b).count());
}

std::string video(const std::string& path, const std::string& more = "") {
    return "video:path=" + path + more;
}

}  // namespace

TEST_CASE("video: the frames that OpenCV sees, with media times, through every container") {
    TempDir dir;
    const Kind kinds[] = {{"a.mp4", "avc1"}, {"b.mp4", "mp4v"}, {"c.mkv", "H264"},
                          {"d.avi", "MJPG"}, {"e.avi", "XVID"}, {"f.mov", "avc1"}};
    for (const Kind& kind : kinds) {
        const std::string name = kind.name;
        make_film(dir / name, kind.fourcc, {96, 64}, 30);
        const auto wanted = opencv_frames(dir / name);
        auto source = make_source(video(dir / name));
        const FrameSpec spec = source->open();
        CHECK(spec.width == 96);
        CHECK(spec.height == 64);
        CHECK(spec.fps == doctest::Approx(25));
        CHECK(source->length() == 30);
        CHECK_FALSE(source->is_live());
        const auto frames = read_all(*source);
        REQUIRE_MESSAGE(frames.size() == 30, name);
        REQUIRE(wanted.size() == 30);
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const ConstFrameView v = frames[i].view();
            CHECK(v.sequence == i);
            CHECK(apart(v.timestamp, 40ms * i) < 1'500'000);  // Matroska counts in milliseconds
            CHECK_MESSAGE(mean_difference(v, view_of(wanted[i])) < 0.5, name, " ", i);
            CHECK(mean_difference(v, view_of(film_frame({96, 64}, static_cast<int>(i)))) < 6);
        }
        ConstFrameView v;
        CHECK(source->read(v, 0ms) == ReadResult::end);
    }
}

TEST_CASE("video: looping goes on counting and timing, and shows the same frames again") {
    TempDir dir;
    for (const char* name : {"a.mp4", "a.avi"}) {
        make_film(dir / name, std::string(name) == "a.mp4" ? "avc1" : "MJPG", {64, 48}, 12, 20);
        auto once = make_source(video(dir / name)), looping = make_source(video(dir / name, ",loop=true"));
        const auto film = read_all(*once), loop = read_all(*looping, 40);
        REQUIRE(film.size() == 12);
        REQUIRE(loop.size() == 40);
        CHECK(looping->length() == 0);
        for (std::size_t i = 0; i < 40; ++i) {
            CHECK(loop[i].view().sequence == i);
            CHECK(apart(loop[i].view().timestamp, 50ms * i) < 1'000'000);
            CHECK(equal_pixels(loop[i].view(), film[i % 12].view()));
        }
    }
}

TEST_CASE("video: start, near and far, and beyond the end") {
    TempDir dir;
    make_film(dir / "a.mp4", "avc1", {64, 48}, 120, 10);
    auto whole = make_source(video(dir / "a.mp4"));
    const auto film = read_all(*whole);
    REQUIRE(film.size() == 120);
    struct Case {
        const char* start;
        std::size_t frame;
    };
    for (const Case& c : {Case{"0.5", 5}, {"2.04", 20}, {"8", 80}, {"11.9", 119}}) {
        const std::string start = c.start;
        const std::size_t frame = c.frame;
        auto source = make_source(video(dir / "a.mp4", std::string(",start=").append(start)));
        const auto frames = read_all(*source);
        CHECK(source->length() == 120 - frame);
        REQUIRE_MESSAGE(frames.size() == 120 - frame, start);
        CHECK(equal_pixels(frames[0].view(), film[frame].view()));
        CHECK(frames[0].view().timestamp == film[frame].view().timestamp);
        CHECK(frames[0].view().sequence == 0);
    }
    auto loop = make_source(video(dir / "a.mp4", ",start=11.5,loop=true"));
    const auto frames = read_all(*loop, 12);
    REQUIRE(frames.size() == 12);
    CHECK(equal_pixels(frames[7].view(), film[117].view()));
    CHECK(apart(frames[7].view().timestamp, 12200ms) < 1'000'000);
    check_throws(Errc::io, {"a.mp4", "ends after", "start=13"},
                 [&] { make_source(video(dir / "a.mp4", ",start=13"))->open(); });
}

TEST_CASE("video: size fills the frame and cuts the sides") {
    TempDir dir;
    {
        cv::VideoWriter writer(dir / "a.avi", cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25,
                               {192, 64});
        cv::Mat m(64, 192, CV_8UC3, cv::Scalar(0, 0, 200));  // red, with green in the middle third
        m.colRange(64, 128) = cv::Scalar(0, 200, 0);
        writer.write(m);
    }
    for (const char* size : {"64x64", "32x32", "150x150"}) {
        auto source = make_source(video(dir / "a.avi", std::string(",size=").append(size)));
        const auto frames = read_all(*source);
        REQUIRE(frames.size() == 1);
        const ConstFrameView v = frames[0].view();
        for (const int x : {v.width / 8, v.width / 2, v.width * 7 / 8}) {
            CHECK(value_at(v, x, v.height / 2, 1) > 180);
            CHECK(value_at(v, x, v.height / 2, 2) < 20);
        }
    }
}

TEST_CASE("video: a film that wants to be turned is set upright") {
    TempDir dir;
    make_film(dir / "a.mp4", "mp4v", {96, 64}, 3);
    const auto upright = read_all(*make_source(video(dir / "a.mp4")));
    auto bytes = file_bytes(dir / "a.mp4");
    const std::string text(bytes.begin(), bytes.end());
    const std::size_t matrix = text.find("tkhd") + 4 + 40;  // ISO/IEC 14496-12, 8.3.2, version 0
    REQUIRE(matrix < bytes.size());
    const std::uint8_t clockwise[36] = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0,    0, 0, 0,
                                        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0,    0x40, 0, 0, 0};
    std::copy(std::begin(clockwise), std::end(clockwise),
              bytes.begin() + static_cast<std::ptrdiff_t>(matrix));
    write_bytes(dir / "b.mp4", bytes);
    auto source = make_source(video(dir / "b.mp4"));
    const FrameSpec spec = source->open();
    CHECK(spec.width == 64);
    CHECK(spec.height == 96);
    const auto turned = read_all(*source);
    REQUIRE(turned.size() == 3);
    bool same = true;  // clockwise: row y of the original is column 63 - y
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 96; ++x)
            for (int c = 0; c < 3; ++c)
                same =
                    same && value_at(turned[1].view(), 63 - y, x, c) == value_at(upright[1].view(), x, y, c);
    CHECK(same);
    CHECK(read_all(*make_source(video(dir / "b.mp4", ",size=30x30"))).size() == 3);
}

TEST_CASE("video: realtime is live and leaves out what is late") {
    TempDir dir;
    make_film(dir / "a.mp4", "mp4v", {64, 48}, 40, 20);
    auto source = make_source(video(dir / "a.mp4", ",realtime=true"));
    CHECK(source->is_live());
    source->open();
    ConstFrameView v;
    REQUIRE(source->read(v, 1s) == ReadResult::frame);
    CHECK(source->read(v, 1ms) == ReadResult::timed_out);
    std::this_thread::sleep_for(320ms);
    REQUIRE(source->read(v, 1s) == ReadResult::frame);
    CHECK(v.sequence >= 6);
    const auto wanted = opencv_frames(dir / "a.mp4");
    CHECK(mean_difference(v, view_of(wanted.at(v.sequence))) < 0.5);
    CHECK(apart(v.timestamp, 50ms * v.sequence) < 1'000'000);
    source->close();
}

TEST_CASE("video: not films") {
    TempDir dir;
    check_throws(Errc::not_found, {"none.mp4", "no such file"},
                 [&] { make_source(video(dir / "none.mp4"))->open(); });
    check_throws(Errc::io, {"is a folder"}, [&] { make_source(video(dir.path()))->open(); });
    write_text(dir / "empty.mp4", "");
    check_throws(Errc::io, {"empty.mp4", "0 bytes"}, [&] { make_source(video(dir / "empty.mp4"))->open(); });
    write_text(dir / "text.mp4", "this is a text, and a text is no film\n");
    check_throws(Errc::io, {"text.mp4", "not a film"}, [&] { make_source(video(dir / "text.mp4"))->open(); });
    check_throws(Errc::invalid_argument, {"path", "required"}, [] { (void)make_source("video"); });
}

TEST_CASE("video: a film cut anywhere is refused before its first frame") {
    TempDir dir;
    for (const Kind& kind : {Kind{"a.mp4", "avc1"}, {"a.avi", "MJPG"}, {"a.mkv", "H264"}}) {
        const std::string name = kind.name;
        make_film(dir / name, kind.fourcc, {96, 64}, 30);
        const auto whole = file_bytes(dir / name);
        for (int tenth = 1; tenth < 10; ++tenth) {
            const auto keep = static_cast<std::ptrdiff_t>(whole.size()) * tenth / 10;
            write_bytes(dir / name, {whole.begin(), whole.begin() + keep});
            check_throws(Errc::io, {name, "get the file again"},
                         [&] { make_source(video(dir / name))->open(); });
        }
    }
}

TEST_CASE(
    "video: a film whose size changes midway is an error that names both sizes, and all before it is fine") {
    TempDir dir;
    for (const auto& [fourcc, ending] : {std::pair{"H264", ".ts"}, {"mpg2", ".ts"}, {"MJPG", ".mjpeg"}}) {
        for (const bool grows : {false, true}) {
            const std::string small = dir / std::string("small").append(ending),
                              large = dir / std::string("large").append(ending),
                              both = dir / std::string("both").append(ending);
            {
                const CapturedOutput quiet(dir /
                                           "out");  // OpenCV's writer remarks on its own four characters
                make_film(small, fourcc, {160, 120}, 15);
                make_film(large, fourcc, {320, 240}, 15);
            }
            join_files(grows ? small : large, grows ? large : small, both);
            auto source = make_source(video(both));
            const FrameSpec spec = source->open();
            CHECK(spec.width == (grows ? 160 : 320));
            int good = 0;
            ConstFrameView v;
            check_throws(Errc::io, {"both", "160x120", "320x240"}, [&] {
                while (source->read(v, 1s) == ReadResult::frame) ++good;
            });
            CHECK(good >= 14);
            CHECK(good <= 15);
        }
    }
}

TEST_CASE("video: damage in the middle neither crashes nor prints") {
    TempDir dir;
    for (const auto& [name, fourcc] : {std::pair{"a.mp4", "avc1"}, {"b.mp4", "mp4v"}, {"a.avi", "MJPG"}}) {
        make_film(dir / name, fourcc, {96, 64}, 60);
        auto bytes = file_bytes(dir / name);
        std::minstd_rand random(7);
        for (std::size_t i = bytes.size() / 4; i < bytes.size() / 2; i += 1 + random() % 40)
            bytes[i] = static_cast<std::uint8_t>(random() >> 5);
        write_bytes(dir / name, bytes);
        CapturedOutput captured(dir / "out");
        std::size_t frames = 0;
        try {
            frames = read_all(*make_source(video(dir / name))).size();
        } catch (const Error&) {
            frames = 0;
        }
        CHECK(captured.stop() == "");
        CHECK(frames <= 60);
    }
}

#endif
