#pragma once
/// @file tflite_reader.hpp  TensorFlow Lite files.

#include <string>

#include "model/graph.hpp"

namespace vbg::model {

/// The graph in the bytes of a .tflite file (not simplified): one subgraph with one picture in, float32 or
/// float16 weights. `origin` names the file in texts. Throws Error{model} for bytes that are damaged and for
/// what cannot be converted, naming it.
[[nodiscard]] Graph read_tflite(const std::string& bytes, const std::string& origin);

}  // namespace vbg::model
