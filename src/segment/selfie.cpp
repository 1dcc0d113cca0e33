// The network is MediaPipe's (Apache-2.0). Unlike its own runtime, pictures are brought to its size with
// pixel centres aligned and averaged, so that mattes do not sit up to two pixels off; and a small person is
// cropped.
#include "segment/selfie.hpp"

#include <fmt/format.h>

#include <array>

#include "segment/person_crop.hpp"
#include "segment/plane_segmenter.hpp"

namespace vbg::segment {

namespace {

constexpr std::string_view kDefaultSelfie = "selfie-general";

constexpr std::array kSelfieParameters = {
    Parameter{.name = "model",
              .type = ParameterType::path,
              .default_value = kDefaultSelfie,
              .help = "selfie-general (256x256), selfie-landscape (256x144), or the path of a .pt file."},
    Parameter{
        .name = "crop",
        .type = ParameterType::choice,
        .default_value = "auto",
        .help = "auto follows a person who is small in the picture; off always looks at the whole frame.",
        .choices = "auto|off"},
    kThreshold,
    kBlack,
    kWhite,
    kDevice,
    kPrecision,
    kThreads,
    kGraph,
};

class Selfie final : public PlaneSegmenter {
public:
    explicit Selfie(const Parameters& parameters)
        : PlaneSegmenter(parameters, {}), follow_(parameters.text("crop") == "auto") {}
    [[nodiscard]] std::string_view name() const noexcept override { return "selfie"; }

private:
    void check(const model::Description& description) const override {
        if (description.input.rule == model::SizeRule::fixed) return;
        runner().refuse(
            fmt::format("its description ({}) takes inputs of any size; wanted one of fixed size, as "
                        "MediaPipe's selfie models have; use the segmenter 'torchscript' for other networks",
                        description.architecture));
    }
    void start(const FrameSpec& spec) override { crop_.configure(spec.width, spec.height); }
    [[nodiscard]] Rect part() const noexcept override { return crop_.part(); }
    [[nodiscard]] bool is_looking() const noexcept override { return follow_; }
    void look(const float* plane, int width, int height) noexcept override {
        if (follow_) crop_.update(plane, width, height);
    }
    [[nodiscard]] bool look_again() const noexcept override { return crop_.found(); }
    [[nodiscard]] bool survey_due() const noexcept override { return crop_.survey_due(); }
    void survey(const float* plane, int width, int height) noexcept override {
        crop_.survey(plane, width, height);
    }
    void do_reset() noexcept override { crop_.reset(); }

    bool follow_;
    PersonCrop crop_;
};

}  // namespace

StageEntry selfie_entry() {
    return {.name = "selfie",
            .summary = "MediaPipe selfie segmentation: soft, quick, best for people near the camera",
            .parameters = kSelfieParameters,
            .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<Selfie>(p); }),
            .score = 100,
            .missing = [] { return why_model_is_missing(kDefaultSelfie); }};
}

}  // namespace vbg::segment
