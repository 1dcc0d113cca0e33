#pragma once
/// @file module_file.hpp  What a TorchScript file says about itself, without loading it. No torch header.

#include <string>

#include "model/description.hpp"

namespace vbg::net {

/// The description inside a .pt ("vbg.json"), or, for files made elsewhere, the one beside it
/// ("<file>.json"). The inside one counts where both are. Throws Error{not_found} where there is no file,
/// Error{model} where it is no TorchScript file, is cut short, or has no description (the text says how to
/// add one).
[[nodiscard]] model::Description read_description(const std::string& path);

}  // namespace vbg::net
