#include "io/numbered_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include <vbg/error.hpp>

namespace vbg {

namespace fs = std::filesystem;

bool NumberedName::is_pattern(std::string_view path) noexcept {
    return path.find('%') != std::string_view::npos;
}

NumberedName::NumberedName(std::string_view pattern, std::string_view who) {
    const auto refuse = [&](std::string_view problem) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{} '{}': {}; wanted one number in the file's name, like frames/%05d.png",
                                who, pattern, problem));
    };
    const std::size_t slash = pattern.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? pattern : pattern.substr(slash + 1);
    folder_ = slash == std::string_view::npos ? "" : pattern.substr(0, slash + 1);
    if (folder_.find('%') != std::string::npos) refuse("there is a % in the folder's name");
    bool seen = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        std::string& part = seen ? after_ : before_;
        if (name[i] != '%') {
            part += name[i];
        } else if (i + 1 < name.size() && name[i + 1] == '%') {
            part += name[++i];
        } else {
            const std::size_t end = name.find_first_not_of("0123456789", i + 1);
            if (end == std::string_view::npos || name[end] != 'd')
                refuse("a % is not followed by a number and d");
            if (seen) refuse("it has two numbers");
            if (end > i + 1) std::from_chars(name.data() + i + 1, name.data() + end, digits_);
            if (digits_ > 18) refuse("it has more than 18 digits");
            seen = true;
            i = end;
        }
    }
    if (!seen) refuse("it has no number");
}

std::string NumberedName::path(std::uint64_t number) const {
    return fmt::format("{}{}{:0{}}{}", folder_, before_, number, digits_, after_);
}

std::optional<std::uint64_t> NumberedName::number_in(std::string_view name) const {
    if (!name.starts_with(before_) || !name.ends_with(after_) ||
        name.size() <= before_.size() + after_.size()) {
        return std::nullopt;
    }
    const std::string_view digits = name.substr(before_.size(), name.size() - before_.size() - after_.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    // Only names that path() would give: 7.png is not of the pattern %03d.png, and 0010.png neither.
    if (fmt::format("{:0{}}", number, digits_) != digits) return std::nullopt;
    return number;
}

std::string NumberedName::folder() const { return folder_.empty() ? "." : folder_; }

std::vector<std::uint64_t> NumberedName::numbers(std::string_view who) const {
    std::vector<std::uint64_t> found;
    for (const std::string& name : list_folder(folder(), who)) {
        if (const auto number = number_in(name)) found.push_back(*number);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::string> list_folder(const std::string& folder, std::string_view who) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        names.push_back(it->path().filename().string());
    }
    if (error) {
        const bool missing = error.value() == ENOENT;
        throw Error(
            missing ? Errc::not_found : Errc::io,
            fmt::format("{}: folder '{}': {}", who, folder, missing ? "there is none" : error.message()),
            error.value());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace vbg
