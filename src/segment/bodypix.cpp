// Input size, padding, both resizes and the threshold follow BodyPix 2.2 (tensorflow/tfjs-models, body-pix,
// Apache-2.0), whose JavaScript reference outputs the tests compare with.
#include "segment/bodypix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vbg/error.hpp>
#include <vector>

#include "segment/network_stage.hpp"

namespace vbg::segment {

namespace {

constexpr std::string_view kDefaultBodypix = "bodypix-mobilenet-075-16-quant2";

constexpr std::array kBodypixParameters = {
    Parameter{.name = "model",
              .type = ParameterType::path,
              .default_value = kDefaultBodypix,
              .help = "Name in the model catalogue (vbg-model list) or path of a .pt file."},
    Parameter{.name = "resolution",
              .type = ParameterType::number,
              .default_value = "medium",
              .help = "Sides of the network's input as part of the frame's; low is 0.25, medium 0.5, high "
                      "0.75, full 1.",
              .min = 0.1,
              .max = 2,
              .choices = "low|medium|high|full"},
    Parameter{.name = "threshold",
              .type = ParameterType::number,
              .default_value = "0.7",
              .help = "Probability above which a pixel is the person's; none gives a soft matte between "
                      "black and white.",
              .min = 0,
              .max = 1,
              .choices = "none"},
    Parameter{.name = "black",
              .type = ParameterType::number,
              .default_value = "0.5",
              .help =
                  "Soft matte: probability up to which a pixel is wholly background (empty rooms give a good "
                  "deal); less than white.",
              .min = 0,
              .max = 1},
    Parameter{.name = "white",
              .type = ParameterType::number,
              .default_value = "0.8",
              .help = "Soft matte: probability from which a pixel is wholly the person's; more than black.",
              .min = 0,
              .max = 1},
    kDevice,
    kPrecision,
    kThreads,
    kGraph,
};

double resolution_of(const Parameters& parameters) {
    if (!parameters.is_word("resolution")) return parameters.number("resolution");
    const std::string& word = parameters.text("resolution");
    return word == "low" ? 0.25 : word == "medium" ? 0.5 : word == "high" ? 0.75 : 1.;
}

/// A side of the input: the next below side * resolution of which one is a multiple of the stride.
double input_side(int side, double resolution, int stride) {
    const double wanted = side * resolution;
    if (std::fmod(wanted - 1, stride) == 0) return wanted;
    return std::floor(wanted / stride) * stride + 1;
}

class BodyPix final : public Segmenter {
public:
    explicit BodyPix(const Parameters& parameters)
        : runner_(parameters), resolution_(resolution_of(parameters)), finish_(parameters) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "bodypix"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] int coarsest() const noexcept override {
        return std::max(static_cast<int>(levels_.size()), 1) - 1;
    }

private:
    /// One size of the network's input.
    struct Level {
        NetworkInput input;
        MatteOutput output;
    };

    void do_configure(const FrameSpec& spec, Context& context) override {
        const model::Description description = runner_.read_description();
        check(description);
        runner_.load({"segments"}, spec.device);
        levels_.clear();
        for (const double part : kCoarser) {
            const BodyPixSize size =
                bodypix_size(spec.width, spec.height, part * resolution_, description.output_stride);
            const bool is_coarser = !levels_.empty();
            if (is_coarser && (!coarser_allowed() || !is_fine_enough(size.width, size.height))) break;
            if (!is_coarser) check_size(spec, size);
            levels_.push_back(std::make_unique<Level>());
            prepare(*levels_.back(), size, spec, description, context);
        }
    }

    void prepare(Level& level, const BodyPixSize& size, const FrameSpec& spec,
                 const model::Description& description, Context& context) {
        const int stride = description.output_stride;
        level.input.configure(spec, description.input, size.width, size.height, context);
        level.input.sample_padded(size.padding);
        const net::Output& output = runner_.warm_up(level.input, context).front();
        const int wide = (size.width - 1) / stride + 1, high = (size.height - 1) / stride + 1;
        if (output.channels != 1 || output.width != wide || output.height != high) {
            runner_.refuse(fmt::format(
                "segments is {}x{} with {} channels for an input of {}x{}; wanted {}x{} with 1 "
                "(output stride {}); convert it again with vbg-model convert",
                output.width, output.height, output.channels, size.width, size.height, wide, high, stride));
        }
        level.output.configure(spec, wide, high, context);
        level.output.cover_padded(size.padding, size.width, size.height);
        finish_.apply(level.output);
    }

    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& /*foreground*/) override {
        Level& level = *levels_[static_cast<std::size_t>(coarseness())];
        const float* input = level.input.fill(frame, context);
        const int width = level.input.width(), height = level.input.height();
        if (const auto* there = runner_.queue(input, width, height, context)) {
            level.output.write_there(there->front().data, alpha, context);
            return false;
        }
        const auto& outputs = runner_.run(input, width, height, context);
        level.output.write(outputs.front().data.data(), alpha, context);
        return false;
    }

    void check(const model::Description& description) const {
        const model::OutputDescription* segments = description.find_output("segments");
        if (segments != nullptr && segments->meaning == model::Meaning::person_logit &&
            segments->channels == 1 && description.input.rule == model::SizeRule::stride_plus &&
            description.output_stride >= 1) {
            return;
        }
        runner_.refuse(
            fmt::format("its description ({}) is not that of a BodyPix network: wanted an output 'segments' "
                        "with the person's "
                        "logit, input rule stride_plus and an output stride; use the segmenter 'torchscript' "
                        "for other networks",
                        description.architecture));
    }

    void check_size(const FrameSpec& spec, const BodyPixSize& size) const {
        const double pixels = static_cast<double>(size.width) * size.height;
        if (pixels <= kMostInputPixels) return;
        throw Error(
            Errc::invalid_argument,
            fmt::format("bodypix: resolution={:.3g} of a {}x{} frame makes a network input of {}x{}, which "
                        "needs too much memory; wanted at most {:.1f} million pixels: use resolution={:.2f} "
                        "or less",
                        resolution_, spec.width, spec.height, size.width, size.height,
                        kMostInputPixels * 1e-6,
                        std::floor(resolution_ * std::sqrt(kMostInputPixels / pixels) * 100) / 100));
    }

    NetworkRunner runner_;
    double resolution_;
    Finish finish_;
    std::vector<std::unique_ptr<Level>> levels_;  ///< by coarseness
};

}  // namespace

BodyPixSize bodypix_size(int width, int height, double resolution, int stride) {
    BodyPixSize size;
    size.width = static_cast<int>(input_side(width, resolution, stride));
    size.height = static_cast<int>(input_side(height, resolution, stride));
    const double target = static_cast<double>(size.width) / size.height;
    const double aspect = static_cast<double>(width) / height;
    const auto half = [](double missing) { return static_cast<int>(std::floor(0.5 * missing + 0.5)); };
    if (aspect < target) {
        size.padding.left = size.padding.right = half(target * height - width);
    } else {
        size.padding.top = size.padding.bottom = half(1 / target * width - height);
    }
    return size;
}

StageEntry bodypix_entry() {
    return {
        .name = "bodypix",
        .summary = "BodyPix 2 (TensorFlow.js' person segmentation): steady far from the camera, hard edges",
        .parameters = kBodypixParameters,
        .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<BodyPix>(p); }),
        .score = 50,
        .missing = [] { return why_model_is_missing(kDefaultBodypix); }};
}

}  // namespace vbg::segment
