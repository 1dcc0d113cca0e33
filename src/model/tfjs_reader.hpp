#pragma once
/// @file tfjs_reader.hpp  TensorFlow.js graph models: a model.json and its weight files.

#include <filesystem>
#include <string>
#include <vector>

#include "model/graph.hpp"

namespace vbg::model {

struct TfjsOptions {
    /// TensorFlow stores the dilation of a convolution as {1, d, d, 1}; BodyPix' files say {d, d, 1, 1}. What
    /// was trained is d in both directions (the default). TensorFlow.js reads the middle two and so dilates
    /// the height alone; true does the same, for results equal to the original's in a browser.
    bool javascript_dilation = false;
};

/// A graph as it stands in the file (not simplified) and the files it was read from.
struct TfjsModel {
    Graph graph;
    std::vector<std::filesystem::path> weight_files;  ///< in the order their bytes are joined
    std::string weight_bytes;                         ///< the files' bytes joined
};

/// Reads `json_path` and the weight files it names, which lie beside it.
/// Throws Error{not_found, io} for files that cannot be read, Error{model} for what they hold.
[[nodiscard]] TfjsModel read_tfjs(const std::filesystem::path& json_path, const TfjsOptions& options);

/// The names of the weight files the text of a model.json asks for, in order. `origin` names it in texts.
[[nodiscard]] std::vector<std::string> tfjs_weight_files(const std::string& json, const std::string& origin);

}  // namespace vbg::model
