#pragma once
/// @file describe.hpp  Recognises a network by what is in its graph and writes its description.

#include "model/description.hpp"
#include "model/graph.hpp"

namespace vbg::model {

/// What is known of a graph from its node names, shapes and operators alone: never from a file name.
/// Known are BodyPix (output nodes float_segments, ...), MediaPipe's selfie segmentation (one input of
/// 256x256x3 or 256x144x3 pixels, one sigmoid output of that size) and DeepLab with the 21 classes of Pascal
/// VOC. Sets the input's size rule in `graph` and puts its outputs into the description's order. Throws
/// Error{model} for a network that is none of these, saying what it has. source, licence and note are left
/// empty.
[[nodiscard]] Description describe(Graph& graph);

/// For a network described by its user: puts the described outputs in order (by `index` among the graph's)
/// and checks them, and the input, against the graph. Throws Error{model} naming the field that does not fit.
void apply_description(Graph& graph, const Description& description);

/// A few lines about a graph for a reader: operators and their numbers, weights, input, outputs, padding.
[[nodiscard]] std::string summary(const Graph& graph);

}  // namespace vbg::model
