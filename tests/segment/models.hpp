#pragma once
/// @file models.hpp  Real networks for the tests of src/segment, converted once a test program.

#include <map>
#include <string>
#include <vbg/model.hpp>

#include "segment/goldens.hpp"
#include "support/temp_dir.hpp"

namespace vbg::test {

/// The .pt made of `file` (relative to the data folder).
inline std::string converted(const std::string& file, bool javascript_dilation = false) {
    static const vbg_test::TempDir folder;
    static std::map<std::string, std::string> made;
    std::string& path = made[file + (javascript_dilation ? "#js" : "")];
    if (path.empty()) {
        path = folder / (std::to_string(made.size()) + ".pt");
        ConvertOptions options;
        options.javascript_dilation = javascript_dilation;
        convert_model(data_folder() / file, path, options);
    }
    return path;
}

/// The network that a reference case was made with.
inline std::string converted(const BodyPixCase& one) {
    const std::size_t bar = one.weights.find('_');
    return converted("models/bodypix/mobilenet/" + one.weights.substr(0, bar) + "/" +
                         one.weights.substr(bar + 1) + "/model-stride" + std::to_string(one.stride) + ".json",
                     one.stride == 8 && !one.both_ways);
}

}  // namespace vbg::test
