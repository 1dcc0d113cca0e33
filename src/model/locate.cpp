// Where model files lie (see model.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <vbg/error.hpp>
#include <vbg/model.hpp>
#include <vector>

#include "core/suggest.hpp"
#include "model/catalogue.hpp"

namespace vbg::inline v0 {

namespace fs = std::filesystem;

namespace {

/// The variable's value, or empty where it is not set.
std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::vector<fs::path> search_folders() {
    std::vector<fs::path> folders{model_folder()};
    const std::string path = environment("VBG_MODEL_PATH");
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t colon = std::min(path.find(':', at), path.size());
        if (colon > at) folders.emplace_back(path.substr(at, colon - at));
        at = colon + 1;
    }
    folders.emplace_back("/usr/share/vbg/models");
    return folders;
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

fs::path checked_path(std::string_view text) {
    fs::path path(text);
    if (text.starts_with("~/")) path = fs::path(environment("HOME")) / text.substr(2);
    if (is_file(path)) return path;
    std::error_code ignored;
    const char* found =
        fs::is_directory(path, ignored) ? "is a folder" : "does not exist or cannot be reached";
    throw Error(Errc::not_found, fmt::format("model '{}' {}; wanted a TorchScript file (.pt), or a name that "
                                             "'vbg-model list' shows",
                                             path.string(), found));
}

}  // namespace

fs::path model_folder() {
    if (const std::string own = environment("VBG_MODEL_DIR"); !own.empty()) return own;
    if (const std::string data = environment("XDG_DATA_HOME"); !data.empty() && data.front() == '/') {
        return fs::path(data) / "vbg" / "models";  // relative values are to be ignored (XDG base directories)
    }
    return fs::path(environment("HOME")) / ".local" / "share" / "vbg" / "models";
}

fs::path find_model_file(std::string_view name_or_path) {
    if (name_or_path.empty()) {
        throw Error(Errc::invalid_argument,
                    "model: the name is empty; wanted a name that 'vbg-model list' shows, or a path");
    }
    if (name_or_path.find('/') != std::string_view::npos || name_or_path.ends_with(".pt")) {
        return checked_path(name_or_path);
    }
    const std::optional<model::Wanted> known = model::find_wanted(name_or_path);
    const std::string full = known ? known->stem() : std::string(name_or_path);
    std::string tried;
    for (const fs::path& folder : search_folders()) {
        for (const std::string_view stem : {name_or_path, std::string_view(full)}) {
            fs::path file = folder / fmt::format("{}.pt", stem);
            if (is_file(file)) return file;
        }
        tried += fmt::format("{}{}", tried.empty() ? "" : ", ", folder.string());
    }
    if (known) {
        throw Error(Errc::not_found, fmt::format("model '{}' is not here: no {}.pt in {}; get it with: {}",
                                                 name_or_path, full, tried, known->fetch_command()));
    }
    std::vector<std::string_view> names;
    for (const CatalogueEntry& entry : list_models()) names.push_back(entry.name);
    throw Error(
        Errc::not_found,
        fmt::format("model '{0}' is not here: no {0}.pt in {1}, and the catalogue knows no such name{2}",
                    name_or_path, tried, suggest::known(name_or_path, names, "it is empty")));
}

}  // namespace vbg::inline v0
