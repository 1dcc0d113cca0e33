#include "segment/torchscript.hpp"

#include <array>

#include "segment/plane_segmenter.hpp"

namespace vbg::segment {

namespace {

constexpr std::array kTorchscriptParameters = {
    Parameter{
        .name = "model",
        .type = ParameterType::path,
        .default_value = "",
        .help = "The .pt file (its description inside, or in FILE.json beside it), or a catalogue name.",
        .required = true},
    Parameter{.name = "output",
              .type = ParameterType::text,
              .default_value = "",
              .help = "Name of the output to use; empty takes the first that is a matte."},
    Parameter{
        .name = "resolution",
        .type = ParameterType::number,
        .default_value = "0.5",
        .help = "Sides of the network's input as part of the frame's, where the network takes any size.",
        .min = 0.05,
        .max = 2},
    Parameter{.name = "classes",
              .type = ParameterType::choice,
              .default_value = "softmax",
              .help = "Networks with a score for each class: the person's share (softmax), or whether it "
                      "wins (argmax).",
              .choices = "softmax|argmax"},
    kThreshold,
    kBlack,
    kWhite,
    kDevice,
    kPrecision,
    kThreads,
    kGraph,
};

class TorchScript final : public PlaneSegmenter {
public:
    explicit TorchScript(const Parameters& p)
        : PlaneSegmenter(p, {.output = p.text("output"),
                             .resolution = p.number("resolution"),
                             .hard_class = p.text("classes") == "argmax"}) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "torchscript"; }
};

}  // namespace

StageEntry torchscript_entry() {
    return {.name = "torchscript",
            .summary = "Any TorchScript network with a description of its input and output",
            .parameters = kTorchscriptParameters,
            .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<TorchScript>(p); })};
}

}  // namespace vbg::segment
