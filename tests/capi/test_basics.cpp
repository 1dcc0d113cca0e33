// Status, messages, texts, structs, log.
#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <vbg/vbg.hpp>

#include "capi.hpp"
#include "support/temp_dir.hpp"

using vbg_test::message;

TEST_CASE("the version is the C++ library's") {
    CHECK(std::string(vbg_version_text()) == std::string(vbg::version()));
    CHECK(vbg_version() == VBG_VERSION_NUMBER);
    int major = -1, minor = -1, patch = -1;
    CHECK(std::sscanf(vbg_version_text(), "%d.%d.%d", &major, &minor, &patch) == 3);
    CHECK(vbg_version() == static_cast<unsigned>(major << 24 | minor << 16 | patch << 8));
}

TEST_CASE("every status has a name") {
    CHECK(std::string(vbg_status_name(VBG_OK)) == "ok");
    CHECK(std::string(vbg_status_name(VBG_ERROR_NOT_BUILT)) == "not_built");
    CHECK(std::string(vbg_status_name(VBG_ERROR_INTERNAL)) == "internal");
    for (const int none : {-1, 10, 99, 101, INT32_MAX, INT32_MIN}) {
        CHECK(std::string(vbg_status_name(none)) == "unknown");
    }
}

TEST_CASE("a failure has a status, a text that names function and object, and clears the output") {
    auto* effect = reinterpret_cast<vbg_effect*>(1);
    CHECK(vbg_effect_create("no_such_effect", 0, &effect) == VBG_ERROR_NOT_FOUND);
    CHECK(effect == nullptr);
    CHECK(vbg_error_status() == VBG_ERROR_NOT_FOUND);
    CHECK(message().find("no_such_effect") != std::string::npos);

    CHECK(vbg_effect_create(nullptr, 0, &effect) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(message() == "vbg_effect_create: spec is NULL");
    CHECK(vbg_effect_create("hologram", 0, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(message() == "vbg_effect_create: out is NULL");
    CHECK(vbg_effect_create("hologram", -1, &effect) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(message().find("threads is -1; wanted 0") != std::string::npos);
}

TEST_CASE("the message is copied as far as there is room") {
    CHECK(vbg_error_set(VBG_ERROR_IO, "0123456789") == VBG_ERROR_IO);
    char small[5] = {'x', 'x', 'x', 'x', 'x'};
    CHECK(vbg_error_message(small, sizeof small) == 10);
    CHECK(std::string(small) == "0123");
    char one[1] = {'x'};
    CHECK(vbg_error_message(one, 1) == 10);
    CHECK(one[0] == '\0');
    CHECK(vbg_error_message(nullptr, 0) == 10);
    CHECK(vbg_error_message(nullptr, 99) == 10);
    vbg_error_set(VBG_ERROR_IO, nullptr);
    CHECK(vbg_error_message(small, sizeof small) == 0);
    CHECK(std::string(small).empty());
}

TEST_CASE("each thread has a failure of its own") {
    vbg_error_set(VBG_ERROR_IO, "mine");
    std::thread([] {
        CHECK(vbg_error_status() == VBG_OK);
        CHECK(message().empty());
        vbg_error_set(VBG_ERROR_MODEL, "another's");
    }).join();
    CHECK(vbg_error_status() == VBG_ERROR_IO);
    CHECK(message() == "mine");
}

TEST_CASE("errno of the system call is kept") {
    vbg_frame* frame = nullptr;
    const vbg_test::TempDir folder;
    CHECK(vbg_frame_load((folder / "none.png").c_str(), 0, &frame) == VBG_ERROR_NOT_FOUND);
    CHECK(message().find("none.png") != std::string::npos);
    CHECK(vbg_error_errno() == ENOENT);
    vbg_mask* mask = nullptr;
    CHECK(vbg_mask_create(0, 1, 0, &mask) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_error_errno() == 0);
}

TEST_CASE("texts are freed once and nothing else is") {
    char* text = nullptr;
    REQUIRE(vbg_spec_quote("a,b", &text) == VBG_OK);
    CHECK(std::string(text) != "a,b");
    vbg_text_destroy(text);
    vbg_text_destroy(text);  // known to be gone
    vbg_text_destroy(nullptr);
    char local[] = "on the stack";
    vbg_text_destroy(local);
    CHECK(std::string(local) == "on the stack");
}

TEST_CASE("structs are read and written as far as struct_size says") {
    vbg_frame* frame = nullptr;
    REQUIRE(vbg_frame_create(7, 5, VBG_FORMAT_BGR8, &frame) == VBG_OK);

    SUBCASE("a smaller one, as from an older program: what lies behind it is not touched") {
        struct {
            vbg_frame_view view;
        } given{};
        std::memset(&given, 0x5a, sizeof given);
        given.view.struct_size = offsetof(vbg_frame_view, matrix);
        REQUIRE(vbg_frame_get_view(frame, &given.view) == VBG_OK);
        CHECK(given.view.width == 7);
        CHECK(given.view.strides[0] == 64);
        CHECK(given.view.struct_size == offsetof(vbg_frame_view, matrix));
        CHECK(given.view.matrix == 0x5a5a5a5a);
        CHECK(given.view.sequence == 0x5a5a5a5a5a5a5a5a);
        // and as an input: nonsense behind the size is not read
        CHECK(vbg_view_fill(&given.view, 1, 2, 3) == VBG_OK);
    }
    SUBCASE("a larger one, as from a newer program: what the library does not know is not touched") {
        struct {
            vbg_frame_view view;
            std::uint64_t news;
        } given{};
        given.news = 77;
        given.view.struct_size = sizeof given;
        REQUIRE(vbg_frame_get_view(frame, &given.view) == VBG_OK);
        CHECK(given.news == 77);
        CHECK(given.view.struct_size == sizeof given);
        CHECK(vbg_view_fill(&given.view, 1, 2, 3) == VBG_OK);
    }
    SUBCASE("sizes that cannot be") {
        vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
        for (const std::uint32_t size : {0u, 3u, 4u, 16u, 84u, 4104u, 0xffffffffu}) {
            view.struct_size = size;
            CHECK(vbg_frame_get_view(frame, &view) == VBG_ERROR_INVALID_ARGUMENT);
            CHECK(message().find("struct_size is " + std::to_string(size)) != std::string::npos);
            CHECK(message().find("VBG_STRUCT") != std::string::npos);
        }
    }
    vbg_frame_destroy(frame);
}

TEST_CASE("views: strides of 0, memory elsewhere, nonsense") {
    vbg_test::Pixels pixels(6, 4, 3);
    vbg_frame_view view = pixels.frame();
    REQUIRE(vbg_view_fill(&view, 10, 20, 30) == VBG_OK);
    CHECK(pixels.bytes[0] == 30);
    CHECK(pixels.bytes[pixels.bytes.size() - 1] == 10);

    vbg_frame_view bad = view;
    bad.device_type = VBG_DEVICE_CUDA;
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_UNSUPPORTED_FORMAT);
    CHECK(message().find("host memory") != std::string::npos);
    bad.device_type = VBG_DEVICE_CUDA_HOST;  // which it is, too
    CHECK(vbg_view_fill(&bad, 10, 20, 30) == VBG_OK);
    for (const std::int32_t none : {-1, 4, 13, INT32_MAX}) {
        bad.device_type = none;
        CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_INVALID_ARGUMENT);
        CHECK(message().find("VBG_DEVICE_CUDA") != std::string::npos);
    }
    bad = view;
    bad.strides[0] = INT64_MIN;
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_INVALID_ARGUMENT);
    bad = view;
    bad.strides[0] = 17;  // a row has 18 bytes
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_INVALID_ARGUMENT);
    bad = view;
    bad.planes[0] = nullptr;
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_INVALID_ARGUMENT);
    bad = view;
    bad.format = 12345;
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_UNSUPPORTED_FORMAT);
    bad = view;
    bad.width = -1;
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_INVALID_ARGUMENT);
    bad = view;
    bad.range = 3;
    CHECK(vbg_view_fill(&bad, 1, 2, 3) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_view_fill(&view, 256, 0, 0) == VBG_ERROR_INVALID_ARGUMENT);
}

