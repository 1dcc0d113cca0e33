#include "core/suggest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace vbg::suggest {

namespace {

/// Levenshtein's edit distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}

}  // namespace

std::string known(std::string_view wanted, const std::vector<std::string_view>& names,
                  std::string_view none) {
    if (names.empty()) return fmt::format("; {}", none);
    const auto near = std::min_element(
        names.begin(), names.end(),
        [&](std::string_view a, std::string_view b) { return distance(wanted, a) < distance(wanted, b); });
    const bool close = distance(wanted, *near) <= std::max<std::size_t>(2, wanted.size() / 3);
    return fmt::format("{} There are: {}", close ? fmt::format("; did you mean '{}'?", *near) : ".",
                       fmt::join(names, ", "));
}

}  // namespace vbg::suggest
