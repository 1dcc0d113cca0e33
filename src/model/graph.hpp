#pragma once
/// @file graph.hpp  A small operator graph: what every model reader makes and the TorchScript writer takes.
/// C++17-clean and free of torch.
///
/// Conventions
///  - One picture at a time; a value is a map of height x width x channels float32 numbers.
///  - Layout words in this file are NHWC, as in the files the readers take (TensorFlow.js, TFLite). Who emits
///    for an NCHW library swaps the axes there and nowhere else.
///  - Every node makes exactly one value, so a value is named by the index of its node. Nodes stand in
///    topological order: an input of node i has an index below i.
///  - Convolution weights are [out][kernel row][kernel column][in] ("OHWI"), depth-wise weights
///    [kernel row][kernel column][channel], transposed convolution [out][row][column][in].
///  - "Same" padding is TensorFlow's: out = ceil(in / stride); the total needed is split with the smaller
///    half before (top, left). It therefore depends on the size of the picture.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vbg::model {

enum class Op : std::int32_t {
    input,             ///< the picture, already normalised
    constant,          ///< `weights`: one number a channel, the same at every pixel
    conv2d,            ///< `weights`, optional `bias`, `window`
    depthwise_conv2d,  ///< one filter a channel: `weights`, optional `bias`, `window`
    transpose_conv2d,  ///< enlarges by the stride: `weights`, optional `bias`, `window` (padding same)
    add,               ///< two inputs; 1x1 maps and constants are broadcast over the picture
    subtract,          ///< first minus second
    multiply,
    relu,             ///< max(x, 0)
    clip,             ///< min(max(x, low), high); relu6 is clip 0..6; either end may be infinite
    hard_swish,       ///< x * clip(x + 3, 0, 6) / 6
    sigmoid,          ///< 1 / (1 + exp(-x))
    average_pool,     ///< `window`; padding is not counted
    max_pool,         ///< `window`; padding never wins
    mean,             ///< over all rows and columns, to a 1x1 map
    resize_bilinear,  ///< to `target_h` x `target_w`
    concat,           ///< along the channels
    pad,              ///< zeros around: `window.top` ... `window.right`
};

/// Lower-case name for texts, e.g. "conv2d".
[[nodiscard]] const char* to_string(Op op) noexcept;

enum class Padding : std::int32_t { valid, same, fixed };

/// The moving window of a convolution or pooling, in pixels of its input.
struct Window {
    int kernel_h = 1, kernel_w = 1;
    int stride_h = 1, stride_w = 1;
    int dilation_h = 1, dilation_w = 1;
    Padding padding = Padding::valid;
    int top = 0, bottom = 0, left = 0, right = 0;  ///< for Padding::fixed and Op::pad
};

/// One side of a map, as far as it is known before a picture comes: step * n + base for some n >= 1.
/// A fixed side has step 0. BodyPix' rule (n - 1) % 16 == 0 is {16, 1}.
struct Extent {
    bool known = false;
    std::int64_t step = 0, base = 0;

    [[nodiscard]] static Extent fixed(std::int64_t size) { return {true, 0, size}; }
    [[nodiscard]] static Extent linear(std::int64_t step, std::int64_t base) { return {true, step, base}; }
    [[nodiscard]] bool is_fixed() const noexcept { return known && step == 0; }
    [[nodiscard]] bool operator==(const Extent& o) const noexcept {
        return known == o.known && step == o.step && base == o.base;
    }
};

/// Rows (or columns) of padding before and after; `known` is false where they depend on the picture's size.
struct PadPair {
    bool known = false;
    int before = 0, after = 0;
};

struct Node {
    Op op = Op::input;
    std::string name;  ///< as in the file, for texts and for recognising a network
    std::vector<int> inputs;
    Window window;
    std::vector<float> weights, bias;
    float low = 0.F, high = 0.F;     ///< Op::clip
    int target_h = 0, target_w = 0;  ///< Op::resize_bilinear
    /// Op::resize_bilinear: corners onto corners; else pixel centres onto pixel centres (half_pixel) or, with
    /// neither, TensorFlow 1's x_source = x * in / out.
    bool align_corners = false, half_pixel = false;

    int channels = 0;      ///< set by the reader for input, constant and convolutions; else by infer()
    Extent height, width;  ///< set for the input (unknown = any size); else by infer()
};

struct GraphOutput {
    std::string name;  ///< as in the file
    int node = 0;
};

struct Graph {
    std::string origin;  ///< file name, for texts
    std::vector<Node> nodes;
    std::vector<GraphOutput> outputs;

    /// Index of the only Op::input node. Throws Error{model} when there is none or more than one.
    [[nodiscard]] int input() const;
    /// Appends and returns the index.
    int append(Node node);
};

/// Checks every node against its inputs (count, channels, weight sizes, window) and fills in channels, height
/// and width. Throws Error{model} naming the node.
void infer(Graph& graph);

/// Same results with less work: bias additions go into their convolution, Minimum + Maximum become one clip,
/// explicit zero padding goes into the window that follows, what no output needs is dropped. Calls infer().
void simplify(Graph& graph);

/// Padding of `node`'s window on its input: first rows, then columns. Needs infer().
[[nodiscard]] std::pair<PadPair, PadPair> padding_of(const Graph& graph, const Node& node);

/// Pixels of the input for one pixel of output `node`: the product of the strides on the way. Needs infer().
/// 0 when the way has a resize or a global mean in it.
[[nodiscard]] int stride_of(const Graph& graph, int node);

/// How many nodes of each kind use each value: index = node, value = number of uses (outputs count as one).
[[nodiscard]] std::vector<int> count_uses(const Graph& graph);

}  // namespace vbg::model
