#pragma once
/// @file torchscript.hpp  Any TorchScript network that has a description.

#include <vbg/registry.hpp>

namespace vbg::segment {

[[nodiscard]] StageEntry torchscript_entry();

}  // namespace vbg::segment
