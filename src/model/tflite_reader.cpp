// TensorFlow Lite files: a flatbuffer (see tflite_subset.fbs) of tensors and the operators between them.
// Layouts: pictures NHWC, convolution weights [out, row, column, in], depth-wise weights [1, row, column,
// channel].
#include "model/tflite_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/tflite_file.hpp"
#include "model/tflite_names.hpp"

namespace vbg::model {
namespace {

/// Convolution2DTransposeBias (MediaPipe) writes its options as three little-endian int32.
constexpr const char* transpose_bias = "Convolution2DTransposeBias";
constexpr std::size_t transpose_bias_bytes = 12;
constexpr int transpose_bias_same = 1;

class TfliteBuilder {
public:
    TfliteBuilder(const std::string& bytes, const std::string& origin);
    Graph build();

private:
    [[noreturn]] void fail(const std::string& text) const { file_.fail(text); }
    std::string tensor_name(int index) const { return file_.tensor_name(index); }
    int operand(std::size_t i) const;
    /// Values of a constant tensor. DEQUANTIZE of a constant is looked through.
    std::vector<float> floats(int index) const;
    int value(int index);

    void operation(const tfl::Operator& op);
    void check_shapes() const;
    Node start(Op op, std::size_t inputs);
    Node convolution(const tfl::Conv2DOptions* options, tfl::Activation& activation);
    Node depthwise(const tfl::DepthwiseConv2DOptions* options, tfl::Activation& activation);
    Node transpose(const tfl::Operator& op);
    Node pool(Op kind, const tfl::Pool2DOptions* options, tfl::Activation& activation);
    Node mean(const tfl::ReducerOptions* options);
    Node resize(const tfl::ResizeBilinearOptions* options);
    Node pad();
    Node concat(const tfl::ConcatenationOptions* options, tfl::Activation& activation);
    void dequantize(const tfl::Operator& op);
    void finish(Node made, tfl::Activation activation);
    template <class T>
    const T& need(const T* options) const {
        if (options == nullptr) fail("has no options, or those of another operator");
        return *options;
    }
    Window window(tfl::PaddingKind padding, int stride_h, int stride_w) const;
    void bias(Node& made, std::size_t input) const;

