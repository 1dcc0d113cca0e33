// Loading and saving single pictures.
#include <doctest/doctest.h>

#include <cstring>

#include <vbg/parameter.hpp>

#include "io/picture_file.hpp"
#include "io/picture_format.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;

#ifdef VBG_HAVE_MEDIA

TEST_CASE("lossless endings bring every pixel back, at odd sizes too") {
    TempDir dir;
    for (const char* ending : {".png", ".bmp", ".tif", ".ppm", ".PNG"}) {
        for (const Size size : {Size{1, 1}, {7, 5}, {64, 48}}) {
            const Frame picture = noise_frame(size.width, size.height);
            const std::string path = dir / std::string("p").append(ending);
            save_picture(path, picture.view());
            CHECK_MESSAGE(equal_pixels(load_picture(path).view(), picture.view()), ending, " ", size.width);
        }
    }
    CHECK(dir.names().size() == 5);  // and no temporary names
}

TEST_CASE("other formats, transparency, bottom-up views") {
    TempDir dir;
    const Frame bgra = noise_frame(13, 9, PixelFormat::bgra8), gray = noise_frame(13, 9, PixelFormat::gray8);
    save_picture(dir / "a.png", bgra.view());
    CHECK(equal_pixels(load_picture(dir / "a.png", PixelFormat::bgra8).view(), bgra.view()));
    save_picture(dir / "g.png", gray.view());
    CHECK(equal_pixels(load_picture(dir / "g.png", PixelFormat::gray8).view(), gray.view()));

    const Frame rgb = noise_frame(13, 9, PixelFormat::rgb8);
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
    const Frame busy = noise_frame(64, 64);
    save_picture(dir / "low.jpg", busy.view(), 10);
    save_picture(dir / "high.jpg", busy.view(), 95);
    CHECK(file_bytes(dir / "low.jpg").size() < file_bytes(dir / "high.jpg").size() / 2);
}

TEST_CASE("JPEG: an EXIF turn is applied") {
    TempDir dir;
    Frame sides(32, 16, PixelFormat::bgr8);  // left half dark, right half bright
    for (int y = 0; y < 16; ++y) std::memset(sides.view().row(y) + 48, 220, 48);
    save_picture(dir / "p.jpg", sides.view());
    // APP1 with one TIFF entry: orientation (0x0112) = 6: to be turned clockwise by a quarter.
    const std::uint8_t exif[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0,    0,    'M', 'M',
                                 0,    42,   0, 0,  0,   8,   0,   1,   0x01, 0x12, 0,   3,
                                 0,    0,    0, 1,  0,   6,   0,   0,   0,    0,    0,   0};
    auto bytes = file_bytes(dir / "p.jpg");
    bytes.insert(bytes.begin() + 2, std::begin(exif), std::end(exif));
    write_bytes(dir / "p.jpg", bytes);
    const Frame upright = load_picture(dir / "p.jpg");
    CHECK(upright.width() == 16);
    CHECK(upright.height() == 32);
    CHECK(value_at(upright.view(), 8, 4, 0) < 30);
    CHECK(value_at(upright.view(), 8, 28, 0) > 190);
}

TEST_CASE("8000x6000 goes out and in") {
    TempDir dir;
    Frame large(8000, 6000, PixelFormat::bgr8);
    fill(large.view(), 10, 20, 30);
    large.view().row(5999)[3 * 7999] = std::byte{99};
    save_picture(dir / "p.png", large.view());
    CHECK(equal_pixels(load_picture(dir / "p.png").view(), large.view()));
}

TEST_CASE("a picture cut anywhere is refused, never half a picture") {
    TempDir dir;
    const Frame picture = noise_frame(40, 30);
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
    const Frame p = noise_frame(4, 4);
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
        const Frame picture =
            noise_frame(20 + 3 * (i % 2), 10, PixelFormat::bgr8, static_cast<unsigned>(i) + 1);
        writer.write(dir / "p.png", picture.view(), 95);
        CHECK(equal_pixels(reader.read(dir / "p.png"), picture.view()));
    }
}

#else

TEST_CASE("pictures are not in this build, and say so") {
    check_throws(Errc::not_built, {"VBG_MEDIA"}, [] { (void)load_picture("x.png"); });
}

#endif
