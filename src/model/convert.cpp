#include "model/convert.hpp"

#include <fstream>
#include <utility>
#include <vbg/error.hpp>

#include "model/checksum.hpp"
#include "model/describe.hpp"
#include "model/emit_torchscript.hpp"
#include "model/file_bytes.hpp"
#include "model/graph.hpp"
#include "model/module_file.hpp"
#include "model/tfjs_reader.hpp"
#include "model/tflite_reader.hpp"

namespace vbg::model {
namespace {

enum class Kind { tfjs, tflite, torchscript };

/// By the first bytes: a TFLite flatbuffer has "TFL3" at 4, JSON begins with '{', a .pt is a zip archive.
Kind kind_of(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        throw Error(Errc::not_found, "there is no model '" + path.string() + "'");
    if (!std::filesystem::is_regular_file(status))
        throw Error(Errc::model,
                    "'" + path.string() + "' is not a regular file, wanted a model.json, .tflite or .pt");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(Errc::io, "cannot open the model '" + path.string() + "'");
    std::string head(64, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(file.gcount()));
    if (head.size() >= 8 && head.compare(4, 4, "TFL3") == 0) return Kind::tflite;
    if (head.compare(0, 4, "PK\x03\x04") == 0) return Kind::torchscript;
    std::size_t first = head.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;  // a byte order mark
    first = head.find_first_not_of(" \t\r\n", first);
    if (first != std::string::npos && head[first] == '{') return Kind::tfjs;
    throw Error(Errc::model,
                "'" + path.string() +
                    "' is neither a TensorFlow.js model.json nor a .tflite file (nor a .pt), or its "
                    "beginning is damaged");
}

struct Loaded {
    Graph graph;
    std::string sha256;
};

Loaded load(const std::filesystem::path& in, Kind kind, bool javascript_dilation) {
    if (kind == Kind::tfjs) {
        TfjsModel model = read_tfjs(in, {javascript_dilation});
        return {std::move(model.graph), sha256_of(model.weight_bytes)};
    }
    const std::string bytes = read_file(in, "model");
    return {read_tflite(bytes, in.filename().string()), sha256_of(bytes)};
}

std::string or_unknown(const std::string& text) { return text.empty() ? "not stated" : text; }

std::string describe_lines(const Description& description) {
    return "name       " + description.name + "\nkind       " + description.architecture + "\nsource     " +
           or_unknown(description.source) + "\nsha256     " + or_unknown(description.source_sha256) +
           "\nlicence    " + or_unknown(description.licence) + "\nnote       " +
           or_unknown(description.note) + "\n";
}

}  // namespace

Description convert(const std::filesystem::path& in, const std::filesystem::path& out,
                    const ConvertOptions& options) {
    constexpr std::uint64_t steps = 3;
    const auto report = [&](const char* step, std::uint64_t done) {
        if (options.progress && !options.progress(step, done, steps))
            throw Error(Errc::io, "converting '" + in.string() + "' was cancelled");
    };
    report("reading the model", 0);
    const Kind kind = kind_of(in);
    if (kind == Kind::torchscript)
        throw Error(Errc::model,
                    "'" + in.string() + "' is a TorchScript file already; it needs no conversion");
    Loaded loaded = load(in, kind, options.javascript_dilation);
    report("recognising the network", 1);
    simplify(loaded.graph);
    Description description;
    if (options.description) {
        description = *options.description;
        apply_description(loaded.graph, description);
    } else {
        description = describe(loaded.graph);
    }
    if (!options.name.empty()) description.name = options.name;
    if (!options.source.empty() || description.source.empty())
        description.source = options.source.empty() ? in.filename().string() : options.source;
    if (!options.licence.empty()) description.licence = options.licence;
    if (!options.note.empty()) description.note = options.note;
    description.source_sha256 = loaded.sha256;
    description =
        parse_description(to_json(description), in.filename().string());  // what is written must read back
    report("writing TorchScript", 2);
    net::write_torchscript(loaded.graph, description, out);
    report("done", steps);
    return description;
}

std::string inspect(const std::filesystem::path& path) {
    const Kind kind = kind_of(path);
    if (kind == Kind::torchscript) {
        const Description description = net::read_description(path.string());
        return "format     TorchScript\n" + describe_lines(description) + to_json(description);
    }
    Loaded loaded = load(path, kind, false);
    simplify(loaded.graph);
    std::string text = kind == Kind::tfjs ? "format     TensorFlow.js graph model\n" : "format     TFLite\n";
    text += "sha256     " + loaded.sha256 + "\n" + summary(loaded.graph);
    try {
        const Description description = describe(loaded.graph);
        text += "recognised " + description.name + " (" + description.architecture + ")\n";
    } catch (const Error&) {
        text += "recognised no: converting it needs a description\n";
    }
    return text;
}

}  // namespace vbg::model
