#include "torch/network_rewrite.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vbg::net {
namespace {

using torch::jit::Node;
using torch::jit::Value;

/// Operators of our own, since the interpreter takes them by name only:
/// - vbg::convolve(Tensor x, int step) -> Tensor: `step` is the address of a Convolution.
/// - vbg::clamp_bits(Tensor x, int top) -> Tensor: see clamp_in_place(). Returns x itself.
c10::Symbol own(const char* name) {
    const auto kind = c10::AliasAnalysisKind::CONSERVATIVE;
    static const torch::jit::RegisterOperators registered(
        {torch::jit::Operator(
             "vbg::convolve(Tensor x, int step) -> Tensor",
             [](torch::jit::Stack& stack) {
                 auto* const step = reinterpret_cast<Convolution*>(torch::jit::pop(stack).toInt());
                 const at::Tensor x = torch::jit::pop(stack).toTensor();
                 torch::jit::push(stack, step->run(x));
             },
             kind),
         torch::jit::Operator(
             "vbg::clamp_bits(Tensor x, int top) -> Tensor",
             [](torch::jit::Stack& stack) {
                 const std::int64_t top = torch::jit::pop(stack).toInt();
                 stack.back().toTensor().view(at::kShort).clamp_(0, top);
             },
             kind)});
    return c10::Symbol::fromQualString(std::string("vbg::") + name);
}

/// Puts an operator of our own at the insert point.
Value* insert_own(torch::jit::Graph& graph, const char* name, Value* x, std::int64_t number) {
    Value* const constant = graph.insertConstant(number);
    Value* const result = graph.insertNode(graph.create(own(name), {x, constant}))->output();
    result->setType(c10::TensorType::get());
    return result;
}

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

/// Writes `y = clamp_(x)` as `y = clamp(x)` where nothing else reads x, which is the same then. A write hides
/// from dead-code elimination that a branch, say a head nobody wants, is dead.
void undo_in_place(torch::jit::Graph& graph) {
    std::vector<Node*> nodes;
    collect(*graph.block(), nodes);
    for (Node* node : nodes) {
        const std::string name = node->kind().toQualString();
        if (!as_clamp(*node) || name.back() != '_' || node->input(0)->uses().size() != 1 ||
            !makes_fresh_tensor(*node->input(0)->node()))
            continue;
        const torch::jit::WithInsertPoint at(node);
        const auto plain = c10::Symbol::fromQualString(name.substr(0, name.size() - 1));
        Value* const result = graph.insertNode(graph.create(plain, node->inputs()))->output();
        result->setType(node->output()->type());
        node->output()->replaceAllUsesWith(result);
        node->destroy();
    }
    torch::jit::EliminateDeadCode(graph.block());
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
        insert_own(graph, "clamp_bits", from, *top);
    } else if (clamp.upper) {
        graph.insert(aten("clamp_"), {from, clamp.lower, *clamp.upper});
    } else {
        graph.insert(aten("relu_"), {from});
    }
    node->output()->replaceAllUsesWith(from);
    node->destroy();
}

/// The constant inputs of conv2d(input, weight, bias, stride, padding, dilation, groups).
std::optional<ConvolutionParts> convolution_parts(const Node& node) {
    if (node.kind() != aten("conv2d") || node.inputs().size() != 7) return std::nullopt;
    ConvolutionParts parts;
    const auto weight = torch::jit::toIValue(node.input(1));
    const auto bias = torch::jit::toIValue(node.input(2));
    const auto groups = torch::jit::toIValue(node.input(6));
    if (!weight || !weight->isTensor() || !bias || !groups || !groups->isInt()) return std::nullopt;
    parts.weight = weight->toTensor();
    if (bias->isTensor()) parts.bias = bias->toTensor();
    parts.groups = groups->toInt();
    std::array<std::int64_t, 2>* const pairs[] = {&parts.stride, &parts.padding, &parts.dilation};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto list = torch::jit::toIValue(node.input(3 + i));
        if (!list || !list->isIntList() || list->toIntVector().empty() || list->toIntVector().size() > 2)
            return std::nullopt;  // padding may also be a word, "same"
        *pairs[i] = {list->toIntVector().front(), list->toIntVector().back()};
    }
    return parts;
}

