// Every operator as TorchScript against a pixel-by-pixel run of the same graph, at awkward sizes; and a
// network built like BodyPix' ResNet-50 (whose real weights are not among the test data).
#include <doctest/doctest.h>

#include <cmath>
#include <vbg/error.hpp>

#include "model/convert.hpp"
#include "model/describe.hpp"
#include "model/emit_torchscript.hpp"
#include "model/tfjs_reader.hpp"
#include "model/torchscript_source.hpp"
#include "support/slow_graph.hpp"
#include "support/tfjs_maker.hpp"

using namespace vbg;
using namespace vbg::test;
using model::Extent;
using model::Graph;
using model::Node;
using model::Op;
using model::Padding;

namespace {

struct Random {
    std::uint32_t state = 3;
    float operator()() {  // -1..1
        state = state * 1664525U + 1013904223U;
        return float(state >> 8U) / float(1 << 23) - 1.F;
    }
    std::vector<float> many(int n) {
        std::vector<float> values;
        for (int i = 0; i < n; ++i) values.push_back((*this)());
        return values;
    }
};

struct GraphMaker {
    Graph graph;
    Random random;
    explicit GraphMaker(Extent height = {}, Extent width = {}) {
        graph.origin = "test";
        Node in;
        in.name = "in";
        in.channels = 3;
        in.height = height;
        in.width = width;
        graph.append(in);
    }
    int add(Op op, std::vector<int> inputs, const model::Window& window = {}, int channels = 0) {
        Node node;
        node.op = op;
        node.name = std::string(to_string(op)) + std::to_string(graph.nodes.size());
        node.inputs = std::move(inputs);
        node.window = window;
        node.channels = channels;
        const int area = window.kernel_h * window.kernel_w;
        const int from = node.inputs.empty() ? 0 : channels_of(node.inputs[0]);
        if (op == Op::conv2d || op == Op::transpose_conv2d)
            node.weights = random.many(area * from * channels);
        if (op == Op::depthwise_conv2d) node.weights = random.many(area * from);
        if (op == Op::constant) node.weights = random.many(channels);
        if (op == Op::conv2d || op == Op::transpose_conv2d) node.bias = random.many(channels);
        return graph.append(node);
    }
    int channels_of(int index) {
        Graph copy = graph;
        copy.outputs = {{"x", index}};
        model::infer(copy);
        return copy.nodes[std::size_t(index)].channels;
    }
    Node& operator[](int index) { return graph.nodes[std::size_t(index)]; }
};

model::Window window(int kernel_h, int kernel_w, int stride, Padding padding, int dilation = 1) {
    model::Window w;
    w.kernel_h = kernel_h;
    w.kernel_w = kernel_w;
    w.stride_h = w.stride_w = stride;
    w.dilation_h = w.dilation_w = dilation;
    w.padding = padding;
    return w;
}

/// Writes the simplified graph as TorchScript and runs both at the given sizes.
void compare(GraphMaker& maker, std::vector<int> outputs, const std::vector<std::pair<int, int>>& sizes) {
    for (const int output : outputs) maker.graph.outputs.push_back({"out", output});
    const Graph slow = maker.graph;
    Graph fast = maker.graph;
    model::simplify(fast);
    model::Description description;
    description.name = "test";
    description.input.rule = model::SizeRule::multiple;
    for (const auto& output : fast.outputs)
        description.outputs.push_back(
            {"o" + std::to_string(description.outputs.size()), int(description.outputs.size()),
             fast.nodes[std::size_t(output.node)].channels, model::Meaning::other, 0});
    const vbg_test::TempDir folder;
    const std::string pt = folder / "m.pt";
    const std::string code = model::torchscript_source(fast).code;
    CAPTURE(code);
    net::write_torchscript(fast, description, pt);
    for (const auto& size : sizes) {
        const auto height = size.first, width = size.second;
        CAPTURE(height);
        CAPTURE(width);
        const Map picture{height, width, 3, maker.random.many(height * width * 3)};
        const auto wanted = SlowGraph(slow).run(picture);
        const auto got = run_module(pt, picture.data, height, width);
        REQUIRE(got.size() == wanted.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            CAPTURE(i);
            REQUIRE(got[i].height == wanted[i].height);
            REQUIRE(got[i].width == wanted[i].width);
            REQUIRE(got[i].channels == wanted[i].channels);
            double largest = 0;
            for (std::size_t k = 0; k < got[i].data.size(); ++k)
                largest = std::max(largest, std::abs(double(got[i].data[k]) - wanted[i].data[k]));
            CHECK(largest < 2e-5);
        }
    }
}

const std::vector<std::pair<int, int>> awkward = {{7, 9}, {8, 8}, {1, 5}, {16, 13}, {33, 2}};

}  // namespace

