#include "torch/network_graph.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/freeze_module.h>

#include <vbg/error.hpp>

namespace vbg::net {
namespace {

/// A module around `inner` whose forward() returns only what is wanted. Freezing inlines the inner one, and
/// what led to the other outputs alone is then dead code.
torch::jit::Module select_outputs(const torch::jit::Module& inner, const std::vector<int>& positions) {
    torch::jit::Module outer("vbg_selected_outputs");
    outer.register_module("network", inner);
    const bool lone = output_count(inner, "the network") == 1 &&
                      inner.get_method("forward").function().getSchema().returns()[0].type()->kind() ==
                          c10::TypeKind::TensorType;
    std::string code = "def forward(self, x):\n    y = self.network.forward(x)\n    return (";
    for (const int position : positions) code += lone ? "y, " : "y[" + std::to_string(position) + "], ";
    outer.define(code + ")\n");
    outer.eval();
    return outer;
}

}  // namespace

int output_count(const torch::jit::Module& module, const std::string& name) {
    const auto method = module.find_method("forward");
    if (!method) throw Error(Errc::model, name + ": the module has no forward() method, so it cannot be run");
    const auto& returns = method->function().getSchema().returns();
    const c10::TypePtr type = returns.size() == 1 ? returns[0].type() : c10::TypePtr{};
    if (type && type->kind() == c10::TypeKind::TensorType) return 1;
    if (const auto tuple = type ? type->cast<c10::TupleType>() : nullptr) {
        bool tensors = !tuple->elements().empty();
        for (const auto& element : tuple->elements()) tensors &= element->kind() == c10::TypeKind::TensorType;
        if (tensors) return static_cast<int>(tuple->elements().size());
    }
    throw Error(Errc::model,
                name + ": forward() returns " + (type ? type->str() : std::string("several values")) +
                    ", wanted a tensor or a tuple of tensors: wrap the module in one that does, and "
                    "save that");
}

Graph::Graph(torch::jit::Module module, const std::vector<int>& positions, const GraphOptions& options) {
    module.eval();
    module.to(options.device, options.type);
    const torch::jit::Module selected = select_outputs(module, positions);
    const torch::jit::Module frozen = torch::jit::freeze_module(selected);
    for (const torch::jit::Module* part :
         {static_cast<const torch::jit::Module*>(&module), &selected, &frozen})
        functions_.push_back(part->_ivalue()->compilation_unit());
    graph_ = frozen.get_method("forward").graph()->copy();
    if (graph_->inputs().size() != 2 || graph_->outputs().size() != 1)
        throw Error(Errc::internal, "a frozen graph does not take a picture and give a tuple");
    if (graph_->inputs()[0]->hasUses()) self_ = frozen._ivalue();
    convolutions_ = rewrite(*graph_, options.device, options.type, options.effort);
    graph_->lint();
    code_ = torch::jit::Code(graph_, "vbg_network");
}

std::vector<at::Tensor> Graph::run(const at::Tensor& input) const {
    torch::jit::Stack stack{self_, input};
    torch::jit::InterpreterState(code_).run(stack);
    std::vector<at::Tensor> outputs;
    for (const auto& element : stack.at(0).toTupleRef().elements()) outputs.push_back(element.toTensor());
    return outputs;
}

std::vector<at::Tensor> run_plainly(const torch::jit::Module& module, const at::Tensor& input,
                                    const std::vector<int>& positions) {
    torch::jit::Module copy(module);  // shares the weights; forward() is not const
    const c10::IValue result = copy.forward({input});
    std::vector<at::Tensor> outputs;
    for (const int position : positions)
        outputs.push_back(
            result.isTensor()
                ? result.toTensor()
                : result.toTupleRef().elements().at(static_cast<std::size_t>(position)).toTensor());
    return outputs;
}

}  // namespace vbg::net