namespace {

struct Heard {
    std::string text;
    std::vector<std::int32_t> inside;
};

void hear(void* user, std::int32_t level, const char* text) {
    auto& heard = *static_cast<Heard*>(user);
    heard.text += std::to_string(level) + ":" + text + "\n";
    // Using the library here would wait for itself; it says so instead.
    vbg_mask* mask = nullptr;
    heard.inside.push_back(vbg_mask_create(4, 4, 0, &mask));
    heard.inside.push_back(vbg_log_write(VBG_LOG_ERROR, "again"));
    heard.inside.push_back(vbg_log_set_handler(nullptr, nullptr, VBG_LOG_DEBUG));
}

}  // namespace

TEST_CASE("the log handler hears what is said at its level and above, and must not use the library") {
    Heard heard;
    REQUIRE(vbg_log_set_handler(hear, &heard, VBG_LOG_WARNING) == VBG_OK);
    CHECK(vbg_log_write(VBG_LOG_INFO, "quiet") == VBG_OK);
    CHECK(vbg_log_write(VBG_LOG_WARNING, "loud") == VBG_OK);
    vbg::log(vbg::LogLevel::error, "from inside");
    REQUIRE(vbg_log_set_handler(nullptr, nullptr, VBG_LOG_INFO) == VBG_OK);
    vbg_log_write(VBG_LOG_ERROR, "nobody hears");
    CHECK(heard.text == "2:loud\n3:from inside\n");
    CHECK(heard.inside == std::vector<std::int32_t>(6, VBG_ERROR_WRONG_STATE));
    CHECK(vbg_log_write(VBG_LOG_ERROR + 1, "x") == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_log_write(VBG_LOG_ERROR, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_log_set_handler(hear, &heard, -1) == VBG_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("formats are those of C++") {
    for (int f = -1; f < 40; ++f) {
        const auto format = static_cast<vbg::PixelFormat>(f);
        CHECK(std::string(vbg_format_name(f)) == std::string(vbg::to_string(format)));
        CHECK(vbg_format_plane_count(f) == vbg::plane_count(format));
        for (int p = -1; p < 4; ++p) {
            CHECK(vbg_format_row_bytes(f, p, 33) == vbg::row_bytes(format, p, 33));
            CHECK(vbg_format_plane_rows(f, p, 33) == vbg::plane_rows(format, p, 33));
        }
    }
    CHECK(vbg_format_find("nv12") == VBG_FORMAT_NV12);
    CHECK(vbg_format_find("nv13") == VBG_FORMAT_UNKNOWN);
    CHECK(vbg_format_find(nullptr) == VBG_FORMAT_UNKNOWN);
    CHECK(vbg_format_row_bytes(VBG_FORMAT_BGR8, 0, -5) == 0);
    CHECK(vbg_format_plane_rows(VBG_FORMAT_NV12, 1, INT32_MAX) == 0);
}

TEST_CASE("pictures are saved, loaded, copied and converted") {
    const vbg_test::TempDir folder;
    auto pixels = vbg_test::Pixels::random(31, 17, 3, 1);
    const vbg_frame_view view = pixels.frame();
    // a name with everything that a spec would stumble over
    const std::string file = folder / "a,b|c='d' \"e\" f:g.png";
    REQUIRE(vbg_view_save(&view, file.c_str()) == VBG_OK);
    vbg_frame* loaded = nullptr;
    REQUIRE(vbg_frame_load(file.c_str(), 0, &loaded) == VBG_OK);
    vbg_frame_view back = VBG_STRUCT(vbg_frame_view);
    REQUIRE(vbg_frame_get_view(loaded, &back) == VBG_OK);
    REQUIRE(back.format == VBG_FORMAT_BGR8);
    REQUIRE(back.width == 31);
    vbg_test::Pixels copy(31, 17, 3);
    const vbg_frame_view to = copy.frame();
    REQUIRE(vbg_view_copy(&back, &to) == VBG_OK);
    CHECK(copy.bytes == pixels.bytes);

    vbg_frame* rgb = nullptr;
    REQUIRE(vbg_frame_load(file.c_str(), VBG_FORMAT_RGB8, &rgb) == VBG_OK);
    vbg_frame_view swapped = VBG_STRUCT(vbg_frame_view);
    REQUIRE(vbg_frame_get_view(rgb, &swapped) == VBG_OK);
    CHECK(static_cast<std::uint8_t*>(swapped.planes[0])[0] == pixels.bytes[2]);
    REQUIRE(vbg_view_convert(&swapped, &to) == VBG_OK);
    CHECK(copy.bytes == pixels.bytes);
    // saving takes any format
    const std::string again = folder / "rgb.png";
    REQUIRE(vbg_view_save(&swapped, again.c_str()) == VBG_OK);
    CHECK(vbg_test::file_bytes(again) == vbg_test::file_bytes(file));

    CHECK(vbg_view_save(&view, (folder / "x.strange").c_str()) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_view_save(&view, nullptr) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_frame_load(file.c_str(), 999, &rgb) == VBG_ERROR_UNSUPPORTED_FORMAT);
    CHECK(rgb == nullptr);
    vbg_test::Pixels other(30, 17, 3);
    const vbg_frame_view smaller = other.frame();
    CHECK(vbg_view_copy(&view, &smaller) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_view_convert(&view, &smaller) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_frame_destroy(loaded);
}
