#include "model/graph.hpp"

#include <algorithm>
#include <string>
#include <vbg/error.hpp>

namespace vbg::model {
namespace {

[[noreturn]] void fail(const Graph& graph, const Node& node, const std::string& text) {
    throw Error(Errc::model,
                graph.origin + ": operator '" + node.name + "' (" + to_string(node.op) + ") " + text);
}

/// The largest side and channel count taken seriously. Beyond it a file is broken, not big.
constexpr std::int64_t largest = 1 << 16;

std::size_t arity(Op op) {
    switch (op) {
        case Op::input:
        case Op::constant: return 0;
        case Op::add:
        case Op::subtract:
        case Op::multiply: return 2;
        default: return 1;
    }
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// Rows the window covers: (kernel - 1) * dilation + 1.
std::int64_t reach(int kernel, int dilation) { return (std::int64_t{kernel} - 1) * dilation + 1; }

/// TensorFlow's "same" padding on one side. With in = step * n + base and a stride that divides step, the n
/// cancels out and the padding is the same for every picture the size rule allows.
PadPair same_padding(const Extent& in, int kernel, int stride, int dilation) {
    const std::int64_t covered = reach(kernel, dilation);
    if (stride == 1) {
        const auto total = static_cast<int>(covered - 1);
        return {true, total / 2, total - total / 2};
    }
    if (!in.known || in.step % stride != 0) return {};
    const std::int64_t out_base = floor_div(in.base + stride - 1, stride);
    const std::int64_t total = std::max<std::int64_t>((out_base - 1) * stride + covered - in.base, 0);
    return {true, static_cast<int>(total / 2), static_cast<int>(total - total / 2)};
}

Extent window_extent(const Graph& graph, const Node& node, const Extent& in, int kernel, int stride,
                     int dilation, int pads) {
    if (!in.known) return {};
    if (stride != 1 && in.step % stride != 0) return {};
    Extent out = Extent::linear(in.step / stride, 0);
    if (node.window.padding == Padding::same) {
        out.base = floor_div(in.base + stride - 1, stride);
    } else {
        out.base = floor_div(in.base + pads - reach(kernel, dilation), stride) + 1;
    }
    if (out.step + out.base < 1) fail(graph, node, "has a window larger than the map it moves over");
    return out;
}

void check_window(const Graph& graph, const Node& node) {
    const Window& w = node.window;
    const auto positive = [&](int value, const char* what) {
        if (value < 1 || value > largest)
            fail(graph, node,
                 std::string("has ") + what + " " + std::to_string(value) + ", wanted 1 to 65536");
    };
    positive(w.kernel_h, "a kernel height of");
    positive(w.kernel_w, "a kernel width of");
    positive(w.stride_h, "a vertical stride of");
    positive(w.stride_w, "a horizontal stride of");
    positive(w.dilation_h, "a vertical dilation of");
    positive(w.dilation_w, "a horizontal dilation of");
    if (reach(w.kernel_h, w.dilation_h) > largest || reach(w.kernel_w, w.dilation_w) > largest)
        fail(graph, node, "has a window of more than 65536 pixels");
    for (const int side : {w.top, w.bottom, w.left, w.right})
        if (side < 0 || side > largest)
            fail(graph, node, "has a padding of " + std::to_string(side) + " pixels");
}

void infer_window(const Graph& graph, Node& node, const Node& in) {
    check_window(graph, node);
    const Window& w = node.window;
    const bool fixed = w.padding == Padding::fixed;
    node.height = window_extent(graph, node, in.height, w.kernel_h, w.stride_h, w.dilation_h,
                                fixed ? w.top + w.bottom : 0);
    node.width = window_extent(graph, node, in.width, w.kernel_w, w.stride_w, w.dilation_w,
                               fixed ? w.left + w.right : 0);
}

void check_weights(const Graph& graph, const Node& node, std::int64_t wanted) {
    const auto got = static_cast<std::int64_t>(node.weights.size());
    if (got != wanted)
        fail(graph, node, "has " + std::to_string(got) + " weights, wanted " + std::to_string(wanted));
    if (!node.bias.empty() && static_cast<int>(node.bias.size()) != node.channels)
        fail(graph, node,
             "has " + std::to_string(node.bias.size()) + " bias values, wanted " +
                 std::to_string(node.channels));
}

void infer_convolution(const Graph& graph, Node& node, const Node& in) {
    infer_window(graph, node, in);
    const std::int64_t area = std::int64_t{node.window.kernel_h} * node.window.kernel_w;
    if (node.op == Op::depthwise_conv2d) {
        node.channels = in.channels;
        check_weights(graph, node, area * in.channels);
        return;
    }
    if (node.channels < 1 || node.channels > largest)
        fail(graph, node, "makes " + std::to_string(node.channels) + " channels, wanted 1 to 65536");
    check_weights(graph, node, area * in.channels * node.channels);
    if (node.op != Op::transpose_conv2d) return;
    const Window& w = node.window;
    if (w.padding != Padding::same || w.dilation_h != 1 || w.dilation_w != 1 || w.kernel_h < w.stride_h ||
        w.kernel_w < w.stride_w || (w.kernel_h - w.stride_h) % 2 != 0 || (w.kernel_w - w.stride_w) % 2 != 0)
        fail(graph, node,
             "has a kernel and stride that cannot be converted (wanted 'same' padding, no dilation, "
             "kernel minus stride even)");
    const auto grow = [](const Extent& e, int stride) {
        return e.known ? Extent::linear(e.step * stride, e.base * stride) : Extent{};
    };
    node.height = grow(in.height, w.stride_h);
    node.width = grow(in.width, w.stride_w);
}

bool is_pixel(const Node& node) { return node.height == Extent::fixed(1) && node.width == Extent::fixed(1); }

void infer_pair(const Graph& graph, Node& node, const Node& a, const Node& b) {
    const auto spreads = [](const Node& x) { return x.op == Op::constant && x.channels == 1; };
    if (a.channels != b.channels && !spreads(a) && !spreads(b))
        fail(graph, node,
             "joins " + std::to_string(a.channels) + " and " + std::to_string(b.channels) +
                 " channels, wanted as many on both sides");
    const Node& larger = is_pixel(a) ? b : a;
    if (!is_pixel(a) && !is_pixel(b)) {
        const auto differ = [](const Extent& x, const Extent& y) { return x.known && y.known && !(x == y); };
        if (differ(a.height, b.height) || differ(a.width, b.width))
            fail(graph, node, "joins maps of different sizes");
    }
    node.channels = std::max(a.channels, b.channels);
    node.height = larger.height;
    node.width = larger.width;
}

void infer_concat(const Graph& graph, Node& node) {
    std::int64_t total = 0;
    const Node& first = graph.nodes[static_cast<std::size_t>(node.inputs[0])];
    for (const int i : node.inputs) {
        const Node& in = graph.nodes[static_cast<std::size_t>(i)];
        total += in.channels;
        if ((in.height.known && first.height.known && !(in.height == first.height)) ||
            (in.width.known && first.width.known && !(in.width == first.width)))
            fail(graph, node, "joins maps of different sizes");
    }
    if (total > largest) fail(graph, node, "makes more than 65536 channels");
    node.channels = static_cast<int>(total);
    node.height = first.height;
    node.width = first.width;
}

void infer_pad(const Graph& graph, Node& node, const Node& in) {
    check_window(graph, node);
    const auto grow = [](const Extent& e, int by) {
        return e.known ? Extent::linear(e.step, e.base + by) : Extent{};
    };
    node.channels = in.channels;
    node.height = grow(in.height, node.window.top + node.window.bottom);
    node.width = grow(in.width, node.window.left + node.window.right);
}

void infer_resize(const Graph& graph, Node& node, const Node& in) {
    if (node.target_h < 1 || node.target_w < 1 || node.target_h > largest || node.target_w > largest)
        fail(graph, node,
             "resizes to " + std::to_string(node.target_w) + "x" + std::to_string(node.target_h));
    if (!node.align_corners && !node.half_pixel && !(in.height.is_fixed() && in.width.is_fixed()))
        fail(graph, node,
             "resizes without half-pixel centres, which is converted only for a fixed input size");
    if (node.align_corners && node.half_pixel)
        fail(graph, node, "has both align_corners and half_pixel_centers");
    node.channels = in.channels;
    node.height = Extent::fixed(node.target_h);
    node.width = Extent::fixed(node.target_w);
}

void infer_leaf(const Graph& graph, Node& node) {
    if (node.channels < 1 || node.channels > largest)
        fail(graph, node, "has " + std::to_string(node.channels) + " channels, wanted 1 to 65536");
    if (node.op == Op::constant) {
        check_weights(graph, node, node.channels);
        node.height = node.width = Extent::fixed(1);
        return;
    }
    for (const Extent& side : {node.height, node.width})
        if (side.known && (side.step < 0 || side.step + side.base < 1 || side.step + side.base > largest))
            fail(graph, node, "has a side of " + std::to_string(side.step + side.base) + " pixels");
}

void infer_node(const Graph& graph, Node& node) {
    if (node.op == Op::input || node.op == Op::constant) return infer_leaf(graph, node);
    const Node& in = graph.nodes[static_cast<std::size_t>(node.inputs[0])];
    switch (node.op) {
        case Op::conv2d:
        case Op::depthwise_conv2d:
        case Op::transpose_conv2d: return infer_convolution(graph, node, in);
        case Op::average_pool:
        case Op::max_pool:
            infer_window(graph, node, in);
            node.channels = in.channels;
            return;
        case Op::add:
        case Op::subtract:
        case Op::multiply:
            return infer_pair(graph, node, in, graph.nodes[static_cast<std::size_t>(node.inputs[1])]);
        case Op::concat: return infer_concat(graph, node);
        case Op::pad: return infer_pad(graph, node, in);
        case Op::resize_bilinear: return infer_resize(graph, node, in);
        case Op::mean:
            node.channels = in.channels;
            node.height = node.width = Extent::fixed(1);
            return;
        case Op::clip:
            if (!(node.low <= node.high)) fail(graph, node, "has a lower end above its upper end");
            break;
        default: break;
    }
    node.channels = in.channels;
    node.height = in.height;
    node.width = in.width;
}

}  // namespace

const char* to_string(Op op) noexcept {
    switch (op) {
        case Op::input: return "input";
        case Op::constant: return "constant";
        case Op::conv2d: return "conv2d";
        case Op::depthwise_conv2d: return "depthwise_conv2d";
        case Op::transpose_conv2d: return "transpose_conv2d";
        case Op::add: return "add";
        case Op::subtract: return "subtract";
        case Op::multiply: return "multiply";
        case Op::relu: return "relu";
        case Op::clip: return "clip";
        case Op::hard_swish: return "hard_swish";
        case Op::sigmoid: return "sigmoid";
        case Op::average_pool: return "average_pool";
        case Op::max_pool: return "max_pool";
        case Op::mean: return "mean";
        case Op::resize_bilinear: return "resize_bilinear";
        case Op::concat: return "concat";
        case Op::pad: return "pad";
    }
    return "unknown";
}

int Graph::input() const {
    int found = -1;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].op != Op::input) continue;
        if (found >= 0) throw Error(Errc::model, origin + ": has more than one input, wanted one picture");
        found = static_cast<int>(i);
    }
    if (found < 0) throw Error(Errc::model, origin + ": has no input");
    return found;
}

