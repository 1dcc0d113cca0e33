// Model files: list, find, fetch, convert, inspect, verify.
#include <string>

#include "bind.hpp"
#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

std::string path_text(const py::object& path, const char* what) {
    if (py::isinstance<py::str>(path) || py::hasattr(path, "__fspath__"))
        return py::cast<std::string>(py::module_::import("os").attr("fspath")(path));
    throw Refused(Refused::As::type, std::string(what) + " is a " + type_name(path) + "; wanted a path");
}

/// libvbg's progress as a call of Python's. Also lets Ctrl-C through: both end the work.
ModelProgress progress_caller(const py::object& progress) {
    return [&progress](std::string_view what, std::uint64_t done, std::uint64_t total) {
        const WithGil gil;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        if (progress.is_none()) return true;
        return !call(progress, std::string(what), done, total).is(py::bool_(false));
    };
}

py::list models() {
    py::list list;
    for (const CatalogueEntry& m : list_models()) {
        list.append(py::dict("name"_a = std::string(m.name), "alias"_a = std::string(m.alias),
                             "summary"_a = std::string(m.summary), "address"_a = std::string(m.base),
                             "licence"_a = std::string(m.licence), "provenance"_a = std::string(m.provenance),
                             "note"_a = std::string(m.note)));
    }
    return list;
}

py::object fetch(const std::string& name, const py::object& from, const py::object& into, bool force,
                 bool allow_unpinned, bool javascript_dilation, int stall_seconds,
                 const py::object& progress) {
    FetchOptions options;
    if (!from.is_none()) options.from = path_text(from, "from_");
    if (!into.is_none()) options.into = path_text(into, "into");
    options.force = force;
    options.allow_unpinned = allow_unpinned;
    options.javascript_dilation = javascript_dilation;
    options.stall_seconds = stall_seconds;
    options.progress = progress_caller(progress);
    std::string path;
    {
        const WithoutGil free;
        path = fetch_model(name, options).string();
    }
    return py::str(path);
}

}  // namespace

void bind_models(py::module_& module) {
    module.def("models", &models,
               R"(Models that vbg knows where to get, as dictionaries: name, alias, summary, licence, ...

>>> import vbg
>>> "selfie-general" in [model["name"] for model in vbg.models()]
True
)");
    module.def(
        "model_folder", [] { return model_folder().string(); },
        "Folder where fetched models live: $VBG_MODEL_DIR, $XDG_DATA_HOME/vbg/models or "
        "~/.local/share/vbg/models.");
    module.def(
        "find_model_file",
        [](const py::object& name) {
            const std::string text = path_text(name, "name");
            const WithoutGil free;
            return find_model_file(text).string();
        },
        "name"_a,
        "The .pt file for a name of the catalogue, or a path. NotFoundError tells how to fetch it.");
    module.def("fetch_model", &fetch, "name"_a, py::kw_only(), "from_"_a = py::none(), "into"_a = py::none(),
               "force"_a = false, "allow_unpinned"_a = false, "javascript_dilation"_a = false,
               "stall_seconds"_a = 30, "progress"_a = py::none(),
               R"(Get, verify and convert a model of the catalogue; returns the path of the .pt file.

from_ : where to get it instead of the official address: a folder, a file, another address
into : folder for the result; default: model_folder()
force : get it again even if it is there
allow_unpinned : take a model whose checksum nobody has published
progress : called as progress(what, done, total) now and then; return False to cancel

Does nothing where the model is there already. Downloads resume.)");
    module.def(
        "convert_model",
        [](const py::object& in, const py::object& out, const std::string& name, const std::string& licence,
           const std::string& source, bool javascript_dilation, const py::object& progress) {
            const std::string from = path_text(in, "in_"), to = path_text(out, "out");
            ConvertOptions options;
            options.name = name;
            options.licence = licence;
            options.source = source;
            options.javascript_dilation = javascript_dilation;
            options.progress = progress_caller(progress);
            const WithoutGil free;
            convert_model(from, to, options);
        },
        "in_"_a, "out"_a, py::kw_only(), "name"_a = "", "licence"_a = "", "source"_a = "",
        "javascript_dilation"_a = false, "progress"_a = py::none(),
        "Convert a TensorFlow.js graph model (its model.json) or a TFLite file to TorchScript.");
    module.def(
        "inspect_model",
        [](const py::object& file) {
            const std::string path = path_text(file, "file");
            const WithoutGil free;
            return inspect_model(path);
        },
        "file"_a, "What a model file (.pt, model.json, .tflite) says about itself, as text for people.");
    module.def(
        "verify_model",
        [](const py::object& name) {
            const std::string text = path_text(name, "name");
            VerifyResult result;
            {
                const WithoutGil free;
                result = verify_model(text);
            }
            return py::make_tuple(result.ok, result.text);
        },
        "name"_a, "Load a model and run it once on a grey picture; returns (ok, text).");
}

}  // namespace vbg::python
