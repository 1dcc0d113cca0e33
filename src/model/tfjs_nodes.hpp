#pragma once
/// @file tfjs_nodes.hpp  The operators of a TensorFlow.js graph model. Inner part of tfjs_reader.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/graph.hpp"
#include "model/tfjs_reader.hpp"
#include "model/tfjs_weights.hpp"

namespace vbg::model {

/// `topology` is the GraphDef. Throws Error{model}; an operator that is not known is named.
[[nodiscard]] Graph build_tfjs_graph(const nlohmann::json& topology, const TfjsTensors& tensors,
                                     const std::string& origin, const TfjsOptions& options);

}  // namespace vbg::model
