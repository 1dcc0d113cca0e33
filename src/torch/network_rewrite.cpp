#include "torch/network_rewrite.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <torch/csrc/jit/ir/constants.h>

#include <cstring>
#include <optional>
#include <vector>

namespace vbg::net {
namespace {

using torch::jit::Node;
using torch::jit::Value;

c10::Symbol aten(const char* name) { return c10::Symbol::fromQualString(std::string("aten::") + name); }

/// Every node of a graph and of the blocks inside it, in order.
void collect(torch::jit::Block& block, std::vector<Node*>& nodes) {
    for (Node* node : block.nodes()) {
        nodes.push_back(node);
        for (torch::jit::Block* inner : node->blocks()) collect(*inner, nodes);
    }
}

bool is_convolution(const Node& node) {
    return node.kind() == aten("conv2d") || node.kind() == aten("mkldnn_convolution");
}

/// True where the node's result is a tensor of its own, not a view of another or one of its inputs.
bool makes_fresh_tensor(const Node& node) {
    return is_convolution(node) || node.kind() == aten("_convolution") ||
           node.kind() == aten("conv_transpose2d") || node.kind() == aten("batch_norm");
}

std::optional<double> constant_number(const Value* value) {
    const auto constant = torch::jit::toIValue(value);
    if (!constant || !constant->isScalar()) return std::nullopt;
    return constant->toScalar().toDouble();
}

/// An activation as the interval it clamps to; `upper` is absent for relu.
struct Clamp {
    double lower = 0;
    std::optional<double> upper;
};

std::optional<Clamp> as_clamp(const Node& node) {
    if (node.kind() == aten("relu") || node.kind() == aten("relu_")) return Clamp{0, std::nullopt};
    if (node.kind() == aten("relu6") || node.kind() == aten("relu6_")) return Clamp{0, 6};
    const bool bounded = node.kind() == aten("clamp") || node.kind() == aten("clamp_") ||
                         node.kind() == aten("hardtanh") || node.kind() == aten("hardtanh_");
    if (!bounded || node.inputs().size() != 3) return std::nullopt;
    const auto lower = constant_number(node.input(1));
    const auto upper = constant_number(node.input(2));
    if (!lower || !upper) return std::nullopt;
    return Clamp{*lower, upper};
}

/// The bits of `value` as bfloat16 where it is one exactly, and not negative.
std::optional<std::int64_t> bfloat16_bits(double value) {
    const float single = static_cast<float>(value);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &single, sizeof bits);
    if (!(value >= 0) || static_cast<double>(single) != value || (bits & 0xFFFFU) != 0) return std::nullopt;
    return static_cast<std::int64_t>(bits >> 16);
}

/// The activation as `aten::clamp_` on the producer's own memory.
///
/// bfloat16: LibTorch widens each value to float and back, which took twice as long as in float. Floats that
/// are not negative order like their bits as signed integers, and negative ones are negative integers; so
/// clamping to [0, c] is the integer clamp to [0, bits of c]. (A NaN comes out as c, or 0 where its sign is
/// set.)
void clamp_in_place(torch::jit::Graph& graph, Node* node, const Clamp& clamp, c10::ScalarType type) {
    const torch::jit::WithInsertPoint at(node);
    Value* const from = node->input(0);
    const auto top =
        clamp.upper ? bfloat16_bits(*clamp.upper) : std::optional<std::int64_t>(0x7F80);  // infinity
    if (type == c10::kBFloat16 && clamp.lower == 0 && top) {
        // Made by hand: insert() would take the int for a list of sides, view(Tensor, int[]).
        Value* const as_short = graph.insertConstant(static_cast<std::int64_t>(c10::kShort));
        Value* const bits = graph.insertNode(graph.create(aten("view"), {from, as_short}))->output();
        bits->setType(c10::TensorType::get());
        graph.insert(aten("clamp_"), {bits, 0, *top});
    } else if (clamp.upper) {
        graph.insert(aten("clamp_"), {from, clamp.lower, *clamp.upper});
    } else {
        graph.insert(aten("relu_"), {from});
    }
    node->output()->replaceAllUsesWith(from);
    node->destroy();
}

/// conv2d(input, weight, bias, stride, padding, dilation, groups) with constants on the CPU, as oneDNN wants
/// it.
bool send_to_onednn(torch::jit::Graph& graph, Node* node) {
    if (node->kind() != aten("conv2d") || node->inputs().size() != 7) return false;
    const auto weight = torch::jit::toIValue(node->input(1));
    const auto padding = torch::jit::toIValue(node->input(4));
    if (!weight || !weight->isTensor() || !padding || !padding->isIntList()) return false;
    const torch::jit::WithInsertPoint at(node);
    Value* const laid_out =
        graph.insertConstant(weight->toTensor().contiguous(at::MemoryFormat::ChannelsLast));
    Value* const result =
        graph.insert(aten("mkldnn_convolution"), {node->input(0), laid_out, node->input(2), node->input(4),
                                                  node->input(3), node->input(5), node->input(6)});
    node->output()->replaceAllUsesWith(result);
    node->destroy();
    return true;
}

}  // namespace

int rewrite(torch::jit::Graph& graph, c10::Device device, c10::ScalarType type) {
    int convolutions = 0;
    std::vector<Node*> nodes;
    if (device.is_cpu() && at::hasMKLDNN()) {
        collect(*graph.block(), nodes);
        for (Node* node : nodes) convolutions += send_to_onednn(graph, node) ? 1 : 0;
        nodes.clear();
    }
    collect(*graph.block(), nodes);
    for (Node* node : nodes) {
        const auto clamp = as_clamp(*node);
        if (!clamp) continue;
        const Value* from = node->input(0);
        if (from->uses().size() == 1 && makes_fresh_tensor(*from->node()) &&
            from->node()->owningBlock() == node->owningBlock())
            clamp_in_place(graph, node, *clamp, type);
    }
    return convolutions;
}

}  // namespace vbg::net