int Graph::append(Node node) {
    nodes.push_back(std::move(node));
    return static_cast<int>(nodes.size()) - 1;
}

void infer(Graph& graph) {
    (void)graph.input();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        Node& node = graph.nodes[i];
        const bool right =
            node.op == Op::concat ? !node.inputs.empty() : node.inputs.size() == arity(node.op);
        if (!right) fail(graph, node, "has " + std::to_string(node.inputs.size()) + " inputs");
        for (const int from : node.inputs)
            if (from < 0 || static_cast<std::size_t>(from) >= i)
                fail(graph, node, "uses a value made after it");
        infer_node(graph, node);
        for (const Extent& side : {node.height, node.width})
            if (side.known && (side.step > largest || side.base > largest))
                fail(graph, node, "makes a map too large");
    }
    if (graph.outputs.empty()) throw Error(Errc::model, graph.origin + ": has no output");
    for (const GraphOutput& output : graph.outputs)
        if (output.node < 0 || static_cast<std::size_t>(output.node) >= graph.nodes.size())
            throw Error(Errc::model, graph.origin + ": output '" + output.name + "' names no operator");
}

std::pair<PadPair, PadPair> padding_of(const Graph& graph, const Node& node) {
    const Window& w = node.window;
    switch (w.padding) {
        case Padding::valid: return {{true, 0, 0}, {true, 0, 0}};
        case Padding::fixed: return {{true, w.top, w.bottom}, {true, w.left, w.right}};
        case Padding::same: break;
    }
    const Node& in = graph.nodes[static_cast<std::size_t>(node.inputs.at(0))];
    return {same_padding(in.height, w.kernel_h, w.stride_h, w.dilation_h),
            same_padding(in.width, w.kernel_w, w.stride_w, w.dilation_w)};
}

int stride_of(const Graph& graph, int node) {
    constexpr int lost = 0;
    std::vector<int> stride(graph.nodes.size(), lost);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node& at = graph.nodes[i];
        if (at.op == Op::input) {
            stride[i] = 1;
            continue;
        }
        if (at.op == Op::constant || at.op == Op::mean || at.op == Op::resize_bilinear) continue;
        int longest = lost;
        for (const int from : at.inputs) longest = std::max(longest, stride[static_cast<std::size_t>(from)]);
        if (longest == lost || longest > largest || at.window.stride_h > largest) continue;
        stride[i] =
            at.op == Op::transpose_conv2d ? longest / at.window.stride_h : longest * at.window.stride_h;
    }
    return stride.at(static_cast<std::size_t>(node));
}

std::vector<int> count_uses(const Graph& graph) {
    std::vector<int> uses(graph.nodes.size(), 0);
    for (const Node& node : graph.nodes)
        for (const int from : node.inputs) ++uses[static_cast<std::size_t>(from)];
    for (const GraphOutput& output : graph.outputs) ++uses[static_cast<std::size_t>(output.node)];
    return uses;
}

}  // namespace vbg::model