TEST_CASE("'same' padding at any size, for every window") {
    for (const Op op : {Op::conv2d, Op::depthwise_conv2d, Op::max_pool, Op::average_pool})
        for (const auto& [kernel_h, kernel_w] :
             {std::pair{3, 3}, std::pair{2, 5}, std::pair{1, 1}, std::pair{4, 3}})
            for (const int stride : {1, 2, 3}) {
                GraphMaker maker;
                compare(maker, {maker.add(op, {0}, window(kernel_h, kernel_w, stride, Padding::same), 4)},
                        awkward);
            }
}

TEST_CASE("dilation, and windows without or with given padding") {
    for (const Op op : {Op::conv2d, Op::depthwise_conv2d}) {
        GraphMaker maker;
        const int wide = maker.add(op, {0}, window(3, 3, 1, Padding::same, 2), 4);
        model::Window uneven = window(3, 3, 2, Padding::fixed);
        uneven.top = 1;
        uneven.right = 2;
        uneven.dilation_h = 2;
        compare(maker,
                {wide, maker.add(op, {0}, window(3, 2, 2, Padding::valid), 4), maker.add(op, {0}, uneven, 4)},
                {{7, 9}, {16, 13}, {33, 6}});
    }
    GraphMaker pools;
    const int positive = pools.add(Op::relu, {0});
    model::Window around;
    around.padding = Padding::fixed;
    around.top = around.bottom = around.left = around.right = 1;
    const int padded = pools.add(Op::pad, {positive}, around);
    const int padded_signed = pools.add(Op::pad, {0}, around);  // zeros may win here: not part of the window
    compare(pools,
            {pools.add(Op::max_pool, {padded}, window(3, 3, 2, Padding::valid)),
             pools.add(Op::max_pool, {padded_signed}, window(3, 3, 2, Padding::valid)),
             pools.add(Op::average_pool, {padded}, window(3, 3, 2, Padding::valid)), padded},
            {{7, 9}, {16, 13}});
}

TEST_CASE("pixel by pixel operators, also where a value is used again afterwards") {
    GraphMaker maker;
    const int conv = maker.add(Op::conv2d, {0}, window(1, 1, 1, Padding::same), 5);
    const int clipped = maker.add(Op::clip, {conv});
    maker[clipped].low = -.25F;
    maker[clipped].high = .5F;
    const int above = maker.add(Op::clip, {conv});
    maker[above].low = -.1F;
    maker[above].high = std::numeric_limits<float>::infinity();
    const int below = maker.add(Op::clip, {above});
    maker[below].low = -std::numeric_limits<float>::infinity();
    maker[below].high = .2F;
    const int swish = maker.add(Op::hard_swish, {conv});
    const int sum = maker.add(Op::add, {swish, clipped});
    const int relu = maker.add(Op::relu, {sum});
    const int difference = maker.add(Op::subtract, {relu, swish});
    const int mean = maker.add(Op::mean, {difference});
    const int gate = maker.add(Op::sigmoid, {mean});
    const int product = maker.add(Op::multiply, {gate, difference});
    const int square = maker.add(Op::multiply, {product, product});
    const int constant = maker.add(Op::constant, {}, {}, 5);
    const int scalar = maker.add(Op::constant, {}, {}, 1);
    const int shifted = maker.add(Op::add, {constant, square});
    const int scaled = maker.add(Op::multiply, {shifted, scalar});
    const int joined = maker.add(Op::concat, {scaled, conv, below});
    compare(maker, {joined, sum, square, mean, 0}, awkward);
}

TEST_CASE("bias additions go into their convolution, but not where its value is used elsewhere") {
    GraphMaker maker;
    const int alone = maker.add(Op::conv2d, {0}, window(1, 1, 1, Padding::same), 4);
    const int constant = maker.add(Op::constant, {}, {}, 4);
    const int once = maker.add(Op::add, {alone, constant});
    const int twice = maker.add(Op::subtract, {once, constant});
    const int shared = maker.add(Op::conv2d, {0}, window(1, 1, 1, Padding::same), 4);
    const int apart = maker.add(Op::add, {constant, shared});
    maker.graph.outputs = {{"a", twice}, {"b", once}, {"c", shared}, {"d", apart}};
    Graph graph = maker.graph;
    model::simplify(graph);
    CHECK(graph.nodes.size() ==
          6);  // input, two convolutions, the constant, and two additions that must stay
    maker.graph.outputs.clear();
    compare(maker, {twice, once, shared, apart}, {{3, 4}});
}

