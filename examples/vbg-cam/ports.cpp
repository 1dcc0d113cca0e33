#include "ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vbg/vbg.hpp>

namespace cam {

namespace {

/// The first bytes of picture files: PNG, JPEG, BMP, TIFF (both orders), PNM, WebP.
bool is_picture(const std::filesystem::path& file) {
    std::array<char, 12> head{};
    std::ifstream in(file, std::ios::binary);
    in.read(head.data(), head.size());
    const std::string_view bytes(head.data(), static_cast<std::size_t>(in.gcount()));
    using namespace std::string_view_literals;
    const auto starts = [&](std::string_view magic) { return bytes.starts_with(magic); };
    const bool pnm = bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6';
    const bool webp = starts("RIFF") && bytes.size() == 12 && bytes.substr(8) == "WEBP";
    return starts("\x89PNG") || starts("\xFF\xD8\xFF") || starts("BM") || starts("II*\0"sv) ||
           starts("MM\0*"sv) || pnm || webp;
}

/// "/dev/video0", "/dev/v4l/by-id/..."; there or not.
bool is_video_node(const std::string& text) {
    return text.starts_with("/dev/video") || text.starts_with("/dev/v4l/");
}

bool is_spec(const std::string& text, vbg::StageKind kind) {
    const std::string name = text.substr(0, text.find(':'));
    return name == "auto" || vbg::find_stage(kind, name) != nullptr;
}

}  // namespace

std::string source_spec(const std::string& text) {
    if (is_spec(text, vbg::StageKind::source)) return text;
    std::error_code error;
    const std::string path = vbg::quote_value(text);
    if (is_video_node(text)) return "v4l2:device=" + path;
    if (std::filesystem::is_directory(text, error)) return "images:path=" + path;
    if (!std::filesystem::exists(text, error)) {
        // Something that looks like a path is one that is missing, not a stage's name that is wrong.
        if (text.find('/') != std::string::npos || text.find('.') != std::string::npos) {
            throw vbg::Error(
                vbg::Errc::not_found,
                fmt::format("--source {}: there is no such file or folder, and it is no stage either", text));
        }
        return text;
    }
    return (is_picture(text) ? "image:path=" : "video:path=") + path;
}

std::string sink_spec(const std::string& text) {
    if (is_spec(text, vbg::StageKind::sink)) return text;
    if (text == "-") return "y4m:path=-";
    if (text.starts_with("/dev/video") || text.starts_with("/dev/v4l/"))
        return "v4l2:device=" + vbg::quote_value(text);
    std::string extension = std::filesystem::path(text).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto any = [&](std::initializer_list<std::string_view> list) {
        return std::find(list.begin(), list.end(), extension) != list.end();
    };
    const std::string path = vbg::quote_value(text);
    if (any({".png", ".jpg", ".jpeg", ".bmp", ".webp"})) {
        return (text.find('%') != std::string::npos ? "images:path=" : "image:path=") + path;
    }
    if (any({".mp4", ".mkv", ".avi", ".mov"})) return "video:path=" + path;
    if (extension == ".y4m") return "y4m:path=" + path;
    if (extension.empty()) return text;  // the registry's own error lists the sinks there are
    throw vbg::Error(
        vbg::Errc::invalid_argument,
        fmt::format("--sink {}: '{}' says neither picture nor film; wanted .png, .jpg, .mp4, .mkv, .avi, "
                    ".mov or .y4m, or a spec such as raw:path={}",
                    text, extension, text));
}

}  // namespace cam
