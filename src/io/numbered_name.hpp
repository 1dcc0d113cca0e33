#pragma once
/// @file numbered_name.hpp  File names with a number in them: "frames/%05d.png", or a folder.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vbg {

class NumberedName {
public:
    /// Whether a path has a % in it, and so is a pattern rather than a folder.
    [[nodiscard]] static bool is_pattern(std::string_view path) noexcept;

    /// Takes a pattern apart: exactly one %d or %05d, in the file's name, not in its folder's; %% is a
    /// percent sign. Throws Error{invalid_argument}. `who` names the stage in texts.
    NumberedName(std::string_view pattern, std::string_view who);

    /// The whole path with the number put in.
    [[nodiscard]] std::string path(std::uint64_t number) const;
    /// The number in a file name (without its folder), or nothing where the name is not of this pattern.
    [[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view file_name) const;
    /// The folder, "." where the pattern names none.
    [[nodiscard]] std::string folder() const;
    /// All numbers for which there is a file now, ascending. Throws Error{not_found, io} for the folder.
    [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view who) const;

private:
    std::string folder_;  ///< with its slash, or empty
    std::string before_, after_;
    std::size_t digits_ = 0;  ///< at least so many, filled with zeros
};

/// Names of the entries of a folder, sorted by byte. Throws Error{not_found, io}.
[[nodiscard]] std::vector<std::string> list_folder(const std::string& folder, std::string_view who);

}  // namespace vbg
