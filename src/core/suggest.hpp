#pragma once
/// @file suggest.hpp  "There is no such name, but ..." for error texts.

#include <string>
#include <string_view>
#include <vector>

namespace vbg::suggest {

/// "; did you mean 'x'? There are: a, b, c", or "; `none`" where `names` is empty.
[[nodiscard]] std::string known(std::string_view wanted, const std::vector<std::string_view>& names,
                                std::string_view none);

}  // namespace vbg::suggest
