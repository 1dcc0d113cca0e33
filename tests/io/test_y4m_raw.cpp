// Streams of bytes: YUV4MPEG2 read back by a parser of its own here, raw pixels, pipes, full disks.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <thread>

#include <vbg/registry.hpp>

#include "io/frame_packer.hpp"
#include "support/frames.hpp"
#include "support/stdout_to.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;

namespace {

/// A reader of YUV4MPEG2 that shares nothing with the writer.
struct Y4m {
    int width = 0, height = 0;
    std::string rate, chroma, range, interlace, aspect;
    std::vector<std::vector<std::uint8_t>> frames;  ///< Y, U, V one after the other
};

Y4m parse_y4m(const std::vector<std::uint8_t>& bytes) {
    const std::string text(bytes.begin(), bytes.end());
    Y4m film;
    const std::size_t line = text.find('\n');
    REQUIRE(line != std::string::npos);
    std::istringstream header(text.substr(0, line));
    std::string field;
    header >> field;
    REQUIRE(field == "YUV4MPEG2");
    while (header >> field) {
        const std::string value = field.substr(1);
        switch (field[0]) {
            case 'W': film.width = std::stoi(value); break;
            case 'H': film.height = std::stoi(value); break;
            case 'F': film.rate = value; break;
            case 'C': film.chroma = value; break;
            case 'I': film.interlace = value; break;
            case 'A': film.aspect = value; break;
            case 'X':
                if (value.starts_with("COLORRANGE=")) film.range = value.substr(11);
                break;
            default: FAIL("unknown field ", field);
        }
    }
    const auto w = static_cast<std::size_t>(film.width), h = static_cast<std::size_t>(film.height);
    const std::size_t size = w * h + 2 * ((w + 1) / 2) * ((h + 1) / 2);
    for (std::size_t at = line + 1; at < bytes.size(); at += size) {
        REQUIRE(text.compare(at, 6, "FRAME\n") == 0);
        at += 6;
        REQUIRE(at + size <= bytes.size());
        film.frames.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    return film;
}

/// Y, U, V of one 8-bit colour by the definitions of BT.601 and BT.709, in floating point.
std::array<double, 3> yuv_of(double r, double g, double b, bool hd, bool full) {
    const double kr = hd ? 0.2126 : 0.299, kb = hd ? 0.0722 : 0.114;
    const double y = kr * r + (1 - kr - kb) * g + kb * b;
    const double u = (b - y) / (2 * (1 - kb)), v = (r - y) / (2 * (1 - kr));
    if (full) return {y, 128 + u, 128 + v};
    return {16 + y * 219 / 255, 128 + u * 224 / 255, 128 + v * 224 / 255};
}

Frame flat(int w, int h, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    Frame f(w, h, PixelFormat::bgr8);
    fill(f.view(), r, g, b);
    return f;
}

FrameSpec spec_of(const Frame& f, double fps = 30) {
    return {f.width(), f.height(), f.format(), {}, {}, fps};
}

}  // namespace

TEST_CASE("frame rates as fractions") {
    const auto is = [](double fps, int above, int below) {
        CHECK(fps_fraction(fps) == std::pair(above, below));
    };
    is(30, 30, 1), is(29.97, 30000, 1001), is(30000.0 / 1001, 30000, 1001), is(23.976, 24000, 1001);
    is(12.5, 25, 2), is(0.5, 1, 2), is(59.94, 60000, 1001), is(100.0 / 3, 100, 3), is(7.5, 15, 2),
        is(1000, 1000, 1);
    is(0.1, 1, 10);
}

TEST_CASE("y4m: header, number of frames, colours by the definitions, for both matrices and ranges") {
    TempDir dir;
    for (const bool hd : {false, true}) {
        for (const bool full : {false, true}) {
            auto sink = make_sink(std::string("y4m:matrix=")
                                      .append(hd ? "bt709" : "bt601")
                                      .append(full ? ",range=full" : "")
                                      .append(",path=") +
                                  dir / "f.y4m");
            const Frame a = flat(8, 6, 200, 40, 90), b = flat(8, 6, 0, 255, 10);
            sink->open(spec_of(a, 29.97));
            sink->write(a.view());
            sink->write(b.view());
            CHECK(dir.names() == std::vector<std::string>{".f.part.y4m"});
            sink->close();
            CHECK(dir.names() == std::vector<std::string>{"f.y4m"});
            const Y4m film = parse_y4m(file_bytes(dir / "f.y4m"));
            std::filesystem::remove(dir / "f.y4m");
            CHECK(film.width == 8);
            CHECK(film.height == 6);
            CHECK(film.rate == "30000:1001");
            CHECK(film.chroma == "420jpeg");
            CHECK(film.interlace == "p");
            CHECK(film.aspect == "1:1");
            CHECK(film.range == (full ? "FULL" : "LIMITED"));
            REQUIRE(film.frames.size() == 2);
            const auto wanted = yuv_of(200, 40, 90, hd, full), second = yuv_of(0, 255, 10, hd, full);
            for (std::size_t p = 0; p < 3; ++p) {
                const std::size_t at = p == 0 ? 0 : p == 1 ? 48 : 60;
                CHECK(std::abs(film.frames[0][at] - wanted.at(p)) <= 1);
                CHECK(std::abs(film.frames[1][at] - second.at(p)) <= 1);
            }
        }
    }
}

TEST_CASE("y4m: odd sizes round chroma up, and the last column's chroma is the last column's") {
    TempDir dir;
    for (const auto& [w, h] : {std::pair{1, 1}, {3, 5}, {7, 2}, {641, 359}}) {
        Frame f = flat(w, h, 0, 0, 0);
        for (int y = 0; y < h; ++y) f.view().row(y)[3 * (w - 1) + 2] = std::byte{255};  // red last column
        auto sink = make_sink("y4m:path=" + dir / "f.y4m");
        sink->open(spec_of(f));
        sink->write(f.view());
        sink->close();
        const Y4m film = parse_y4m(file_bytes(dir / "f.y4m"));
        REQUIRE(film.frames.size() == 1);
        const auto cw = static_cast<std::size_t>(w + 1) / 2, ch = static_cast<std::size_t>(h + 1) / 2;
        const std::size_t v_at = static_cast<std::size_t>(w * h) + cw * ch;
        const auto red = yuv_of(255, 0, 0, false, false);
        // An odd width leaves the last column alone in its pair.
        const double wanted = w % 2 == 1 ? red[2] : (red[2] + 128) / 2;
        CHECK(std::abs(film.frames[0][v_at + cw - 1] - wanted) <= 1);
        if (cw > 1) CHECK(film.frames[0][v_at] == 128);
    }
}

TEST_CASE("y4m: film of a pattern has its brightness everywhere") {
    TempDir dir;
    auto source = make_source("pattern:size=64x48,frames=7,fps=25");
    const auto frames = read_all(*source);
    auto sink = make_sink("y4m:path=" + dir / "f.y4m");
    sink->open(source->open());
    for (const Frame& f : frames) sink->write(f.view());
    sink->close();
    const Y4m film = parse_y4m(file_bytes(dir / "f.y4m"));
    CHECK(film.rate == "25:1");
    REQUIRE(film.frames.size() == 7);
    double worst = 0;
    for (std::size_t i = 0; i < 7; ++i)
        for (int y = 0; y < 48; ++y)
            for (int x = 0; x < 64; ++x) {
                const ConstFrameView v = frames[i].view();
                const double luma =
                    yuv_of(value_at(v, x, y, 2), value_at(v, x, y, 1), value_at(v, x, y, 0), false, false)[0];
                worst =
                    std::max(worst, std::abs(film.frames[i][static_cast<std::size_t>(y * 64 + x)] - luma));
            }
    CHECK(worst <= 1.0);
}

TEST_CASE("raw: every format has the size it should, and the bytes of convert()") {
    TempDir dir;
    const Frame picture = noise_frame(7, 5);
    const std::pair<const char*, std::size_t> sizes[] = {
        {"same", 105}, {"rgb8", 105}, {"bgr8", 105}, {"rgba8", 140},        {"bgra8", 140},
        {"gray8", 35}, {"yuyv", 80},  {"uyvy", 80},  {"nv12", 35 + 2 * 12}, {"i420", 35 + 2 * 12}};
    for (const auto& entry : sizes) {
        const std::string format = entry.first;
        const std::size_t size = entry.second;
        auto sink = make_sink(std::string("raw:format=").append(format).append(",path=") + dir / "f.raw");
        sink->open(spec_of(picture));
        sink->write(picture.view());
        sink->write(picture.view());
        sink->close();
        const auto bytes = file_bytes(dir / "f.raw");
        REQUIRE_MESSAGE(bytes.size() == 2 * size, format);
        CHECK(std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size),
                         bytes.begin() + static_cast<std::ptrdiff_t>(size)));
        if (format == "rgb8") {
            for (int y = 0; y < 5; ++y)
                for (int x = 0; x < 7; ++x)
                    CHECK(bytes[static_cast<std::size_t>(21 * y + 3 * x)] ==
                          value_at(picture.view(), x, y, 2));
        }
    }
}

