// Numbered pictures in and out, and the single-picture sink.
#include <doctest/doctest.h>

#include <vbg/log.hpp>
#include <vbg/registry.hpp>

#include "io/null_sink.hpp"
#include "io/numbered_name.hpp"
#include "io/picture_file.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;

TEST_CASE("numbered names") {
    const NumberedName n("a/b_%04d%%.png", "images");
    CHECK(n.path(7) == "a/b_0007%.png");
    CHECK(n.path(123456) == "a/b_123456%.png");
    CHECK(n.folder() == "a/");
    CHECK(n.number_in("b_0042%.png") == 42);
    CHECK_FALSE(n.number_in("b_42%.png").has_value());
    CHECK_FALSE(n.number_in("b_00x2%.png").has_value());
    CHECK_FALSE(n.number_in("b_%.png").has_value());
    CHECK(NumberedName("%d.png", "images").path(5) == "5.png");
    CHECK(NumberedName("%d.png", "images").folder() == ".");
    for (const char* bad :
         {"a.png", "%s.png", "%", "%5x.png", "%d_%d.png", "a%02d/b.png", "%n%d.png", "%99d.png"})
        check_throws(Errc::invalid_argument, {"images", bad, "%05d"}, [&] { NumberedName(bad, "images"); });
}

TEST_CASE("null counts") {
    NullSink sink;
    const Frame f(4, 4, PixelFormat::bgr8);
    sink.open({4, 4, PixelFormat::bgr8, {}, {}, 30});
    for (int i = 0; i < 3; ++i) sink.write(f.view());
    CHECK(sink.frames() == 3);
    check_throws(Errc::invalid_argument, {"null", "5x4"},
                 [&] { sink.write(Frame(5, 4, PixelFormat::bgr8).view()); });
    sink.close();
}

#ifdef VBG_HAVE_MEDIA

namespace {

/// Writes all frames of a pattern through a sink and gives them back for comparison.
std::vector<Frame> write_pattern(const std::string& pattern, Sink& sink) {
    auto source = make_source(pattern);
    auto frames = read_all(*source);
    FrameSpec spec = source->open();
    sink.open(spec);
    for (const Frame& f : frames) sink.write(f.view());
    return frames;
}

}  // namespace

TEST_CASE("pattern -> numbered pictures -> the same pixels, from the pattern and from the folder") {
    TempDir dir;
    auto sink = make_sink("images:path=" + dir / "new");
    const auto frames = write_pattern("pattern:size=61x35,frames=12", *sink);
    sink->close();
    CHECK(std::filesystem::exists(dir / "new/00000.png"));
    CHECK(std::filesystem::exists(dir / "new/00011.png"));
    write_text(dir / "new/notes.txt", "not a picture");
    for (const std::string& path : {dir / "new/%05d.png", dir / "new", dir / "new/"}) {
        auto source = make_source("images:fps=10,path=" + path);
        const auto back = read_all(*source);
        CHECK(source->length() == 12);
        REQUIRE(back.size() == 12);
        for (std::size_t i = 0; i < 12; ++i) {
            CHECK(equal_pixels(back[i].view(), frames[i].view()));
            CHECK(back[i].view().sequence == i);
            CHECK(back[i].view().timestamp == 100ms * i);
        }
    }
    auto loop = make_source("images:loop=true,path=" + dir / "new");
    const auto twice = read_all(*loop, 30);
    REQUIRE(twice.size() == 30);
    CHECK(equal_pixels(twice[29].view(), frames[5].view()));
    CHECK(twice[29].view().sequence == 29);
    CHECK(loop->length() == 0);
}

TEST_CASE(
    "images: size brings different pictures to one; without it the error names both sizes and the file") {
    TempDir dir;
    save_picture(dir / "a.png", noise_frame(20, 10).view());
    save_picture(dir / "b.png", noise_frame(30, 40).view());
    auto plain = make_source("images:path=" + dir.path());
    check_throws(Errc::io, {"b.png", "30x40", "20x10", "size="}, [&] { (void)read_all(*plain); });
    auto fitted = make_source("images:size=16x16,path=" + dir.path());
    CHECK(read_all(*fitted).size() == 2);
}

