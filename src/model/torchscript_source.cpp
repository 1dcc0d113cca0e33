#include "model/torchscript_source.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vbg/error.hpp>

namespace vbg::model {
namespace {

std::string number(float value) {
    std::string text = fmt::format("{}", value);  // shortest text that reads back as the same float
    if (text.find_first_of(".e") == std::string::npos) text += '.';
    return text;
}

/// [out][row][column][in] -> [out][in][row][column]; `swap` -> [in][out][row][column].
std::vector<float> reorder(const Node& node, std::size_t out, std::size_t in, bool swap) {
    const auto area =
        static_cast<std::size_t>(node.window.kernel_h) * static_cast<std::size_t>(node.window.kernel_w);
    std::vector<float> values(node.weights.size());
    for (std::size_t o = 0; o < out; ++o)
        for (std::size_t p = 0; p < area; ++p)
            for (std::size_t i = 0; i < in; ++i) {
                const std::size_t to = swap ? (i * out + o) * area + p : (o * in + i) * area + p;
                values[to] = node.weights[(o * area + p) * in + i];
            }
    return values;
}

/// Matrix of TensorFlow 1's bilinear resize along one side: x_source = x * in / out, the lower neighbour at
/// floor, the upper one clamped to the edge. [out, in], or [in, out] for `columns`.
std::vector<float> legacy_resize(std::int64_t in, std::int64_t out, bool columns) {
    std::vector<float> matrix(static_cast<std::size_t>(in * out), 0.F);
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    for (std::int64_t o = 0; o < out; ++o) {
        const float source = static_cast<float>(o) * scale;
        const auto lower = std::min(static_cast<std::int64_t>(source), in - 1);
        const std::int64_t upper = std::min(lower + 1, in - 1);
        const float part = source - static_cast<float>(lower);
        const auto cell = [&](std::int64_t i) -> float& {
            return matrix[static_cast<std::size_t>(columns ? i * out + o : o * in + i)];
        };
        cell(lower) += 1.F - part;
        cell(upper) += part;
    }
    return matrix;
}

class Writer {
public:
    explicit Writer(const Graph& graph);
    TorchSource write();

private:
    void node(std::size_t index);
    void convolution(const std::string& result, const Node& node, const std::string& id);
    void transpose(const std::string& result, const Node& node, const std::string& id);
    void pool(const std::string& result, const Node& node);
    void pair(std::size_t index, const Node& node, const char* function);
    void activation(std::size_t index, const Node& node, const std::string& function,
                    const std::string& arguments);
    void resize(const std::string& result, const Node& node, const std::string& id);
    std::string padded(const Node& node, const std::string& from, const char* filler, std::string& argument);
    std::string pad_list(const Node& node, const std::string& from, const std::pair<PadPair, PadPair>& pads);
    std::string tensor(std::string name, std::vector<std::int64_t> shape, std::vector<float> values);
    bool last_use(std::size_t index, int value) const;

    const Node& at(int index) const { return graph_.nodes[static_cast<std::size_t>(index)]; }
    std::string value(int index) const { return at(index).op == Op::input ? "x" : fmt::format("t{}", index); }
    void line(const std::string& text) { source_.code += "    " + text + "\n"; }

