// TensorFlow operators to Graph nodes. Layouts: pictures NHWC, convolution weights [row, column, in, out],
// depth-wise weights [row, column, channel, multiplier].
#include "model/tfjs_nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vbg/error.hpp>

#include "model/tfjs_topology.hpp"

namespace vbg::model {
namespace {

using nlohmann::json;

constexpr float infinity = std::numeric_limits<float>::infinity();

int as_int(const TfjsNode& node, std::int64_t value) {
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
        node.fail("has a number out of range: " + std::to_string(value));
    return static_cast<int>(value);
}

class Builder {
public:
    Builder(const json& topology, const TfjsTensors& tensors, const std::string& origin,
            const TfjsOptions& options)
        : topology_(topology, tensors, origin), options_(options) {
        graph_.origin = origin;
    }
    Graph build();

private:
    int visit(const std::string& root);
    void convert(const TfjsNode& node);
    int value(const TfjsNode& node, std::size_t input);
    int constant(const std::string& name);

    Node start(const TfjsNode& node, Op op, std::size_t inputs);
    Window window(const TfjsNode& node, const char* sizes) const;
    void dilation(const TfjsNode& node, Window& window) const;
    Node input(const TfjsNode& node);
    Node convolution(const TfjsNode& node, bool depthwise);
    Node clip(const TfjsNode& node, bool upper);
    Node pool(const TfjsNode& node, Op op);
    Node pad(const TfjsNode& node);
    Node mean(const TfjsNode& node);
    Node resize(const TfjsNode& node);
    Node concat(const TfjsNode& node);
    Node pair(const TfjsNode& node, Op op);
    void fused(const TfjsNode& node, bool depthwise);
    void finish(const TfjsNode& node, Node made) { index_[node.name()] = graph_.append(std::move(made)); }

