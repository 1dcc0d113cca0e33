// TensorFlow.js graph models. The json holds a TensorFlow GraphDef (integers as strings, byte strings as
// base64) in "modelTopology" and the list of weights in "weightsManifest"; outputs are the nodes nobody uses.
#include "model/tfjs_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vbg/error.hpp>

#include "model/file_bytes.hpp"
#include "model/tfjs_nodes.hpp"
#include "model/tfjs_weights.hpp"

namespace vbg::model {
namespace {

using nlohmann::json;

json parse(const std::string& text, const std::string& origin) {
    json parsed = json::parse(text, nullptr, false);
    if (parsed.is_discarded()) throw Error(Errc::model, origin + ": is not JSON, or is cut short");
    if (!parsed.is_object() || !parsed.contains("modelTopology") || !parsed.contains("weightsManifest"))
        throw Error(Errc::model,
                    origin +
                        ": is JSON, but no TensorFlow.js graph model (wanted 'modelTopology' and "
                        "'weightsManifest')");
    if (!parsed["weightsManifest"].is_array() || !parsed["modelTopology"].is_object())
        throw Error(Errc::model, origin + ": 'weightsManifest' is no list or 'modelTopology' no object");
    if (const auto format = parsed.find("format"); format != parsed.end() && *format != "graph-model")
        throw Error(Errc::model, origin + ": has the format '" +
                                     (format->is_string() ? format->get<std::string>() : std::string("?")) +
                                     "', wanted \"graph-model\" (layers models are not converted)");
    return parsed;
}

/// Weight files lie beside the json: a name that leads elsewhere is refused.
std::vector<std::string> group_files(const json& group, const std::string& origin) {
    const auto paths = group.is_object() ? group.find("paths") : group.end();
    if (!group.is_object() || paths == group.end() || !paths->is_array() || paths->empty())
        throw Error(Errc::model, origin + ": a group of 'weightsManifest' has no list 'paths'");
    std::vector<std::string> files;
    for (const json& path : *paths) {
        const std::string name = path.is_string() ? path.get<std::string>() : std::string{};
        if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
            name.find('\0') != std::string::npos)
            throw Error(Errc::model,
                        fmt::format("{}: the weight file '{}' is no plain file name", origin, name));
        files.push_back(name);
    }
    return files;
}

}  // namespace

std::vector<std::string> tfjs_weight_files(const std::string& text, const std::string& origin) {
    const json parsed = parse(text, origin);
    std::vector<std::string> files;
    for (const json& group : parsed["weightsManifest"])
        for (std::string& file : group_files(group, origin)) files.push_back(std::move(file));
    return files;
}

TfjsModel read_tfjs(const std::filesystem::path& json_path, const TfjsOptions& options) {
    const std::string origin = json_path.filename().string();
    const json parsed = parse(read_file(json_path, "model", std::uintmax_t{1} << 28), origin);
    TfjsModel model;
    TfjsTensors tensors;
    for (const json& group : parsed["weightsManifest"]) {
        const std::size_t begin = model.weight_bytes.size();
        for (const std::string& file : group_files(group, origin)) {
            model.weight_files.push_back(json_path.parent_path() / file);
            model.weight_bytes += read_file(model.weight_files.back(), "weight file");
        }
        const std::size_t end = decode_group(group, model.weight_bytes, begin, origin, tensors);
        if (end != model.weight_bytes.size())
            throw Error(Errc::model, origin + ": its weight files have " +
                                         std::to_string(model.weight_bytes.size() - begin) +
                                         " bytes, wanted " + std::to_string(end - begin) +
                                         ": they belong to another model; fetch the model again");
    }
    model.graph = build_tfjs_graph(parsed["modelTopology"], tensors, origin, options);
    return model;
}

}  // namespace vbg::model