TEST_CASE("raw: YUV that fits goes through untouched") {
    TempDir dir;
    const Frame picture = noise_frame(9, 7, PixelFormat::i420);
    auto sink = make_sink("raw:format=i420,path=" + dir / "f.raw");
    sink->open(spec_of(picture));
    sink->write(picture.view());
    sink->close();
    const auto bytes = file_bytes(dir / "f.raw");
    REQUIRE(bytes.size() == 63 + 2 * 20);
    CHECK(std::memcmp(bytes.data() + 9, picture.view().row(1), 9) == 0);
    CHECK(std::memcmp(bytes.data() + 63 + 20 + 5, picture.view().row(1, 2), 5) == 0);
}

TEST_CASE("standard output gets the film and nothing else") {
    TempDir dir;
    {
        const StdoutTo redirected(dir / "out");
        auto sink = make_sink("y4m");
        const Frame f = flat(16, 16, 1, 2, 3);
        sink->open(spec_of(f));
        for (int i = 0; i < 3; ++i) sink->write(f.view());
        sink->close();
        CHECK(::fcntl(1, F_GETFD) >= 0);  // standard output itself stays open
    }
    CHECK(parse_y4m(file_bytes(dir / "out")).frames.size() == 3);
}

TEST_CASE("a named pipe gets the whole film; a reader that leaves is an error") {
    TempDir dir;
    const std::string pipe = dir / "pipe.y4m";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const Frame f = noise_frame(320, 240);
    std::vector<std::uint8_t> got;
    std::thread reader([&] {
        const int fd = ::open(pipe.c_str(), O_RDONLY);
        std::vector<std::uint8_t> part(4099);
        for (ssize_t n = 0; (n = ::read(fd, part.data(), part.size())) > 0;)
            got.insert(got.end(), part.begin(), part.begin() + n);
        ::close(fd);
    });
    auto sink = make_sink("y4m:path=" + pipe);
    sink->open(spec_of(f));
    for (int i = 0; i < 10; ++i) sink->write(f.view());
    sink->close();
    reader.join();
    CHECK(parse_y4m(got).frames.size() == 10);

    std::thread leaver([&] {
        const int fd = ::open(pipe.c_str(), O_RDONLY);
        char c = 0;
        (void)!::read(fd, &c, 1);
        ::close(fd);
    });
    sink->open(spec_of(f));
    leaver.join();
    const int number =
        check_throws(Errc::io, {"y4m", "pipe.y4m", "reader is gone"}, [&] { sink->write(f.view()); });
    CHECK(number == EPIPE);
    sink->abandon();
    CHECK(dir.names() == std::vector<std::string>{"pipe.y4m"});  // the pipe itself is not ours to remove
}

TEST_CASE("full disk, forbidden and missing places, giving up") {
    TempDir dir;
    const Frame f = noise_frame(320, 240);
    for (const char* kind : {"y4m", "raw"}) {
        auto full = make_sink(std::string(kind).append(":path=/dev/full"));
        const int number = check_throws(Errc::io, {kind, "/dev/full", "no more room"}, [&] {
            full->open(spec_of(f));
            full->write(f.view());
        });
        CHECK(number == ENOSPC);
        auto forbidden = make_sink(std::string(kind).append(":path=/proc/film"));
        check_throws(Errc::io, {"/proc/film", "not allowed"}, [&] { forbidden->open(spec_of(f)); });
        auto missing = make_sink(std::string(kind).append(":path=") + dir / "no/film");
        check_throws(Errc::not_found, {"no folder"}, [&] { missing->open(spec_of(f)); });
        auto given_up = make_sink(std::string(kind).append(":path=") + dir / "film");
        given_up->open(spec_of(f));
        given_up->write(f.view());
        given_up->abandon();
        CHECK(dir.names().empty());
        given_up->open(spec_of(f));
        given_up->write(f.view());
        given_up.reset();  // the destructor gives up as well
        CHECK(dir.names().empty());
    }
}
