// Films out, read back with OpenCV and with the video source.
#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>

#include <vbg/log.hpp>
#include <vbg/registry.hpp>

#include "support/film.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;

#ifdef VBG_HAVE_MEDIA

namespace {

FrameSpec spec_of(const Frame& f, double fps = 25) {
    return {f.width(), f.height(), f.format(), {}, {}, fps};
}

Frame colour(int w, int h, int i) {
    Frame f(w, h, PixelFormat::bgr8);
    fill(f.view(), static_cast<std::uint8_t>(20 + i * 8), static_cast<std::uint8_t>(200 - i * 5), 90);
    return f;
}

void write_film(Sink& sink, int w, int h, int frames) {
    sink.open(spec_of(colour(w, h, 0)));
    for (int i = 0; i < frames; ++i) sink.write(colour(w, h, i % 25).view());
}

}  // namespace

TEST_CASE("video sink: every container and codec, whole only after close()") {
    TempDir dir;
    const char* kinds[] = {".mp4",
                           ".m4v",
                           ".mov",
                           ".mkv",
                           ".avi",
                           ".mp4,codec=mpeg4",
                           ".mov,codec=mpeg4",
                           ".mkv,codec=mpeg4",
                           ".mkv,codec=mjpeg",
                           ".mkv,codec=ffv1",
                           ".avi,codec=mpeg4",
                           ".avi,codec=ffv1",
                           ".MP4,codec=h264"};
    for (const std::string kind : kinds) {
        CapturedOutput captured(dir / "out");
        auto sink = make_sink("video:path=" + dir / "film" + kind);
        write_film(*sink, 64, 48, 25);
        const std::string name = "film" + kind.substr(0, 4);
        CHECK(dir.names() == std::vector<std::string>{".film.part" + kind.substr(0, 4), "out"});
        sink->close();
        CHECK(dir.names() == std::vector<std::string>{name, "out"});
        CHECK(captured.stop() == "");
        const auto frames = opencv_frames(dir / name);
        CHECK_MESSAGE(frames.size() == 25, kind);
        cv::VideoCapture capture(dir / name, cv::CAP_FFMPEG);
        CHECK(capture.get(cv::CAP_PROP_FPS) == doctest::Approx(25));
        for (std::size_t i = 0; i < frames.size(); i += 6) {
            const cv::Scalar mean = cv::mean(frames[i]);
            CHECK(std::abs(mean[0] - 90) < 6);
            CHECK(std::abs(mean[1] - (200 - static_cast<int>(i) * 5)) < 6);
            CHECK(std::abs(mean[2] - (20 + static_cast<int>(i) * 8)) < 6);
        }
        capture.release();
        std::filesystem::remove(dir / name);
    }
}

TEST_CASE("video sink: odd sizes get a repeated column and row, and the log says so") {
    TempDir dir;
    std::string said;
    set_log_handler([&](LogLevel level, std::string_view text) {
        if (level == LogLevel::warning) said += text;
    });
    Frame f(31, 21, PixelFormat::bgr8);
    for (int y = 0; y < 21; ++y)
        for (int x = 0; x < 31; ++x)
            for (int c = 0; c < 3; ++c)
                f.view().row(y)[3 * x + c] = static_cast<std::byte>(x == 30 || y == 20 ? 230 : 20);
    auto sink = make_sink("video:path=" + dir / "a.avi");
    sink->open(spec_of(f));
    for (int i = 0; i < 3; ++i) sink->write(f.view());
    sink->close();
    set_log_handler(nullptr);
    CHECK(said.find("31x21 frames are written as 32x22") != std::string::npos);
    const auto frames = opencv_frames(dir / "a.avi");
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].size() == cv::Size(32, 22));
    CHECK(std::abs(frames[0].at<cv::Vec3b>(10, 31)[0] - 230) < 25);
    CHECK(std::abs(frames[0].at<cv::Vec3b>(21, 10)[0] - 230) < 25);
    CHECK(std::abs(frames[0].at<cv::Vec3b>(10, 10)[0] - 20) < 25);
}

TEST_CASE("video sink: other pixel formats, one frame, 1x1 and 8000x6000") {
    TempDir dir;
    Frame i420(64, 48, PixelFormat::i420);
    convert(colour(64, 48, 3).view(), i420.view());
    auto sink = make_sink("video:path=" + dir / "a.mp4");
    sink->open(spec_of(i420));
    sink->write(i420.view());
    sink->close();
    const auto frames = opencv_frames(dir / "a.mp4");
    REQUIRE(frames.size() == 1);
    CHECK(std::abs(cv::mean(frames[0])[1] - 185) < 6);
    for (const char* name : {"one.mp4", "one.avi"}) {
        auto tiny = make_sink(std::string("video:path=") + dir / name);
        write_film(*tiny, 1, 1, 5);
        tiny->close();
        CHECK(read_all(*make_source("video:path=" + dir / name)).size() == 5);
    }
    auto huge = make_sink("video:path=" + dir / "huge.avi");
    write_film(*huge, 8000, 6000, 2);
    huge->close();
    auto source = make_source("video:size=80x60,path=" + dir / "huge.avi");
    CHECK(read_all(*source).size() == 2);
}

