// Loading and saving single pictures.
#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "io/picture_file.hpp"
#include "io/picture_format.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;

#ifdef VBG_HAVE_MEDIA

namespace {

Frame noise(int width, int height, PixelFormat format = PixelFormat::bgr8, unsigned seed = 1) {
    Frame f(width, height, format);
    std::minstd_rand random(seed);
    for (int y = 0; y < height; ++y)
        for (std::size_t x = 0; x < row_bytes(format, 0, width); ++x)
            f.view().row(y)[x] = static_cast<std::byte>(random() >> 7);
    return f;
}

bool equal(const ConstFrameView& a, const ConstFrameView& b) {
    if (a.width != b.width || a.height != b.height || a.format != b.format) return false;
    for (int y = 0; y < a.height; ++y)
        if (std::memcmp(a.row(y), b.row(y), row_bytes(a.format, 0, a.width)) != 0) return false;
    return true;
}

}  // namespace

TEST_CASE("lossless endings bring every pixel back, at odd sizes too") {
    TempDir dir;
    for (const char* ending : {".png", ".bmp", ".tif", ".ppm", ".PNG"}) {
        for (auto [w, h] : {std::pair{1, 1}, {7, 5}, {64, 48}}) {
            const Frame picture = noise(w, h);
            const std::string path = dir / std::string("p").append(ending);
            save_picture(path, picture.view());
            CHECK_MESSAGE(equal(load_picture(path).view(), picture.view()), ending, " ", w, "x", h);
        }
    }
    CHECK(dir.names().size() == 5);  // and no temporary names
}

TEST_CASE("other formats, transparency, bottom-up views") {
    TempDir dir;
    const Frame bgra = noise(13, 9, PixelFormat::bgra8), gray = noise(13, 9, PixelFormat::gray8);
    save_picture(dir / "a.png", bgra.view());
    CHECK(equal(load_picture(dir / "a.png", PixelFormat::bgra8).view(), bgra.view()));
    save_picture(dir / "g.png", gray.view());
    CHECK(equal(load_picture(dir / "g.png", PixelFormat::gray8).view(), gray.view()));

    const Frame rgb = noise(13, 9, PixelFormat::rgb8);
    save_picture(dir / "r.png", rgb.view());
    const Frame back = load_picture(dir / "r.png");  // bgr8: the same pixels with their bytes turned round
    for (int x = 0; x < 13; ++x)
        for (int c = 0; c < 3; ++c) CHECK(back.view().row(4)[3 * x + c] == rgb.view().row(4)[3 * x + 2 - c]);

    ConstFrameView flipped = rgb.view();
    flipped.planes[0] = {rgb.view().row(8), -rgb.view().planes[0].stride};
    save_picture(dir / "f.png", flipped);
    CHECK(std::memcmp(load_picture(dir / "f.png", PixelFormat::rgb8).view().row(0), rgb.view().row(8), 39) ==
          0);
}

TEST_CASE("JPEG: quality is heeded and a flat picture survives it") {
    TempDir dir;
    Frame flat(33, 21, PixelFormat::bgr8);
    fill(flat.view(), 200, 100, 50);
    save_picture(dir / "f.jpg", flat.view());
    const Frame back = load_picture(dir / "f.jpg");
    for (int c = 0; c < 3; ++c) {
        const int wanted = c == 0 ? 50 : c == 1 ? 100 : 200;
        CHECK(std::abs(std::to_integer<int>(back.view().row(20)[3 * 32 + c]) - wanted) <= 3);
    }
    const Frame busy = noise(64, 64);
    save_picture(dir / "low.jpg", busy.view(), 10);
    save_picture(dir / "high.jpg", busy.view(), 95);
    CHECK(file_bytes(dir / "low.jpg").size() < file_bytes(dir / "high.jpg").size() / 2);
}

TEST_CASE("a picture cut anywhere is refused, never half a picture") {
    TempDir dir;
    const Frame picture = noise(40, 30);
    for (const char* ending : {".jpg", ".png", ".bmp", ".webp", ".ppm"}) {
        const std::string path = dir / std::string("p").append(ending);
        save_picture(path, picture.view());
        const auto whole = file_bytes(path);
        REQUIRE_NOTHROW((void)load_picture(path));
        for (std::size_t keep = 1; keep < whole.size() - 1; keep += keep < 64 ? 1 : 97) {
            write_bytes(path, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)});
            CHECK_THROWS_AS_MESSAGE((void)load_picture(path), Error, ending, " cut to ", keep);
        }
        write_bytes(path, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2)});
        check_throws(Errc::io, {path, "get the file again"}, [&] { (void)load_picture(path); });
    }
}

TEST_CASE("not pictures: missing, folder, empty, text, too large") {
    TempDir dir;
    check_throws(Errc::not_found, {"none.png"}, [&] { (void)load_picture(dir / "none.png"); });
    check_throws(Errc::io, {"is a folder"}, [&] { (void)load_picture(dir.path()); });
    write_text(dir / "empty.png", "");
    check_throws(Errc::io, {"0 bytes"}, [&] { (void)load_picture(dir / "empty.png"); });
    write_text(dir / "text.png", "this is no picture, whatever its name says\n");
    check_throws(Errc::io, {"text.png", "not a picture"}, [&] { (void)load_picture(dir / "text.png"); });
    Frame wide(1, 1, PixelFormat::bgr8);
    save_picture(dir / "wide.png", wide.view());
    auto bytes = file_bytes(dir / "wide.png");
    bytes[17] = 1;  // width 65537: refused by the header, before memory is asked for
    write_bytes(dir / "wide.png", bytes);
    check_throws(Errc::io, {"65537x1", "16384"}, [&] { (void)load_picture(dir / "wide.png"); });
}

TEST_CASE("saving: unknown ending, missing folder, forbidden place") {
    TempDir dir;
    const Frame p = noise(4, 4);
    check_throws(Errc::invalid_argument, {".xyz", ".png"}, [&] { save_picture(dir / "p.xyz", p.view()); });
    check_throws(Errc::invalid_argument, {"no ending"}, [&] { save_picture(dir / "p", p.view()); });
    check_throws(Errc::not_found, {"no folder"}, [&] { save_picture(dir / "no/p.png", p.view()); });
    check_throws(Errc::io, {"/proc/p.png", "not allowed"}, [&] { save_picture("/proc/p.png", p.view()); });
    CHECK(dir.names().empty());
}

TEST_CASE("readers and writers use their memory again, whatever the sizes") {
    TempDir dir;
    PictureReader reader;
    PictureWriter writer;
    for (int i = 0; i < 4; ++i) {
        const Frame picture = noise(20 + 3 * (i % 2), 10, PixelFormat::bgr8, static_cast<unsigned>(i) + 1);
        writer.write(dir / "p.png", picture.view(), 95);
        CHECK(equal(reader.read(dir / "p.png"), picture.view()));
    }
}

#else

TEST_CASE("pictures are not in this build, and say so") {
    check_throws(Errc::not_built, {"VBG_MEDIA"}, [] { (void)load_picture("x.png"); });
}

#endif