TEST_CASE("resizes and transposed convolutions") {
    for (const auto& [corners, half] :
         {std::pair{true, false}, std::pair{false, true}, std::pair{false, false}}) {
        GraphMaker maker(Extent::fixed(6), Extent::fixed(5));
        const auto resize = [&, c = corners, h = half](int height, int width) {
            const int index = maker.add(Op::resize_bilinear, {0});
            maker[index].target_h = height;
            maker[index].target_w = width;
            maker[index].align_corners = c;
            maker[index].half_pixel = h;
            return index;
        };
        compare(maker, {resize(12, 10), resize(7, 17), resize(3, 4), resize(6, 5), resize(1, 1)}, {{6, 5}});
    }
    for (const auto& [kernel, stride] :
         {std::pair{2, 2}, std::pair{3, 3}, std::pair{4, 2}, std::pair{3, 1}}) {
        GraphMaker maker;
        compare(maker,
                {maker.add(Op::transpose_conv2d, {0}, window(kernel, kernel, stride, Padding::same), 2)},
                awkward);
    }
}

TEST_CASE("where the size rule settles the padding, the code has no padding operator") {
    GraphMaker maker(Extent::linear(16, 1), Extent::linear(16, 1));
    int at = 0;
    for (int i = 0; i < 4; ++i) at = maker.add(Op::conv2d, {at}, window(3, 3, 2, Padding::same), 3);
    maker.graph.outputs = {{"out", at}};
    Graph graph = maker.graph;
    model::simplify(graph);
    CHECK(model::torchscript_source(graph).code.find("pad") == std::string::npos);
    CHECK(graph.nodes.back().height == Extent::linear(1, 1));
    graph.nodes[0].height = graph.nodes[0].width = Extent::linear(8, 1);  // four strides do not divide 8
    model::infer(graph);
    CHECK(model::torchscript_source(graph).code.find("pad") != std::string::npos);
}

TEST_CASE("graphs that cannot be") {
    const auto wrong = [](const char* words, auto change) {
        GraphMaker maker(Extent::fixed(8), Extent::fixed(8));
        const int conv = maker.add(Op::conv2d, {0}, window(3, 3, 1, Padding::valid), 4);
        maker.graph.outputs = {{"out", conv}};
        change(maker, conv);
        CHECK_THROWS_WITH_AS(model::infer(maker.graph), doctest::Contains(words), Error);
    };
    wrong("weights", [](GraphMaker& m, int i) { m[i].weights.pop_back(); });
    wrong("bias", [](GraphMaker& m, int i) { m[i].bias.pop_back(); });
    wrong("larger than the map", [](GraphMaker& m, int) { m[0].height = Extent::fixed(2); });
    wrong("stride of -1", [](GraphMaker& m, int i) { m[i].window.stride_w = -1; });
    wrong("no output", [](GraphMaker& m, int) { m.graph.outputs.clear(); });
    wrong("made after it", [](GraphMaker& m, int i) { m[i].inputs = {i}; });
    wrong("2 inputs", [](GraphMaker& m, int i) { m[i].inputs = {0, 0}; });
    wrong("more than one input", [](GraphMaker& m, int i) { m[i] = m[0]; });
    wrong("different sizes", [](GraphMaker& m, int i) {
        const int other = m.add(Op::conv2d, {0}, window(1, 1, 1, Padding::valid), 4);
        m.add(Op::add, {i, other});
    });
    wrong("joins 4 and 3 channels", [](GraphMaker& m, int i) { m.add(Op::add, {i, 0}); });
}

namespace {

/// A miniature of resnet_v1_50 as BodyPix uses it: zero padding and VALID windows in front, the stride in the
/// last unit of a block with a 1x1 maximum as its shortcut, a dilated block, all eight heads.
struct MiniResnet : TfjsMaker {
    Random random;
    std::string scope = "resnet_v1_50/";

