// Rewrites of a Graph that keep its results. Each looks at one node and the only value it takes.
#include <algorithm>

#include "model/graph.hpp"

namespace vbg::model {
namespace {

bool is_convolution(Op op) {
    return op == Op::conv2d || op == Op::depthwise_conv2d || op == Op::transpose_conv2d;
}

Node& at(Graph& graph, int index) { return graph.nodes[static_cast<std::size_t>(index)]; }

/// conv + constant: the constant becomes (part of) the convolution's bias.
bool merge_bias(Graph& graph, const Node& node, const std::vector<int>& uses, int& replacement) {
    if (node.op != Op::add && node.op != Op::subtract) return false;
    int from = node.inputs[0];
    int other = node.inputs[1];
    if (node.op == Op::add && at(graph, from).op == Op::constant) std::swap(from, other);
    Node& conv = at(graph, from);
    const Node& constant = at(graph, other);
    if (!is_convolution(conv.op) || constant.op != Op::constant) return false;
    if (uses[static_cast<std::size_t>(from)] != 1 ||
        (constant.channels != conv.channels && constant.channels != 1))
        return false;
    conv.bias.resize(static_cast<std::size_t>(conv.channels), 0.F);
    const float sign = node.op == Op::add ? 1.F : -1.F;
    for (std::size_t c = 0; c < conv.bias.size(); ++c)
        conv.bias[c] += sign * constant.weights[constant.channels == 1 ? 0 : c];
    conv.name = node.name;
    replacement = from;
    return true;
}

/// clip of a clip: min(max(min(max(x, a), b), c), d) has ends clamp(a, c, d) and clamp(b, c, d).
bool merge_clip(Graph& graph, const Node& node, const std::vector<int>& uses, int& replacement) {
    if (node.op != Op::clip) return false;
    Node& before = at(graph, node.inputs[0]);
    if (before.op != Op::clip || uses[static_cast<std::size_t>(node.inputs[0])] != 1) return false;
    before.low = std::clamp(before.low, node.low, node.high);
    before.high = std::clamp(before.high, node.low, node.high);
    before.name = node.name;
    replacement = node.inputs[0];
    return true;
}

/// Zeros around a map go into the window that moves over it. A maximum never takes padding, so there the map
/// must not be negative anywhere: it must come out of a relu.
void merge_pad(Graph& graph, Node& node) {
    const bool takes = node.op == Op::conv2d || node.op == Op::depthwise_conv2d || node.op == Op::max_pool;
    if (!takes || node.window.padding == Padding::same) return;
    const Node& pad = at(graph, node.inputs[0]);
    if (pad.op != Op::pad) return;
    const Node& map = at(graph, pad.inputs[0]);
    const bool not_negative = map.op == Op::relu || (map.op == Op::clip && map.low >= 0.F);
    // LibTorch takes at most half the kernel as padding of a maximum.
    const Window& p = pad.window;
    const bool small = 2 * std::max(p.top, p.bottom) <= node.window.kernel_h &&
                       2 * std::max(p.left, p.right) <= node.window.kernel_w;
    if (node.op == Op::max_pool && !(not_negative && small)) return;
    node.window.padding = Padding::fixed;
    node.window.top += p.top;
    node.window.bottom += p.bottom;
    node.window.left += p.left;
    node.window.right += p.right;
    node.inputs[0] = pad.inputs[0];
}

/// A pool or mean over the whole of a map of fixed size is a mean.
void pool_to_mean(Graph& graph, Node& node) {
    if (node.op != Op::average_pool || node.window.padding == Padding::fixed) return;
    const Node& in = at(graph, node.inputs[0]);
    const Window& w = node.window;
    const bool whole = in.height == Extent::fixed(w.kernel_h) && in.width == Extent::fixed(w.kernel_w) &&
                       node.height == Extent::fixed(1) && node.width == Extent::fixed(1);
    if (whole && w.padding == Padding::valid) {
        node.op = Op::mean;
        node.window = Window{};
    }
}

/// A resize of a fixed map to its own size changes nothing, however it places its samples.
bool drop_resize(Graph& graph, const Node& node, int& replacement) {
    if (node.op != Op::resize_bilinear) return false;
    const Node& in = at(graph, node.inputs[0]);
    if (!(in.height == Extent::fixed(node.target_h) && in.width == Extent::fixed(node.target_w)))
        return false;
    replacement = node.inputs[0];
    return true;
}

void drop_unused(Graph& graph) {
    std::vector<bool> needed(graph.nodes.size(), false);
    for (const GraphOutput& output : graph.outputs) needed[static_cast<std::size_t>(output.node)] = true;
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
        if (graph.nodes[i].op == Op::input) needed[i] = true;
        if (!needed[i]) continue;
        for (const int from : graph.nodes[i].inputs) needed[static_cast<std::size_t>(from)] = true;
    }
    std::vector<int> new_index(graph.nodes.size(), -1);
    std::vector<Node> kept;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!needed[i]) continue;
        for (int& from : graph.nodes[i].inputs) from = new_index[static_cast<std::size_t>(from)];
        new_index[i] = static_cast<int>(kept.size());
        kept.push_back(std::move(graph.nodes[i]));
    }
    graph.nodes = std::move(kept);
    for (GraphOutput& output : graph.outputs) output.node = new_index[static_cast<std::size_t>(output.node)];
}

}  // namespace

void simplify(Graph& graph) {
    infer(graph);
    std::vector<int> uses = count_uses(graph);
    std::vector<int> stands_for(graph.nodes.size());  // node -> the node whose value it has now
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        stands_for[i] = static_cast<int>(i);
        Node& node = graph.nodes[i];
        for (int& from : node.inputs) from = stands_for[static_cast<std::size_t>(from)];
        int replacement = -1;
        if (merge_bias(graph, node, uses, replacement) || merge_clip(graph, node, uses, replacement)) {
            stands_for[i] = replacement;
            uses[static_cast<std::size_t>(replacement)] = uses[i];
            continue;
        }
        if (drop_resize(graph, node, replacement)) {
            stands_for[i] = replacement;
            uses[static_cast<std::size_t>(replacement)] += uses[i] - 1;
            continue;
        }
        merge_pad(graph, node);
        pool_to_mean(graph, node);
    }
    for (GraphOutput& output : graph.outputs) output.node = stands_for[static_cast<std::size_t>(output.node)];
    drop_unused(graph);
    infer(graph);
}

}  // namespace vbg::model