    TfjsTopology topology_;
    const TfjsOptions& options_;
    std::unordered_map<std::string, int> index_;  ///< node name -> index of its value in graph_
    Graph graph_;
};

int Builder::constant(const std::string& name) {
    if (const auto known = index_.find(name); known != index_.end()) return known->second;
    const TfjsNode& at = topology_.find(name, nullptr);
    const TfjsTensor& values = topology_.tensor(name);
    for (std::size_t i = 0; i + 1 < values.shape.size(); ++i)
        if (values.shape[i] != 1) at.fail("varies over the picture, wanted one value a channel");
    Node node;
    node.op = Op::constant;
    node.name = name;
    node.weights = values.data;
    node.channels = as_int(at, static_cast<std::int64_t>(values.data.size()));
    return index_[name] = graph_.append(std::move(node));
}

/// The graph's index of an operand; a constant becomes a node of its own on first use.
int Builder::value(const TfjsNode& node, std::size_t input) {
    if (input >= node.inputs().size())
        node.fail("has only " + std::to_string(node.inputs().size()) + " inputs");
    const std::string& name = node.inputs()[input];
    if (topology_.is_constant(name)) return constant(topology_.constant_name(node, input));
    return index_.at(name);
}

Node Builder::start(const TfjsNode& node, Op op, std::size_t inputs) {
    Node made;
    made.op = op;
    made.name = node.name();
    for (std::size_t i = 0; i < inputs; ++i) made.inputs.push_back(value(node, i));
    return made;
}

Node Builder::input(const TfjsNode& node) {
    Node made;
    made.name = node.name();
    const auto shape = node.shape();
    if (shape.size() != 4 || (shape[0] != 1 && shape[0] != -1))
        node.fail("has " + std::to_string(shape.size()) + " sides, wanted [1, height, width, channels]");
    made.channels = as_int(node, shape[3]);
    if (shape[1] >= 0) made.height = Extent::fixed(shape[1]);
    if (shape[2] >= 0) made.width = Extent::fixed(shape[2]);
    return made;
}

Window Builder::window(const TfjsNode& node, const char* sizes) const {
    if (const std::string format = node.text("data_format"); !format.empty() && format != "NHWC")
        node.fail("has the data format '" + format + "', wanted NHWC");
    const auto pair = [&](const char* name, int& h, int& w) {
        const auto list = node.integers(name);
        if (list.size() != 4 || list[0] != 1 || list[3] != 1)
            node.fail(std::string("has no '") + name + "' of the form [1, h, w, 1]");
        h = as_int(node, list[1]);
        w = as_int(node, list[2]);
    };
    Window made;
    pair("strides", made.stride_h, made.stride_w);
    if (sizes != nullptr) pair(sizes, made.kernel_h, made.kernel_w);
    const std::string padding = node.text("padding");
    if (padding == "SAME") {
        made.padding = Padding::same;
    } else if (padding == "EXPLICIT") {
        const auto pads = node.integers("explicit_paddings");
        if (pads.size() != 8) node.fail("has no 'explicit_paddings' of 8 numbers");
        made.padding = Padding::fixed;
        made.top = as_int(node, pads[2]);
        made.bottom = as_int(node, pads[3]);
        made.left = as_int(node, pads[4]);
        made.right = as_int(node, pads[5]);
    } else if (padding != "VALID") {
        node.fail("has the padding '" + padding + "', wanted SAME, VALID or EXPLICIT");
    }
    return made;
}

/// {1, h, w, 1} as TensorFlow means it, or BodyPix' {d, d, 1, 1}: see TfjsOptions::javascript_dilation.
void Builder::dilation(const TfjsNode& node, Window& window) const {
    const auto list = node.integers("dilations");
    if (list.empty()) return;
    if (list.size() != 4) node.fail("has no 'dilations' of 4 numbers");
    const bool shifted = list[0] != 1 && !options_.javascript_dilation;
    window.dilation_h = as_int(node, list[shifted ? 0 : 1]);
    window.dilation_w = as_int(node, list[shifted ? 1 : 2]);
}

Node Builder::convolution(const TfjsNode& node, bool depthwise) {
    Node made = start(node, depthwise ? Op::depthwise_conv2d : Op::conv2d, 1);
    made.window = window(node, nullptr);
    dilation(node, made.window);
    const TfjsTensor& weights = topology_.tensor(node, 1);
    if (weights.shape.size() != 4)
        node.fail("has weights with " + std::to_string(weights.shape.size()) + " sides");
    const auto& s = weights.shape;
    made.window.kernel_h = as_int(node, s[0]);
    made.window.kernel_w = as_int(node, s[1]);
    if (depthwise) {
        if (s[3] != 1) node.fail("has a depth multiplier of " + std::to_string(s[3]) + ", wanted 1");
        made.weights = weights.data;
        return made;
    }
    made.channels = as_int(node, s[3]);
    made.weights.resize(weights.data.size());
    const auto in =
        static_cast<std::size_t>(s[0] * s[1] * s[2]);  // rows, columns and channels in, as they lie
    const auto out = static_cast<std::size_t>(s[3]);
    for (std::size_t i = 0; i < in; ++i)
        for (std::size_t o = 0; o < out; ++o) made.weights[o * in + i] = weights.data[i * out + o];
    return made;
}

/// Newer converters join convolution, bias and activation into one node.
void Builder::fused(const TfjsNode& node, bool depthwise) {
    Node conv = convolution(node, depthwise);
    std::string activation;
    for (const std::string& op : node.texts("fused_ops")) {
        if (op == "BiasAdd" && conv.bias.empty() && activation.empty())
            conv.bias = topology_.tensor(node, 2).data;
        else if (activation.empty())
            activation = op;
        else
            node.fail(fmt::format("joins '{}' and '{}', which is not known", activation, op));
    }
    if (activation.empty()) return finish(node, std::move(conv));
    Node after;
    after.name = node.name();
    after.inputs = {graph_.append(std::move(conv))};
    if (activation == "Relu") {
        after.op = Op::relu;
    } else if (activation == "Relu6") {
        after.op = Op::clip;
        after.high = 6.F;
    } else if (activation == "Sigmoid") {
        after.op = Op::sigmoid;
    } else {
        node.fail("joins '" + activation + "', which is not known");
    }
    finish(node, std::move(after));
}

Node Builder::clip(const TfjsNode& node, bool upper) {
    const std::size_t bound = node.inputs().size() == 2 && topology_.is_constant(node.inputs()[0]) ? 0 : 1;
    const TfjsTensor& limit = topology_.tensor(node, bound);
    if (limit.data.size() != 1) node.fail("has one bound a channel, wanted a single number");
    Node made;
    made.op = Op::clip;
    made.name = node.name();
    made.inputs = {value(node, 1 - bound)};
    made.low = upper ? -infinity : limit.data[0];
    made.high = upper ? limit.data[0] : infinity;
    return made;
}

Node Builder::pool(const TfjsNode& node, Op op) {
    Node made = start(node, op, 1);
    made.window = window(node, "ksize");
    return made;
}

Node Builder::pad(const TfjsNode& node) {
    Node made = start(node, Op::pad, 1);
    const TfjsTensor& around = topology_.tensor(node, 1);
    const auto& p = around.data;
    if (p.size() != 8 || p[0] != 0.F || p[1] != 0.F || p[6] != 0.F || p[7] != 0.F)
        node.fail("pads something else than rows and columns");
    if (node.op() == "PadV2" &&
        (topology_.tensor(node, 2).data.size() != 1 || topology_.tensor(node, 2).data[0] != 0.F))
        node.fail("pads with something else than zero");
    for (const float side : p)
        if (side < 0.F || side > 65536.F) node.fail("has a padding out of range");
    made.window.padding = Padding::fixed;
    made.window.top = static_cast<int>(p[2]);
    made.window.bottom = static_cast<int>(p[3]);
    made.window.left = static_cast<int>(p[4]);
    made.window.right = static_cast<int>(p[5]);
    return made;
}

Node Builder::mean(const TfjsNode& node) {
    std::vector<float> axes = topology_.tensor(node, 1).data;
    std::sort(axes.begin(), axes.end());
    if (axes != std::vector<float>{1.F, 2.F} || !node.flag("keep_dims"))
        node.fail("is converted only over rows and columns with keep_dims");
    return start(node, Op::mean, 1);
}

Node Builder::resize(const TfjsNode& node) {
    Node made = start(node, Op::resize_bilinear, 1);
    const auto& size = topology_.tensor(node, 1).data;
    if (size.size() != 2 || !(size[0] >= 1.F && size[0] <= 65536.F && size[1] >= 1.F && size[1] <= 65536.F))
        node.fail("has no size of two numbers from 1 to 65536");
    made.target_h = static_cast<int>(size[0]);
    made.target_w = static_cast<int>(size[1]);
    made.align_corners = node.flag("align_corners");
    made.half_pixel = node.flag("half_pixel_centers");
    return made;
}

Node Builder::concat(const TfjsNode& node) {
    if (node.inputs().size() < 2) node.fail("has no axis");
    const auto& axis = topology_.tensor(node, node.inputs().size() - 1).data;
    if (axis.size() != 1 || (axis[0] != 3.F && axis[0] != -1.F))
        node.fail("joins along another axis than channels");
    return start(node, Op::concat, node.inputs().size() - 1);
}

Node Builder::pair(const TfjsNode& node, Op op) { return start(node, op, 2); }

void Builder::convert(const TfjsNode& node) {
    using Make = std::function<void(Builder&, const TfjsNode&)>;
    const auto simple = [](Op op) {
        return [op](Builder& b, const TfjsNode& n) { b.finish(n, b.start(n, op, 1)); };
    };
    const auto two = [](Op op) {
        return [op](Builder& b, const TfjsNode& n) { b.finish(n, b.pair(n, op)); };
    };
    static const std::map<std::string, Make> table = {
        {"Placeholder", [](Builder& b, const TfjsNode& n) { b.finish(n, b.input(n)); }},
        {"Const", [](Builder&, const TfjsNode&) {}},
        {"Identity", [](Builder& b, const TfjsNode& n) { b.index_[n.name()] = b.value(n, 0); }},
        {"Conv2D", [](Builder& b, const TfjsNode& n) { b.finish(n, b.convolution(n, false)); }},
        {"DepthwiseConv2dNative", [](Builder& b, const TfjsNode& n) { b.finish(n, b.convolution(n, true)); }},
        {"_FusedConv2D", [](Builder& b, const TfjsNode& n) { b.fused(n, false); }},
        {"FusedDepthwiseConv2dNative", [](Builder& b, const TfjsNode& n) { b.fused(n, true); }},
        {"BiasAdd", two(Op::add)},
        {"Add", two(Op::add)},
        {"AddV2", two(Op::add)},
        {"Sub", two(Op::subtract)},
        {"Mul", two(Op::multiply)},
        {"Relu", simple(Op::relu)},
        {"Relu6",
         [](Builder& b, const TfjsNode& n) {
             Node made = b.start(n, Op::clip, 1);
             made.high = 6.F;
             b.finish(n, std::move(made));
         }},
        {"Sigmoid", simple(Op::sigmoid)},
        {"Minimum", [](Builder& b, const TfjsNode& n) { b.finish(n, b.clip(n, true)); }},
        {"Maximum", [](Builder& b, const TfjsNode& n) { b.finish(n, b.clip(n, false)); }},
        {"MaxPool", [](Builder& b, const TfjsNode& n) { b.finish(n, b.pool(n, Op::max_pool)); }},
        {"AvgPool", [](Builder& b, const TfjsNode& n) { b.finish(n, b.pool(n, Op::average_pool)); }},
        {"Pad", [](Builder& b, const TfjsNode& n) { b.finish(n, b.pad(n)); }},
        {"PadV2", [](Builder& b, const TfjsNode& n) { b.finish(n, b.pad(n)); }},
        {"Mean", [](Builder& b, const TfjsNode& n) { b.finish(n, b.mean(n)); }},
        {"ResizeBilinear", [](Builder& b, const TfjsNode& n) { b.finish(n, b.resize(n)); }},
        {"ConcatV2", [](Builder& b, const TfjsNode& n) { b.finish(n, b.concat(n)); }},
    };
    const auto make = table.find(node.op());
    if (make == table.end()) {
        std::string known;
        for (const auto& [name, unused] : table) known += (known.empty() ? "" : ", ") + name;
        node.fail("is an operator that cannot be converted; known are " + known);
    }
    make->second(*this, node);
}

/// Converts `root` after everything it takes (an explicit stack: files may nest as deep as they like).
int Builder::visit(const std::string& root) {
    std::vector<std::pair<const TfjsNode*, std::size_t>> stack{{&topology_.find(root, nullptr), 0}};
    std::unordered_set<std::string> open{root};
    while (!stack.empty()) {
        auto& [node, next] = stack.back();
        if (next < node->inputs().size()) {
            const TfjsNode& from = topology_.find(node->inputs()[next++], node);
            if (from.op() == "Const" || index_.count(from.name()) != 0) continue;
            if (!open.insert(from.name()).second) from.fail("depends on its own result");
            stack.emplace_back(&from, 0);
            continue;
        }
        if (!(node->op() == "Identity" && topology_.is_constant(node->name()))) convert(*node);
        open.erase(node->name());
        stack.pop_back();
    }
    return index_.at(root);
}

Graph Builder::build() {
    std::unordered_set<std::string> used;
    for (const TfjsNode& node : topology_.nodes())
        for (const std::string& from : node.inputs()) used.insert(from);
    for (const TfjsNode& node : topology_.nodes()) {
        if (used.count(node.name()) != 0 || topology_.is_constant(node.name()) || node.op() == "NoOp")
            continue;
        graph_.outputs.push_back({node.name(), visit(node.name())});
    }
    if (graph_.outputs.empty())
        throw Error(Errc::model, graph_.origin + ": has no output (every operator's result is used)");
    return std::move(graph_);
}

}  // namespace

Graph build_tfjs_graph(const json& topology, const TfjsTensors& tensors, const std::string& origin,
                       const TfjsOptions& options) {
    return Builder(topology, tensors, origin, options).build();
}

}  // namespace vbg::model
