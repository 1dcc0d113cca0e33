#include "model/emit_torchscript.hpp"

#include <ATen/Functions.h>
#include <torch/csrc/jit/api/module.h>

#include <sstream>
#include <string>
#include <vbg/error.hpp>

#include "model/file_bytes.hpp"
#include "model/torchscript_source.hpp"

namespace vbg::net {
namespace {

torch::jit::Module build(const model::TorchSource& source) {
    torch::jit::Module module("vbg_network");
    for (const model::TorchTensor& tensor : source.tensors) {
        const at::Tensor values = at::empty(tensor.shape, at::kFloat);
        std::copy(tensor.values.begin(), tensor.values.end(), values.data_ptr<float>());
        module.register_parameter(tensor.name, values, /*is_buffer=*/false);
    }
    module.define(source.code);
    module.eval();
    return module;
}

}  // namespace

void write_torchscript(const model::Graph& graph, const model::Description& description,
                       const std::filesystem::path& out) {
    const model::TorchSource source = model::torchscript_source(graph);
    std::ostringstream bytes;
    try {
        build(source).save(bytes, {{"vbg.json", model::to_json(description)}});
    } catch (
        const std::exception& error) {  // c10::Error: its text ends in a stack trace, the first line says it
        const std::string text = error.what();
        throw Error(Errc::model, graph.origin + ": LibTorch does not take the converted network: " +
                                     text.substr(0, text.find('\n')));
    }
    model::write_file_atomically(out, bytes.str());
}

}  // namespace vbg::net