    const Graph& graph_;
    std::vector<std::size_t> last_;  ///< the last node that reads each value; beyond the end for outputs
    TorchSource source_;
};

Writer::Writer(const Graph& graph) : graph_(graph), last_(graph.nodes.size(), 0) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (const int from : graph.nodes[i].inputs) last_[static_cast<std::size_t>(from)] = i;
    for (const GraphOutput& output : graph.outputs)
        last_[static_cast<std::size_t>(output.node)] = graph.nodes.size();
}

/// Whether `index` may overwrite `value`: nothing reads it later, and it is neither the caller's nor a
/// weight.
bool Writer::last_use(std::size_t index, int value) const {
    const Op op = at(value).op;
    return last_[static_cast<std::size_t>(value)] == index && op != Op::input && op != Op::constant;
}

std::string Writer::tensor(std::string name, std::vector<std::int64_t> shape, std::vector<float> values) {
    source_.tensors.push_back({std::move(name), std::move(shape), std::move(values)});
    return "self." + source_.tensors.back().name;
}

/// "[left, right, top, bottom]" for constant_pad_nd; sides that depend on the size are worked out by the
/// script.
std::string Writer::pad_list(const Node& node, const std::string& from,
                             const std::pair<PadPair, PadPair>& pads) {
    const auto side = [&](const PadPair& pad, int axis, int kernel, int stride, int dilation) {
        if (pad.known) return fmt::format("{}, {}", pad.before, pad.after);
        const std::string total = fmt::format("p{}", axis);
        const std::string size = fmt::format("{}.size({})", from, axis);
        line(fmt::format("{0} = max(({1} + {2}) // {3} * {3} + {4} - {1}, 0)", total, size, stride - 1,
                         stride, (kernel - 1) * dilation + 1 - stride));
        return fmt::format("{0} // 2, {0} - {0} // 2", total);
    };
    const Window& w = node.window;
    const std::string rows = side(pads.first, 2, w.kernel_h, w.stride_h, w.dilation_h);
    const std::string columns = side(pads.second, 3, w.kernel_w, w.stride_w, w.dilation_w);
    return "[" + columns + ", " + rows + "]";
}

/// The value a window moves over. Where the window's own padding argument can do it, that is `argument` and
/// nothing is written; else a padded copy is made, filled with `filler`, and `argument` is zero.
std::string Writer::padded(const Node& node, const std::string& from, const char* filler,
                           std::string& argument) {
    const auto pads = padding_of(graph_, node);
    const auto& [rows, columns] = pads;
    const bool pool = node.op == Op::average_pool || node.op == Op::max_pool;  // at most half a kernel there
    const bool even =
        rows.known && columns.known && rows.before == rows.after && columns.before == columns.after &&
        (!pool || (2 * rows.before <= node.window.kernel_h && 2 * columns.before <= node.window.kernel_w));
    if (even) {
        argument = fmt::format("[{}, {}]", rows.before, columns.before);
        return from;
    }
    argument = "[0, 0]";
    const std::string list = pad_list(node, from, pads);
    line(fmt::format("padded = torch.constant_pad_nd({}, {}, {})", from, list, filler));
    return "padded";
}

void Writer::convolution(const std::string& result, const Node& node, const std::string& id) {
    const Window& w = node.window;
    const std::int64_t in = at(node.inputs[0]).channels;
    const std::int64_t out = node.channels;
    const auto n_in = static_cast<std::size_t>(in);
    const auto n_out = static_cast<std::size_t>(out);
    if (node.op == Op::transpose_conv2d) return transpose(result, node, id);
    const std::string bias = node.bias.empty() ? "None" : tensor("b" + id, {out}, node.bias);
    const std::string from = value(node.inputs[0]);
    const bool depthwise = node.op == Op::depthwise_conv2d;
    const std::int64_t each = depthwise ? 1 : in;
    // Depth-wise weights [row][column][channel] are a convolution's with one channel out and C in, swapped.
    std::vector<float> values = depthwise ? reorder(node, 1, n_in, true) : reorder(node, n_out, n_in, false);
    const std::string weights = tensor("w" + id, {out, each, w.kernel_h, w.kernel_w}, std::move(values));
    std::string padding;
    const std::string over = padded(node, from, "0.", padding);
    line(fmt::format("{} = torch.conv2d({}, {}, {}, [{}, {}], {}, [{}, {}], {})", result, over, weights, bias,
                     w.stride_h, w.stride_w, padding, w.dilation_h, w.dilation_w, depthwise ? in : 1));
}

/// Windows that do not overlap are a 1x1 convolution to one channel a place in the window, and a shuffle of
/// those places into the picture: faster, and LibTorch 1.13 has no transposed convolution in bfloat16.
void Writer::transpose(const std::string& result, const Node& node, const std::string& id) {
    const Window& w = node.window;
    const std::int64_t in = at(node.inputs[0]).channels;
    const std::int64_t out = node.channels;
    const std::string from = value(node.inputs[0]);
    if (w.kernel_h == w.stride_h && w.kernel_w == w.stride_w && w.stride_h == w.stride_w) {
        const std::int64_t places = std::int64_t{w.kernel_h} * w.kernel_w;
        std::vector<float> repeated;
        for (const float b : node.bias) repeated.insert(repeated.end(), static_cast<std::size_t>(places), b);
        const std::string bias =
            repeated.empty() ? "None" : tensor("b" + id, {out * places}, std::move(repeated));
        const std::string weights = tensor("w" + id, {out * places, in, 1, 1}, node.weights);
        line(fmt::format("{} = torch.pixel_shuffle(torch.conv2d({}, {}, {}), {})", result, from, weights,
                         bias, w.stride_h));
        return;
    }
    const std::string bias = node.bias.empty() ? "None" : tensor("b" + id, {out}, node.bias);
    const std::string weights =
        tensor("w" + id, {in, out, w.kernel_h, w.kernel_w},
               reorder(node, static_cast<std::size_t>(out), static_cast<std::size_t>(in), true));
    line(fmt::format("{} = torch.conv_transpose2d({}, {}, {}, [{}, {}], [{}, {}])", result, from, weights,
                     bias, w.stride_h, w.stride_w, (w.kernel_h - w.stride_h) / 2,
                     (w.kernel_w - w.stride_w) / 2));
}

void Writer::pool(const std::string& result, const Node& node) {
    const Window& w = node.window;
    const std::string from = value(node.inputs[0]);
    const std::string sizes =
        fmt::format("[{}, {}], [{}, {}]", w.kernel_h, w.kernel_w, w.stride_h, w.stride_w);
    std::string padding;
    if (node.op == Op::max_pool) {
        const std::string over = padded(node, from, "float('-inf')", padding);
        line(fmt::format("{} = torch.max_pool2d({}, {}, {}, [1, 1], False)", result, over, sizes, padding));
        return;
    }
    const std::string over = padded(node, from, "0.", padding);
    const std::string call = "torch.avg_pool2d({}, " + sizes + ", " + padding + ", False, False, None)";
    line(fmt::format("{} = {}", result, fmt::format(fmt::runtime(call), over)));
    if (over == from) return;
    // Padding of different sides is not counted either: divide by the part of each window that lies inside.
    const std::string list = pad_list(node, from, padding_of(graph_, node));
    line(fmt::format("inside = torch.constant_pad_nd(torch.ones_like({}), {}, 0.)", from, list));
    line(fmt::format("{0} = torch.div({0}, {1})", result, fmt::format(fmt::runtime(call), "inside")));
}

void Writer::pair(std::size_t index, const Node& node, const char* function) {
    int first = node.inputs[0];
    int second = node.inputs[1];
    const auto whole = [&](int value) {  // has the result's own size, so that it may be overwritten
        return at(value).height == node.height && at(value).width == node.width &&
               at(value).channels == node.channels && node.height.known && node.width.known;
    };
    const auto writable = [&](int value) { return last_use(index, value) && whole(value); };
    if (node.op != Op::subtract && first != second && !writable(first) && writable(second))
        std::swap(first, second);
    const bool in_place = first != second && writable(first);
    line(fmt::format("t{} = torch.{}{}({}, {})", index, function, in_place ? "_" : "", value(first),
                     value(second)));
}

void Writer::activation(std::size_t index, const Node& node, const std::string& function,
                        const std::string& arguments) {
    const int from = node.inputs[0];
    line(fmt::format("t{} = torch.{}{}({}{})", index, function, last_use(index, from) ? "_" : "", value(from),
                     arguments));
}

void Writer::resize(const std::string& result, const Node& node, const std::string& id) {
    const std::string from = value(node.inputs[0]);
    if (node.align_corners || node.half_pixel) {
        line(fmt::format("{} = torch.upsample_bilinear2d({}, [{}, {}], {}, None, None)", result, from,
                         node.target_h, node.target_w, node.align_corners ? "True" : "False"));
        return;
    }
    const Node& in = at(node.inputs[0]);  // infer() made sure that its sides are fixed
    const std::string rows = tensor("r" + id, {node.target_h, in.height.base},
                                    legacy_resize(in.height.base, node.target_h, false));
    const std::string columns =
        tensor("c" + id, {in.width.base, node.target_w}, legacy_resize(in.width.base, node.target_w, true));
    line(fmt::format("{} = torch.matmul(torch.matmul({}, {}), {})", result, rows, from, columns));
}

void Writer::node(std::size_t index) {
    const Node& node = graph_.nodes[index];
    const std::string id = std::to_string(index);
    const std::string result = "t" + id;
    const auto bound = [](float end) { return std::isinf(end) ? std::string("None") : number(end); };
    switch (node.op) {
        case Op::input: return;
        case Op::constant:
            line(result + " = " + tensor("k" + id, {1, node.channels, 1, 1}, node.weights));
            return;
        case Op::conv2d:
        case Op::depthwise_conv2d:
        case Op::transpose_conv2d: return convolution(result, node, id);
        case Op::add: return pair(index, node, "add");
        case Op::subtract: return pair(index, node, "sub");
        case Op::multiply: return pair(index, node, "mul");
        case Op::relu: return activation(index, node, "relu", "");
        case Op::clip:
            return activation(index, node, "clamp", ", " + bound(node.low) + ", " + bound(node.high));
        case Op::hard_swish: return activation(index, node, "hardswish", "");
        case Op::sigmoid: return activation(index, node, "sigmoid", "");
        case Op::average_pool:
        case Op::max_pool: return pool(result, node);
        case Op::mean:
            line(fmt::format("{} = torch.mean({}, [2, 3], True)", result, value(node.inputs[0])));
            return;
        case Op::resize_bilinear: return resize(result, node, id);
        case Op::concat: {
            std::string list;
            for (const int from : node.inputs) list += (list.empty() ? "" : ", ") + value(from);
            line(fmt::format("{} = torch.cat([{}], 1)", result, list));
            return;
        }
        case Op::pad: {
            const Window& w = node.window;
            line(fmt::format("{} = torch.constant_pad_nd({}, [{}, {}, {}, {}], 0.)", result,
                             value(node.inputs[0]), w.left, w.right, w.top, w.bottom));
            return;
        }
    }
}

TorchSource Writer::write() {
    source_.code = "def forward(self, x):\n";
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) node(i);
    std::string results;
    for (const GraphOutput& output : graph_.outputs) results += value(output.node) + ", ";
    line("return (" + results + ")");
    return std::move(source_);
}

}  // namespace

TorchSource torchscript_source(const Graph& graph) { return Writer(graph).write(); }

}  // namespace vbg::model
