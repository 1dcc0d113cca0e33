#pragma once
/// @file convert.hpp  Models of other programs into .pt files this library loads.

#include <filesystem>
#include <optional>
#include <string>
#include <vbg/model.hpp>

#include "model/description.hpp"

namespace vbg::model {

struct ConvertOptions {
    /// Empty = what the graph itself says, e.g. "bodypix-mobilenet-075-16".
    std::string name;
    /// TensorFlow.js only: see TfjsOptions.
    bool javascript_dilation = false;
    /// Where the weights came from; empty = the name of the file read. Licence (SPDX) and a sentence of
    /// provenance: nothing is assumed where they are empty.
    std::string source, licence, note;
    /// For a network that is not recognised: what it takes and returns. Its outputs' indexes count the
    /// file's.
    std::optional<Description> description;
    /// Called now and then on the caller's thread; false cancels (Error{io}).
    ModelProgress progress;
};

/// Reads `in` (a TensorFlow.js model.json with its weight files beside it, or a .tflite; decided by what is
/// in the file, not by its name), writes `out` in one step and returns the description put into it. Throws
/// Error{not_found, io, model}; nothing new is left under `out` then.
Description convert(const std::filesystem::path& in, const std::filesystem::path& out,
                    const ConvertOptions& options);

/// A few lines about a model.json, .tflite or .pt: operators, sizes, outputs, description. Throws as
/// convert().
[[nodiscard]] std::string inspect(const std::filesystem::path& path);

}  // namespace vbg::model
