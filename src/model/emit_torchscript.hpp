#pragma once
/// @file emit_torchscript.hpp  A Graph and its description into a .pt file. C++17-clean, no torch header.

#include <filesystem>

#include "model/description.hpp"
#include "model/graph.hpp"

namespace vbg::net {

/// Builds a TorchScript module (see model/torchscript_source.hpp for its forward()) and saves it, with the
/// description inside as the extra file "vbg.json", to `out` in one step: nothing is left there on failure.
/// The file loads in LibTorch 1.13 and later. Throws Error{model, io}.
void write_torchscript(const model::Graph& graph, const model::Description& description,
                       const std::filesystem::path& out);

}  // namespace vbg::net