    TfliteFile file_;
    const tfl::Operator* current_ = nullptr;
    std::vector<int> value_;         ///< tensor -> node in made_, -1 where there is none (yet)
    std::vector<int> widened_from_;  ///< tensor -> the constant that DEQUANTIZE makes it from, or -1
    Graph made_;
};

TfliteBuilder::TfliteBuilder(const std::string& bytes, const std::string& origin)
    : file_(bytes, origin), value_(file_.tensor_count(), -1), widened_from_(file_.tensor_count(), -1) {
    made_.origin = origin;
}

std::vector<float> TfliteBuilder::floats(int index) const {
    const int from = widened_from_[static_cast<std::size_t>(index)];
    return file_.floats(from >= 0 ? from : index);
}

int TfliteBuilder::operand(std::size_t i) const {
    const auto* inputs = current_->inputs();
    if (inputs == nullptr || i >= inputs->size())
        fail("has " + std::to_string(inputs == nullptr ? 0 : inputs->size()) + " inputs, wanted more");
    const int index = inputs->Get(static_cast<flatbuffers::uoffset_t>(i));
    (void)file_.tensor(index);
    return index;
}

/// The node that makes a tensor; a constant becomes a node of its own, one value a channel.
int TfliteBuilder::value(int index) {
    int& known = value_[static_cast<std::size_t>(index)];
    if (known >= 0) return known;
    if (!file_.is_constant(index) && widened_from_[static_cast<std::size_t>(index)] < 0)
        fail("takes '" + tensor_name(index) + "', which nothing before it makes");
    const std::vector<int> sides = file_.shape(index);
    for (std::size_t i = 0; i + 1 < sides.size(); ++i)
        if (sides[i] != 1)
            fail("takes the constant '" + tensor_name(index) + "', which varies over the picture");
    Node node;
    node.op = Op::constant;
    node.name = tensor_name(index);
    node.weights = floats(index);
    node.channels = static_cast<int>(node.weights.size());
    return known = made_.append(std::move(node));
}

Node TfliteBuilder::start(Op op, std::size_t inputs) {
    Node made;
    made.op = op;
    made.name = tensor_name(current_->outputs()->Get(0));
    for (std::size_t i = 0; i < inputs; ++i) made.inputs.push_back(value(operand(i)));
    return made;
}

Window TfliteBuilder::window(tfl::PaddingKind padding, int stride_h, int stride_w) const {
    Window made;
    if (padding != tfl::PaddingKind_SAME && padding != tfl::PaddingKind_VALID) fail("has an unknown padding");
    made.padding = padding == tfl::PaddingKind_SAME ? Padding::same : Padding::valid;
    made.stride_h = stride_h;
    made.stride_w = stride_w;
    return made;
}

void TfliteBuilder::bias(Node& made, std::size_t input) const {
    const auto* inputs = current_->inputs();
    if (inputs == nullptr || input >= inputs->size() ||
        inputs->Get(static_cast<flatbuffers::uoffset_t>(input)) < 0)
        return;  // -1 = none
    made.bias = floats(operand(input));
}

Node TfliteBuilder::convolution(const tfl::Conv2DOptions* options, tfl::Activation& activation) {
    const auto& o = need(options);
    Node made = start(Op::conv2d, 1);
    made.window = window(o.padding(), o.stride_h(), o.stride_w());
    made.window.dilation_h = o.dilation_h();
    made.window.dilation_w = o.dilation_w();
    activation = o.activation();
    const std::vector<int> sides = file_.shape(operand(1));
    if (sides.size() != 4) fail("has weights with " + std::to_string(sides.size()) + " sides, wanted 4");
    made.channels = sides[0];
    made.window.kernel_h = sides[1];
    made.window.kernel_w = sides[2];
    made.weights = floats(operand(1));
    bias(made, 2);
    return made;
}

Node TfliteBuilder::depthwise(const tfl::DepthwiseConv2DOptions* options, tfl::Activation& activation) {
    const auto& o = need(options);
    Node made = start(Op::depthwise_conv2d, 1);
    made.window = window(o.padding(), o.stride_h(), o.stride_w());
    made.window.dilation_h = o.dilation_h();
    made.window.dilation_w = o.dilation_w();
    activation = o.activation();
    const std::vector<int> sides = file_.shape(operand(1));
    if (sides.size() != 4 || sides[0] != 1)
        fail("has weights of a shape that is not [1, rows, columns, channels]");
    if (o.depth_multiplier() > 1)
        fail("has a depth multiplier of " + std::to_string(o.depth_multiplier()) + ", wanted 1");
    made.window.kernel_h = sides[1];
    made.window.kernel_w = sides[2];
    made.weights = floats(operand(1));
    bias(made, 2);
    return made;
}

Node TfliteBuilder::transpose(const tfl::Operator& op) {
    const auto* raw = op.custom_options();
    if (raw == nullptr || raw->size() != transpose_bias_bytes)
        fail("has options of " + std::to_string(raw == nullptr ? 0 : raw->size()) + " bytes, wanted 12");
    std::int32_t options[3];
    std::memcpy(options, raw->data(), sizeof options);
    if (options[0] != transpose_bias_same)
        fail("has a padding of kind " + std::to_string(options[0]) + ", wanted 1 (same)");
    Node made = start(Op::transpose_conv2d, 1);
    made.window = window(tfl::PaddingKind_SAME, options[2], options[1]);
    const std::vector<int> sides = file_.shape(operand(1));
    if (sides.size() != 4) fail("has weights with " + std::to_string(sides.size()) + " sides, wanted 4");
    made.channels = sides[0];
    made.window.kernel_h = sides[1];
    made.window.kernel_w = sides[2];
    made.weights = floats(operand(1));
    bias(made, 2);
    return made;
}

Node TfliteBuilder::pool(Op kind, const tfl::Pool2DOptions* options, tfl::Activation& activation) {
    const auto& o = need(options);
    Node made = start(kind, 1);
    made.window = window(o.padding(), o.stride_h(), o.stride_w());
    made.window.kernel_h = o.kernel_h();
    made.window.kernel_w = o.kernel_w();
    activation = o.activation();
    return made;
}

Node TfliteBuilder::mean(const tfl::ReducerOptions* options) {
    std::vector<std::int32_t> axes = file_.integers(operand(1));
    std::sort(axes.begin(), axes.end());
    if (axes != std::vector<std::int32_t>{1, 2} || !need(options).keep_dims())
        fail("is converted only over rows and columns with keep_dims");
    return start(Op::mean, 1);
}

Node TfliteBuilder::resize(const tfl::ResizeBilinearOptions* options) {
    const auto& o = need(options);
    const std::vector<std::int32_t> size = file_.integers(operand(1));
    if (size.size() != 2) fail("has no size of two numbers");
    Node made = start(Op::resize_bilinear, 1);
    made.target_h = size[0];
    made.target_w = size[1];
    made.align_corners = o.align_corners();
    made.half_pixel = o.half_pixel_centers();
    return made;
}

Node TfliteBuilder::pad() {
    const std::vector<std::int32_t> p = file_.integers(operand(1));
    if (p.size() != 8 || p[0] != 0 || p[1] != 0 || p[6] != 0 || p[7] != 0)
        fail("pads something else than rows and columns");
    Node made = start(Op::pad, 1);
    made.window.padding = Padding::fixed;
    made.window.top = p[2];
    made.window.bottom = p[3];
    made.window.left = p[4];
    made.window.right = p[5];
    return made;
}

Node TfliteBuilder::concat(const tfl::ConcatenationOptions* options, tfl::Activation& activation) {
    const auto& o = need(options);
    if (o.axis() != 3 && o.axis() != -1)
        fail("joins along axis " + std::to_string(o.axis()) + ", wanted 3 (channels)");
    activation = o.activation();
    return start(Op::concat, current_->inputs() == nullptr ? 0 : current_->inputs()->size());
}

/// DEQUANTIZE of a constant float16 tensor is how a file stores half-precision weights.
void TfliteBuilder::dequantize(const tfl::Operator& op) {
    const int from = operand(0);
    const int to = op.outputs()->Get(0);
    if (!file_.is_constant(from) || file_.tensor(from).type() != tfl::ElementType_FLOAT16)
        fail("is converted only for constant FLOAT16 weights");
    widened_from_[static_cast<std::size_t>(to)] = from;
}

/// Puts the operator's own activation after it and files the result.
void TfliteBuilder::finish(Node made, tfl::Activation activation) {
    const int output = current_->outputs()->Get(0);
    const std::string name = made.name;
    int index = made_.append(std::move(made));
    if (activation != tfl::Activation_NONE) {
        Node after;
        after.name = name;
        after.inputs = {index};
        switch (activation) {
            case tfl::Activation_RELU: after.op = Op::relu; break;
            case tfl::Activation_RELU_N1_TO_1:
                after.op = Op::clip;
                after.low = -1.F;
                after.high = 1.F;
                break;
            case tfl::Activation_RELU6:
                after.op = Op::clip;
                after.high = 6.F;
                break;
            default: fail("has the activation " + std::to_string(activation) + ", which cannot be converted");
        }
        index = made_.append(std::move(after));
    }
    value_[static_cast<std::size_t>(output)] = index;
}

void TfliteBuilder::operation(const tfl::Operator& op) {
    current_ = &op;
    const auto& codes = *file_.model().operator_codes();
    if (op.code_index() >= codes.size()) fail("has an operator of a kind that the file does not list");
    const tfl::OperatorCode& code = *codes.Get(op.code_index());
    const int number = std::max<int>(code.old_code(), code.code());
    const std::string custom = code.custom_name() != nullptr ? code.custom_name()->str() : std::string{};
    file_.set_subject(operator_subject(file_, op, number, custom));
    if (op.outputs() == nullptr || op.outputs()->size() != 1) fail("has not exactly one output");
    (void)file_.tensor(op.outputs()->Get(0));
    tfl::Activation activation = tfl::Activation_NONE;
    const auto pair = [&](Op kind, const auto& options) {
        if (options != nullptr) activation = options->activation();
        return start(kind, 2);
    };
    Node made;
    switch (number) {
        case tfl::OperatorKind_DEQUANTIZE: return dequantize(op);
        case tfl::OperatorKind_ADD: made = pair(Op::add, op.options_as_AddOptions()); break;
        case tfl::OperatorKind_SUB: made = pair(Op::subtract, op.options_as_SubOptions()); break;
        case tfl::OperatorKind_MUL: made = pair(Op::multiply, op.options_as_MulOptions()); break;
        case tfl::OperatorKind_CONV_2D: made = convolution(op.options_as_Conv2DOptions(), activation); break;
        case tfl::OperatorKind_DEPTHWISE_CONV_2D:
            made = depthwise(op.options_as_DepthwiseConv2DOptions(), activation);
            break;
        case tfl::OperatorKind_AVERAGE_POOL_2D:
            made = pool(Op::average_pool, op.options_as_Pool2DOptions(), activation);
            break;
        case tfl::OperatorKind_MAX_POOL_2D:
            made = pool(Op::max_pool, op.options_as_Pool2DOptions(), activation);
            break;
        case tfl::OperatorKind_CONCATENATION:
            made = concat(op.options_as_ConcatenationOptions(), activation);
            break;
        case tfl::OperatorKind_RESIZE_BILINEAR: made = resize(op.options_as_ResizeBilinearOptions()); break;
        case tfl::OperatorKind_MEAN: made = mean(op.options_as_ReducerOptions()); break;
        case tfl::OperatorKind_PAD: made = pad(); break;
        case tfl::OperatorKind_LOGISTIC: made = start(Op::sigmoid, 1); break;
        case tfl::OperatorKind_RELU: made = start(Op::relu, 1); break;
        case tfl::OperatorKind_RELU6:
            made = start(Op::clip, 1);
            made.high = 6.F;
            break;
        case tfl::OperatorKind_HARD_SWISH: made = start(Op::hard_swish, 1); break;
        case tfl::OperatorKind_CUSTOM:
            if (custom != transpose_bias)
                fail(std::string("is not known; the only one that is: ") + transpose_bias);
            made = transpose(op);
            break;
        default: fail("is an operator that cannot be converted");
    }
    finish(std::move(made), activation);
}

/// What was worked out must be what the file itself says of each map.
void TfliteBuilder::check_shapes() const {
    for (std::size_t i = 0; i < value_.size(); ++i) {
        if (value_[i] < 0) continue;
        const Node& node = made_.nodes[static_cast<std::size_t>(value_[i])];
        const std::vector<int> said = file_.shape(static_cast<int>(i));
        if (node.op == Op::constant || said.size() != 4) continue;
        if (!(node.height == Extent::fixed(said[1])) || !(node.width == Extent::fixed(said[2])) ||
            node.channels != said[3])
            fail("tensor '" + node.name + "' should be " + std::to_string(node.height.base) + "x" +
                 std::to_string(node.width.base) + "x" + std::to_string(node.channels) +
                 ", but the file says " + std::to_string(said[1]) + "x" + std::to_string(said[2]) + "x" +
                 std::to_string(said[3]));
    }
}

Graph TfliteBuilder::build() {
    if (file_.graph().inputs()->size() != 1)
        fail("has " + std::to_string(file_.graph().inputs()->size()) + " inputs, wanted one picture");
    const int picture = file_.graph().inputs()->Get(0);
    if (file_.tensor(picture).type() != tfl::ElementType_FLOAT32)
        fail(std::string("has an input of type ") + tfl::EnumNameElementType(file_.tensor(picture).type()) +
             ", wanted FLOAT32");
    const std::vector<int> sides = file_.shape(picture);
    if (sides.size() != 4 || sides[0] != 1) fail("has an input that is not [1, height, width, channels]");
    Node input;
    input.name = tensor_name(picture);
    input.height = Extent::fixed(sides[1]);
    input.width = Extent::fixed(sides[2]);
    input.channels = sides[3];
    value_[static_cast<std::size_t>(picture)] = made_.append(std::move(input));
    for (const auto* op : *file_.graph().operators()) operation(*op);
    current_ = nullptr;
    file_.set_subject({});
    for (const int output : *file_.graph().outputs()) {
        (void)file_.tensor(output);
        const int node = value_[static_cast<std::size_t>(output)];
        if (node < 0) fail("has an output '" + tensor_name(output) + "' that nothing makes");
        made_.outputs.push_back({tensor_name(output), node});
    }
    infer(made_);
    check_shapes();
    return std::move(made_);
}

}  // namespace

Graph read_tflite(const std::string& bytes, const std::string& origin) {
    return TfliteBuilder(bytes, origin).build();
}

}  // namespace vbg::model