TEST_CASE("images: nothing there, a broken one in the middle, a hole in the numbers") {
    TempDir dir;
    check_throws(Errc::not_found, {"holds no picture"},
                 [&] { make_source("images:path=" + dir.path())->open(); });
    check_throws(Errc::not_found, {"no file is named like"},
                 [&] { make_source("images:path=" + dir / "%d.png")->open(); });
    check_throws(Errc::not_found, {"none"}, [&] { make_source("images:path=" + dir / "none")->open(); });
    for (int i : {3, 4, 9}) save_picture(dir / std::to_string(i).append(".png"), noise_frame(8, 8).view());
    std::string said;
    set_log_handler([&](LogLevel, std::string_view text) { said += text; });
    auto source = make_source("images:path=" + dir / "%d.png");
    CHECK(read_all(*source).size() == 3);
    set_log_handler(nullptr);
    CHECK(said.find("4.png' is followed by") != std::string::npos);
    auto half = file_bytes(dir / "4.png");
    half.resize(half.size() / 2);
    write_bytes(dir / "4.png", half);
    check_throws(Errc::io, {"4.png", "ends in the middle"}, [&] { (void)read_all(*source); });
}

TEST_CASE("images sink: patterns, first number, formats, refusals") {
    TempDir dir;
    auto sink = make_sink("images:first=7,path=" + dir / "f_%03d.jpg");
    (void)write_pattern("pattern:size=32x32,frames=2", *sink);
    CHECK(dir.names() == std::vector<std::string>{"f_007.jpg", "f_008.jpg"});  // there before close()
    sink->abandon();
    CHECK(dir.names().size() == 2);
    check_throws(Errc::invalid_argument, {".xyz"}, [&] { (void)make_sink("images:path=" + dir / "%d.xyz"); });
    check_throws(Errc::invalid_argument, {"format="},
                 [&] { (void)make_sink("images:format=jpg,path=" + dir / "%d.png"); });
    const FrameSpec spec{8, 8, PixelFormat::bgr8, {}, {}, 30};
    check_throws(Errc::not_found, {"no folder"},
                 [&] { make_sink("images:path=" + dir / "a/b")->open(spec); });
    check_throws(Errc::io, {"not allowed"}, [&] { make_sink("images:path=/proc/%d.png")->open(spec); });
}

TEST_CASE("image sink keeps the first, the last or the wanted frame, and nothing before close()") {
    TempDir dir;
    const std::pair<const char*, std::size_t> cases[] = {{"first", 0}, {"last", 5}, {"3", 3}};
    for (const auto& [which, index] : cases) {
        auto sink = make_sink(std::string("image:frame=").append(which).append(",path=") + dir / "p.png");
        const auto frames = write_pattern("pattern:size=48x36,frames=6", *sink);
        CHECK(dir.names().empty());
        sink->close();
        CHECK(equal_pixels(load_picture(dir / "p.png").view(), frames[index].view()));
        std::filesystem::remove(dir / "p.png");
    }
    auto sink = make_sink("image:path=" + dir / "p.png");
    (void)write_pattern("pattern:size=48x36,frames=2", *sink);
    sink->abandon();
    CHECK(dir.names().empty());
    sink->open({8, 8, PixelFormat::bgr8, {}, {}, 30});
    check_throws(Errc::io, {"no frame came"}, [&] { sink->close(); });
    auto beyond = make_sink("image:frame=9,path=" + dir / "p.png");
    (void)write_pattern("pattern:size=48x36,frames=2", *beyond);
    check_throws(Errc::io, {"frame=9", "only 2 came"}, [&] { beyond->close(); });
    check_throws(Errc::io, {"is a folder"}, [&] {
        std::filesystem::create_directory(dir / "d.png");
        make_sink("image:path=" + dir / "d.png")->open({8, 8, PixelFormat::bgr8, {}, {}, 30});
    });
}

#endif
