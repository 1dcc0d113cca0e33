#include "model/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vbg/error.hpp>

namespace vbg::model {
namespace {

const Node& at(const Graph& graph, int node) { return graph.nodes[static_cast<std::size_t>(node)]; }

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool any_name_has(const Graph& graph, const std::string& part) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [&](const Node& node) { return node.name.find(part) != std::string::npos; });
}

std::string extent_text(const Extent& side) {
    if (!side.known) return "any";
    if (side.is_fixed()) return std::to_string(side.base);
    return fmt::format("{}n{:+}", side.step, side.base);
}

/// The heads of BodyPix: the end of the node's name in the file, our name, channels.
struct Head {
    const char* ending;
    const char* name;
    int channels;
    Meaning meaning;
};

constexpr Head heads[] = {
    {"float_segments", "segments", 1, Meaning::person_logit},
    {"float_part_heatmaps", "part_heatmaps", 24, Meaning::other},
    {"float_heatmaps", "heatmaps", 17, Meaning::other},
    {"float_short_offsets", "short_offsets", 34, Meaning::other},
    {"float_long_offsets", "long_offsets", 34, Meaning::other},
    {"displacement_fwd_2/BiasAdd", "displacement_fwd", 32, Meaning::other},
    {"displacement_bwd_2/BiasAdd", "displacement_bwd", 32, Meaning::other},
    {"float_part_offsets", "part_offsets", 48, Meaning::other},
};

/// float_heatmaps must not be taken for float_part_heatmaps: the name is the whole or follows a '/'.
bool is_head(const std::string& name, const std::string& ending) {
    return ends_with(name, ending) &&
           (name.size() == ending.size() || name[name.size() - ending.size() - 1] == '/');
}

void set_size_rule(Graph& graph, const InputDescription& input) {
    Node& picture = graph.nodes[static_cast<std::size_t>(graph.input())];
    switch (input.rule) {
        case SizeRule::fixed:
            picture.height = Extent::fixed(input.height);
            picture.width = Extent::fixed(input.width);
            break;
        case SizeRule::stride_plus: picture.height = picture.width = Extent::linear(input.stride, 1); break;
        case SizeRule::multiple: picture.height = picture.width = Extent::linear(input.stride, 0); break;
    }
    infer(graph);
}

/// Width of BodyPix' MobileNet in hundredths: its first convolution has 32 channels at 1.0.
std::string multiplier_of(const Graph& graph) {
    for (const Node& node : graph.nodes) {
        if (node.op != Op::conv2d) continue;
        return fmt::format("{:03}", node.channels * 100 / 32);
    }
    return "000";
}

std::optional<Description> describe_bodypix(Graph& graph) {
    Description description;
    std::vector<GraphOutput> ordered;
    for (const Head& head : heads) {
        const auto found =
            std::find_if(graph.outputs.begin(), graph.outputs.end(),
                         [&](const GraphOutput& output) { return is_head(output.name, head.ending); });
        if (found == graph.outputs.end()) continue;
        if (at(graph, found->node).channels != head.channels)
            throw Error(Errc::model, graph.origin + ": output '" + found->name + "' has " +
                                         std::to_string(at(graph, found->node).channels) +
                                         " channels, wanted " + std::to_string(head.channels) +
                                         " as in BodyPix");
        description.outputs.push_back(
            {head.name, static_cast<int>(ordered.size()), head.channels, head.meaning, 0});
        ordered.push_back(*found);
    }
    if (description.find_output("segments") == nullptr) return std::nullopt;
    const bool is_resnet = any_name_has(graph, "resnet_v1_50/");
    if (!is_resnet && !any_name_has(graph, "MobilenetV1/")) return std::nullopt;
    graph.outputs = std::move(ordered);
    const int stride = stride_of(graph, graph.outputs.front().node);
    if (stride < 1)
        throw Error(Errc::model, graph.origin + ": looks like BodyPix, but its output has no fixed stride");
    description.architecture = is_resnet ? "bodypix-resnet50" : "bodypix-mobilenet_v1";
    description.name = is_resnet ? fmt::format("bodypix-resnet50-{}", stride)
                                 : fmt::format("bodypix-mobilenet-{}-{}", multiplier_of(graph), stride);
    description.output_stride = stride;
    description.input.rule = SizeRule::stride_plus;
    description.input.stride = stride;
    if (is_resnet) {
        description.input.offset = {-123.15F, -115.90F, -103.06F};
    } else {
        description.input.scale.fill(static_cast<float>(1. / 127.5));
        description.input.offset.fill(-1.F);
    }
    return description;
}