    std::string conv(const std::string& name, const std::string& from, int kernel, int in, int out,
                     const nlohmann::json& attributes) {
        constant(name + "/weights", {kernel, kernel, in, out}, random.many(kernel * kernel * in * out));
        constant(name + "/bias", {out}, random.many(out));
        node(name + "/conv", "Conv2D", {from, name + "/weights"}, attributes);
        node(name, "BiasAdd", {name + "/conv", name + "/bias"});
        return name;
    }
    std::string relu(const std::string& from) {
        node(from + "/Relu", "Relu", {from});
        return from + "/Relu";
    }
    std::string pad(const std::string& name, const std::string& from, int by) {
        integers(name + "/paddings", {4, 2}, {0, 0, by, by, by, by, 0, 0});
        node(name, "Pad", {from, name + "/paddings"});
        return name;
    }
    std::string unit(const std::string& name, const std::string& from, int in, int out, int stride,
                     int dilation) {
        const std::string at = scope + name;
        std::string shortcut = from;
        if (in != out) shortcut = conv(at + "/shortcut", from, 1, in, out, window(1, "SAME"));
        if (stride == 2) {
            node(at + "/shortcut", "MaxPool", {from}, window(2, "SAME", {}, 1));
            shortcut = at + "/shortcut";
        }
        std::string main = relu(conv(at + "/conv1", from, 1, in, out / 2, window(1, "SAME")));
        if (stride == 2)
            main = conv(at + "/conv2", pad(at + "/pad", main, 1), 3, out / 2, out / 2, window(2, "VALID"));
        else
            main =
                conv(at + "/conv2", main, 3, out / 2, out / 2, window(1, "SAME", {dilation, dilation, 1, 1}));
        main = conv(at + "/conv3", relu(main), 1, out / 2, out, window(1, "SAME"));
        node(at + "/add", stride == 2 ? "AddV2" : "Add", {shortcut, main});
        return relu(at + "/add");
    }
    MiniResnet() {
        picture("sub_2");
        std::string at = conv(scope + "conv1", pad(scope + "Pad", "sub_2", 3), 7, 3, 4, window(2, "VALID"));
        at = pad(scope + "pool1/pad", relu(at), 1);
        node(scope + "pool1", "MaxPool", {at}, window(2, "VALID", {}, 3));
        at = unit("block1/unit_1", scope + "pool1", 4, 8, 1, 1);
        at = unit("block1/unit_2", at, 8, 8, 2, 1);
        at = unit("block4/unit_1", at, 8, 8, 1, 2);
        conv("resnet_v1_50/displacement_bwd_2/BiasAdd", at, 1, 8, 32, window(1, "SAME"));
        conv("resnet_v1_50/displacement_fwd_2/BiasAdd", at, 1, 8, 32, window(1, "SAME"));
        conv("float_heatmaps", at, 1, 8, 17, window(1, "SAME"));
        conv("float_long_offsets", at, 1, 8, 34, window(1, "SAME"));
        conv("float_short_offsets", at, 1, 8, 34, window(1, "SAME"));
        conv("float_part_heatmaps", at, 1, 8, 24, window(1, "SAME"));
        conv("float_segments", at, 1, 8, 1, window(1, "SAME"));
        conv("add_1", at, 1, 8, 48, window(1, "SAME"));
        constant("one", {}, {1.F});
        constant("zero", {}, {0.F});
        node("clip/Minimum", "Minimum", {"add_1", "one"});
        node("float_part_offsets", "Maximum", {"clip/Minimum", "zero"});
    }
};

}  // namespace

TEST_CASE("a small network built like BodyPix' ResNet-50") {
    const MiniResnet resnet;
    const auto json = resnet.write();
    const std::string out = resnet.folder() / "out.pt";
    const auto description = model::convert(json, out, {});
    CHECK(description.name == "bodypix-resnet50-8");
    CHECK(description.architecture == "bodypix-resnet50");
    CHECK(description.output_stride == 8);
    CHECK(description.input.rule == model::SizeRule::stride_plus);
    CHECK(description.input.scale == std::array<float, 3>{1, 1, 1});
    CHECK(description.input.offset[2] == doctest::Approx(-103.06));
    REQUIRE(description.outputs.size() == 8);
    CHECK(description.outputs[0].name == "segments");
    CHECK(description.find_output("displacement_bwd")->channels == 32);

    Graph fast = model::read_tfjs(json, {}).graph;
    model::simplify(fast);
    (void)model::describe(fast);
    const std::string code = model::torchscript_source(fast).code;
    CHECK(code.find("constant_pad_nd") == std::string::npos);
    CHECK(code.find("clamp_(") != std::string::npos);

    Graph slow = model::read_tfjs(json, {}).graph;  // as it stands in the file
    for (const auto& [height, width] : {std::pair{33, 57}, std::pair{9, 17}}) {
        Random random;
        const Map picture{height, width, 3, random.many(height * width * 3)};
        const auto wanted = SlowGraph(slow).run(picture);
        const auto got = run_module(out, picture.data, height, width);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            std::string name = slow.outputs[i].name;
            CAPTURE(name);
            name = name.substr(name.rfind("float_") == std::string::npos ? 0 : 6);
            if (name.find("_fwd_") != std::string::npos) name = "displacement_fwd";
            if (name.find("_bwd_") != std::string::npos) name = "displacement_bwd";
            REQUIRE(description.find_output(name) != nullptr);
            const Map& mine = got[std::size_t(description.find_output(name)->index)];
            REQUIRE(mine.height == (height - 1) / 8 + 1);
            REQUIRE(mine.data.size() == wanted[i].data.size());
            double largest = 0, scale = 1;
            for (std::size_t k = 0; k < mine.data.size(); ++k) {
                largest = std::max(largest, std::abs(double(mine.data[k]) - wanted[i].data[k]));
                scale = std::max(scale, std::abs(double(wanted[i].data[k])));
            }
            CHECK(largest < 1e-4 * scale);  // part offsets are cut to 0..1 from much larger sums
        }
    }
}