void replace(Node* node, Value* by) {
    node->output()->replaceAllUsesWith(by);
    node->destroy();
}

void send_to_onednn(torch::jit::Graph& graph, Node* node, const ConvolutionParts& parts) {
    const torch::jit::WithInsertPoint at(node);
    Value* const weight = graph.insertConstant(parts.weight.contiguous(at::MemoryFormat::ChannelsLast));
    replace(node,
            graph.insert(aten("mkldnn_convolution"), {node->input(0), weight, node->input(2), node->input(4),
                                                      node->input(3), node->input(5), node->input(6)}));
}

/// cuDNN takes picture and weight in the same order, and would bring the weight into the picture's anew with
/// every run.
void order_weight(torch::jit::Graph& graph, Node* node, const ConvolutionParts& parts) {
    const torch::jit::WithInsertPoint at(node);
    node->replaceInput(1, graph.insertConstant(parts.weight.contiguous(at::MemoryFormat::ChannelsLast)));
}

/// The one node that reads the result of `node`, or nullptr.
Node* only_reader(const Node& node) {
    const auto& uses = node.output()->uses();
    return uses.size() == 1 && uses[0].user->owningBlock() == node.owningBlock() ? uses[0].user : nullptr;
}

/// Returns nullptr, and leaves the graph alone, where Convolution cannot take these parts.
std::unique_ptr<Convolution> fuse(torch::jit::Graph& graph, Node* node, ConvolutionParts parts) {
    Node* const reader = only_reader(*node);
    Node* last = node;
    if (reader != nullptr && (parts.clamp = as_clamp(*reader))) last = reader;
    const Node* const user = only_reader(*last);
    parts.float_result = user != nullptr && user->kind() == c10::prim::TupleConstruct;
    auto convolution = Convolution::make(parts);
    if (!convolution) return nullptr;
    const torch::jit::WithInsertPoint at(node);
    Value* const result =
        insert_own(graph, "convolve", node->input(0), reinterpret_cast<std::int64_t>(convolution.get()));
    if (last != node) replace(last, result);
    replace(node, result);
    return convolution;
}

void drop_unused_constants(torch::jit::Graph& graph) {
    std::vector<Node*> nodes;
    collect(*graph.block(), nodes);
    for (Node* node : nodes)
        if (node->kind() == c10::prim::Constant && !node->hasUses()) node->destroy();
}

}  // namespace

std::vector<std::unique_ptr<Convolution>> rewrite(torch::jit::Graph& graph, c10::Device device,
                                                  c10::ScalarType type, Effort effort) {
    std::vector<std::unique_ptr<Convolution>> convolutions;
    if (effort == Effort::plain) return convolutions;
    undo_in_place(graph);
    std::vector<Node*> nodes;
    if (device.is_cpu() && at::hasMKLDNN()) {
        collect(*graph.block(), nodes);
        std::vector<std::pair<Node*, ConvolutionParts>> found;
        for (Node* node : nodes)
            if (auto parts = convolution_parts(*node)) found.emplace_back(node, std::move(*parts));
        for (auto& [node, parts] : found) {
            auto fused = effort == Effort::fused ? fuse(graph, node, parts) : nullptr;
            if (fused)
                convolutions.push_back(std::move(fused));
            else
                send_to_onednn(graph, node, parts);
        }
        nodes.clear();
    } else if (device.is_cuda()) {
        collect(*graph.block(), nodes);
        for (Node* node : nodes)
            if (const auto parts = convolution_parts(*node)) order_weight(graph, node, *parts);
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
    drop_unused_constants(graph);
    return convolutions;
}

}  // namespace vbg::net
