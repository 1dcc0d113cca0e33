#include "model/module_file.hpp"

#include <caffe2/serialize/inline_container.h>

#include <filesystem>
#include <vbg/error.hpp>

#include "model/file_bytes.hpp"

namespace vbg::net {
namespace {

/// A .pt is a zip archive; extra files lie in its folder extra/. `found` says whether vbg.json was there.
std::string inner_description(const std::string& path, bool& found) {
    try {
        caffe2::serialize::PyTorchStreamReader archive(path);
        found = archive.hasRecord("extra/vbg.json");
        if (!found && !archive.hasRecord("constants.pkl") && !archive.hasRecord("data.pkl"))
            throw Error(Errc::model, "'" + path + "' is a zip archive, but no TorchScript file");
        if (!found) return {};
        const auto [data, size] = archive.getRecord("extra/vbg.json");
        return {static_cast<const char*>(data.get()), size};
    } catch (const Error&) {
        throw;
    } catch (const std::exception&) {  // c10::Error; its text is about zip records and helps nobody
        throw Error(
            Errc::model,
            "'" + path + "' is no TorchScript file, or is cut short or damaged: fetch or convert it again");
    }
}

}  // namespace

model::Description read_description(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        throw Error(Errc::not_found, "there is no model file '" + path + "'");
    if (!std::filesystem::is_regular_file(status))
        throw Error(Errc::model, "model '" + path + "' is not a regular file");
    bool inside = false;
    const std::string json = inner_description(path, inside);
    if (inside) return model::parse_description(json, path);
    const std::string beside = path + ".json";
    if (std::filesystem::exists(beside, error))
        return model::parse_description(model::read_file(beside, "description", 1 << 20), beside);
    throw Error(
        Errc::model,
        "'" + path + "' has no description, so what it takes and returns is not known. Make a file '" +
            beside +
            "' like {\"name\": \"mine\", \"input\": {\"rule\": \"fixed\", \"width\": 256, \"height\": 256, "
            "\"scale\": [0.0039215687, 0.0039215687, 0.0039215687], \"offset\": [0, 0, 0]}, \"outputs\": "
            "[{\"name\": \"matte\", \"meaning\": \"person_probability\"}]}");
}

}  // namespace vbg::net