/// One sigmoid output with one channel, as large as the input. A file may end one step earlier in the same
/// way for other things than people, so the input's size must be one MediaPipe uses, too.
std::optional<Description> describe_selfie(const Graph& graph) {
    if (graph.outputs.size() != 1) return std::nullopt;
    const Node& picture = at(graph, graph.input());
    const Node& matte = at(graph, graph.outputs[0].node);
    const bool general = picture.height == Extent::fixed(256) && picture.width == Extent::fixed(256);
    const bool landscape = picture.height == Extent::fixed(144) && picture.width == Extent::fixed(256);
    if (!(general || landscape) || picture.channels != 3) return std::nullopt;
    if (matte.op != Op::sigmoid || matte.channels != 1 || !(matte.height == picture.height) ||
        !(matte.width == picture.width))
        return std::nullopt;
    Description description;
    description.name = general ? "selfie-general" : "selfie-landscape";
    description.architecture = "selfie";
    description.input.height = general ? 256 : 144;
    description.input.width = 256;
    description.input.scale.fill(static_cast<float>(1. / 255.));
    description.outputs.push_back({"confidence", 0, 1, Meaning::person_probability, 0});
    return description;
}

/// DeepLab as published for TFLite: MobileNetV2, Pascal VOC's 20 classes and background (0), person = 15.
std::optional<Description> describe_deeplab(const Graph& graph) {
    constexpr int classes = 21, person = 15;
    if (graph.outputs.size() != 1 || !any_name_has(graph, "logits/semantic")) return std::nullopt;
    const Node& picture = at(graph, graph.input());
    if (at(graph, graph.outputs[0].node).channels != classes || picture.channels != 3) return std::nullopt;
    if (!picture.height.is_fixed() || !picture.width.is_fixed()) return std::nullopt;
    Description description;
    description.name = "deeplab-v3-" + extent_text(picture.width);
    description.architecture = "deeplab_v3";
    description.input.height = static_cast<int>(picture.height.base);
    description.input.width = static_cast<int>(picture.width.base);
    description.input.scale.fill(static_cast<float>(1. / 127.5));
    description.input.offset.fill(-1.F);
    description.outputs.push_back({"logits", 0, classes, Meaning::class_logits, person});
    return description;
}

}  // namespace

Description describe(Graph& graph) {
    infer(graph);
    std::optional<Description> found = describe_bodypix(graph);
    if (!found) found = describe_selfie(graph);
    if (!found) found = describe_deeplab(graph);
    if (!found)
        throw Error(Errc::model, graph.origin +
                                     ": is a network of an unknown kind (neither BodyPix, nor MediaPipe "
                                     "selfie, nor DeepLab); give a description of it to convert it.\n" +
                                     summary(graph));
    if (at(graph, graph.input()).channels != 3)
        throw Error(Errc::model, graph.origin + ": takes " +
                                     std::to_string(at(graph, graph.input()).channels) +
                                     " channels, wanted 3 (a colour picture)");
    set_size_rule(graph, found->input);
    return *found;
}

void apply_description(Graph& graph, const Description& description) {
    infer(graph);
    const Node& picture = at(graph, graph.input());
    const auto differs = [&](const Extent& side, int wanted) {
        return side.is_fixed() && (description.input.rule != SizeRule::fixed || side.base != wanted);
    };
    if (differs(picture.height, description.input.height) || differs(picture.width, description.input.width))
        throw Error(Errc::model,
                    graph.origin + ": description: field 'input' does not fit: the network takes " +
                        extent_text(picture.width) + "x" + extent_text(picture.height) + " pixels only");
    std::vector<GraphOutput> ordered(description.outputs.size());
    for (const OutputDescription& output : description.outputs) {
        const auto index = static_cast<std::size_t>(output.index);
        if (index >= graph.outputs.size() || index >= ordered.size())
            throw Error(Errc::model, graph.origin + ": description: output '" + output.name +
                                         "' has the index " + std::to_string(output.index) +
                                         ", but the network has " + std::to_string(graph.outputs.size()) +
                                         " outputs and " + std::to_string(ordered.size()) + " are described");
        const int channels = at(graph, graph.outputs[index].node).channels;
        if (channels != output.channels)
            throw Error(Errc::model, graph.origin + ": description: output '" + output.name + "' says " +
                                         std::to_string(output.channels) + " channels, but the network's '" +
                                         graph.outputs[index].name + "' has " + std::to_string(channels));
        ordered[index] = graph.outputs[index];
    }
    graph.outputs = std::move(ordered);
    set_size_rule(graph, description.input);
}

std::string summary(const Graph& graph) {
    std::map<std::string, int> counts;
    std::size_t numbers = 0;
    for (const Node& node : graph.nodes) {
        if (node.op != Op::input) ++counts[to_string(node.op)];
        numbers += node.weights.size() + node.bias.size();
    }
    std::string text;
    const Node& picture = at(graph, graph.input());
    text += fmt::format("input      {}: {}x{} pixels, {} channels\n", picture.name,
                        extent_text(picture.width), extent_text(picture.height), picture.channels);
    for (const GraphOutput& output : graph.outputs) {
        const Node& node = at(graph, output.node);
        text +=
            fmt::format("output     {}: {}x{}, {} channels, made by {}\n", output.name,
                        extent_text(node.width), extent_text(node.height), node.channels, to_string(node.op));
    }
    text += fmt::format("weights    {} numbers\noperators ", numbers);
    for (const auto& [name, count] : counts) text += fmt::format(" {} {},", count, name);
    if (text.back() == ',') text.pop_back();
    return text + "\n";
}

}  // namespace vbg::model
