#include "model/origin.hpp"

#include <fmt/format.h>

#include <system_error>
#include <vbg/error.hpp>
#include <vector>

namespace vbg::model {

namespace fs = std::filesystem;

namespace {

int hex_digit(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::size_t at = digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// "%20" -> " " (RFC 3986, 2.1); anything else stays.
std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool coded = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                           hex_digit(text[i + 2]) >= 0;
        plain += coded ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
        if (coded) i += 2;
    }
    return plain;
}

/// "file:///a/b", "file://localhost/a/b" and "file:a/b" -> a path (RFC 8089).
fs::path path_of_file_address(std::string_view address) {
    address.remove_prefix(std::string_view("file:").size());
    if (address.starts_with("//")) {
        address.remove_prefix(2);
        const std::string_view host = address.substr(0, address.find('/'));
        if (!host.empty() && host != "localhost") {
            throw Error(Errc::invalid_argument,
                        fmt::format("--from 'file://{}': names the computer '{}'; wanted file:///path",
                                    address, host));
        }
        address.remove_prefix(host.size());
    }
    return percent_decoded(address);
}

/// Ways a folder may be laid out around or below the publisher's own.
std::vector<fs::path> places(const fs::path& folder, const std::string& path) {
    std::vector<fs::path> found;
    for (const char* above : {"", "bodypix", "tflite", "mediapipe/modules/selfie_segmentation", "package"}) {
        for (std::string_view rest = path;;) {  // mobilenet/quant2/075/x, quant2/075/x, 075/x, x
            found.push_back(*above == '\0' ? folder / rest : folder / above / rest);
            const std::size_t slash = rest.find('/');
            if (slash == std::string_view::npos) break;
            rest.remove_prefix(slash + 1);
        }
    }
    return found;
}

}  // namespace

std::string plain_path(const ModelFile& file) {
    return std::string(file.path.substr(0, file.path.find('?')));
}

Origin::Origin(const CatalogueEntry& entry, const std::string& from) : entry_(&entry) {
    if (from.empty()) {
        address_ = entry.base;
        return;
    }
    if (from.starts_with("http://") || from.starts_with("https://")) {
        address_ = from;
        const bool one_file = entry.files.size() == 1 && from.ends_with(".tflite");
        if (!one_file && !address_.ends_with('/')) address_ += '/';
        return;
    }
    if (from.starts_with("file:")) {
        path_ = path_of_file_address(from);
    } else if (from.find("://") != std::string::npos) {
        throw Error(Errc::invalid_argument,
                    fmt::format("--from '{}': wanted a folder, a file, or an address that "
                                "begins with http://, https:// or file://",
                                from));
    } else {
        path_ = from;
    }
    std::error_code none;
    if (!fs::exists(path_, none)) {
        throw Error(Errc::not_found,
                    fmt::format("--from '{}': there is no such file or folder", path_.string()), ENOENT);
    }
}

std::string Origin::address_of(const ModelFile& file) const {
    if (!address_.ends_with('/')) return address_;
    return address_ + (address_ == entry_->base ? std::string(file.path) : plain_path(file));
}

fs::path Origin::find(const ModelFile& file) const {
    const std::string path = plain_path(file);
    std::error_code none;
    if (!fs::is_directory(path_, none)) {  // the first file itself; the others lie beside it
        if (file.path == entry_->files.front().path) return path_;
        fs::path beside = path_.parent_path() / fs::path(path).filename();
        if (fs::is_regular_file(beside, none)) return beside;
        throw Error(Errc::not_found, fmt::format("model '{}' needs {}, and it is not beside '{}'",
                                                 entry_->name, beside.filename().string(), path_.string()));
    }
    for (const fs::path& place : places(path_, path)) {
        if (fs::is_regular_file(place, none)) return place;
    }
    throw Error(Errc::not_found,
                fmt::format("model '{0}' needs {1}, and it is not in '{2}': wanted there {1}, or {3} "
                            "with all the model's files side by side",
                            entry_->name, path, path_.string(), fs::path(path).filename().string()));
}

}  // namespace vbg::model
