#pragma once
/// @file list.hpp  What "vbg-model list" prints.

#include <string>
#include <vector>

namespace model_tool {

/// Without names: a line a model. With names: everything about each. Throws vbg::Error{not_found}.
void list(const std::vector<std::string>& names);

}  // namespace model_tool