TEST_CASE("video sink: fps from the parameter, from the source, or 30") {
    TempDir dir;
    for (const auto& [parameter, given, wanted] : {std::tuple{"", 0.0, 30.0},
                                                   {"", 12.5, 12.5},
                                                   {",fps=10", 25.0, 10.0},
                                                   {"", 30000.0 / 1001, 29.97}}) {
        auto sink = make_sink("video:path=" + dir / "a.mp4" + parameter);
        sink->open(spec_of(colour(32, 32, 0), given));
        for (int i = 0; i < 4; ++i) sink->write(colour(32, 32, i).view());
        sink->close();
        CHECK(make_source("video:path=" + dir / "a.mp4")->open().fps ==
              doctest::Approx(wanted).epsilon(1e-4));
    }
}

TEST_CASE("video sink: wrong names, places and codecs") {
    TempDir dir;
    const FrameSpec spec{32, 32, PixelFormat::bgr8, {}, {}, 25};
    check_throws(Errc::invalid_argument, {".xyz", ".mp4"},
                 [&] { (void)make_sink("video:path=" + dir / "a.xyz"); });
    check_throws(Errc::invalid_argument, {"no ending"}, [&] { (void)make_sink("video:path=" + dir / "a"); });
    check_throws(Errc::invalid_argument, {"codec", "h264"},
                 [&] { (void)make_sink("video:codec=theora,path=" + dir / "a.mp4"); });
    check_throws(Errc::invalid_argument, {".mp4 does not take codec=ffv1", "mpeg4"},
                 [&] { (void)make_sink("video:codec=ffv1,path=" + dir / "a.mp4"); });
    check_throws(Errc::not_found, {"no folder"},
                 [&] { make_sink("video:path=" + dir / "no/a.mp4")->open(spec); });
    check_throws(Errc::io, {"/proc/a.mp4", "not allowed"},
                 [&] { make_sink("video:path=/proc/a.mp4")->open(spec); });
    auto none = make_sink("video:path=" + dir / "a.mp4");
    none->open(spec);
    check_throws(Errc::io, {"no frame came"}, [&] { none->close(); });
    CHECK(dir.names().empty());
}

TEST_CASE("video sink: giving up leaves nothing, and what stood there before") {
    TempDir dir;
    write_text(dir / "a.mp4", "before");
    auto sink = make_sink("video:path=" + dir / "a.mp4");
    write_film(*sink, 64, 48, 10);
    sink->abandon();
    CHECK(dir.names() == std::vector<std::string>{"a.mp4"});
    write_film(*sink, 64, 48, 10);
    sink.reset();
    CHECK(dir.names() == std::vector<std::string>{"a.mp4"});
    CHECK(file_bytes(dir / "a.mp4").size() == 6);
}

TEST_CASE("video sink: a file that cannot grow is an error, and leaves nothing") {
    // A limit on file sizes stands for a full disk: the encoder's writes fail the same way.
    for (const char* name : {"a.mp4", "a.avi", "a.mkv"}) {
        TempDir dir;
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit low = before;
        low.rlim_cur = 30000;
        const auto handler = ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &low);
        auto sink = make_sink(std::string("video:path=") + dir / name);
        const int number = check_throws(Errc::io, {name}, [&] {
            sink->open({320, 240, PixelFormat::bgr8, {}, {}, 25});
            for (unsigned i = 0; i < 40; ++i) sink->write(noise_frame(320, 240, PixelFormat::bgr8, i).view());
            sink->close();
        });
        sink.reset();
        ::setrlimit(RLIMIT_FSIZE, &before);
        ::signal(SIGXFSZ, handler);
        (void)number;
        CHECK(dir.names().empty());
    }
}

TEST_CASE("video, picture and y4m sinks: a full disk is an error with its name, and leaves nothing") {
    TempDir dir;
    std::filesystem::create_directory(dir / "small");
    if (::mount("tmpfs", (dir / "small").c_str(), "tmpfs", 0, "size=256k") != 0) {
        MESSAGE("SKIP: no small disk can be mounted here (needs root and CAP_SYS_ADMIN)");
        return;
    }
    for (const char* spec : {"video:path=", "y4m:path=", "raw:path=", "images:path="}) {
        const std::string kind(spec);
        const std::string file = kind[0] == 'v' ? "a.mp4" : kind[0] == 'i' ? "%d.png" : "a.bin";
        auto sink = make_sink(kind + dir / "small/" + file);
        check_throws(Errc::io, {"small/", "no more room"}, [&] {
            sink->open({320, 240, PixelFormat::bgr8, {}, {}, 25});
            for (unsigned i = 0; i < 100; ++i)
                sink->write(noise_frame(320, 240, PixelFormat::bgr8, i).view());
            sink->close();
        });
        sink.reset();
        int whole = 0;
        for (const auto& entry : std::filesystem::directory_iterator(dir / "small")) {
            CHECK(kind[0] == 'i');  // finished pictures remain, and nothing else
            CHECK(entry.path().extension() == ".png");
            CHECK_FALSE(entry.path().filename().string().starts_with("."));
            std::filesystem::remove(entry.path());
            ++whole;
        }
        CHECK(whole < 5);
    }
    ::umount((dir / "small").c_str());
}

#endif
