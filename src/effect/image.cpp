#include "effect/image.hpp"

#include <array>
#include <vbg/frame.hpp>

#include "effect/fit.hpp"
#include "effect/frame_rows.hpp"
#include "io/picture_file.hpp"

namespace vbg {

namespace {

constexpr std::array kImageParameters = {
    Parameter{.name = "path",
              .type = ParameterType::path,
              .default_value = "",
              .help = "the picture: JPEG, PNG, BMP, WebP, TIFF or PNM; EXIF turns are applied",
              .required = true},
    kFitParameter,
    kBarsParameter,
};

class Image final : public Effect {
public:
    /// Reads the picture now, so that a missing or broken one is known before the camera starts.
    explicit Image(const Parameters& parameters)
        : path_(parameters.text("path")),
          fit_(fit_of(parameters.text("fit"))),
          bars_(parameters.color("background")),
          picture_(load_picture(path_)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "image"; }
    [[nodiscard]] bool replaces_layer() const noexcept override { return true; }
    [[nodiscard]] bool is_still() const noexcept override { return true; }

private:
    /// A photo can be many times larger than a frame: it is not kept, but read again if the size changes.
    void do_configure(const FrameSpec& spec, Context& context) override {
        if (picture_.empty()) picture_ = load_picture(path_);
        Frame fitted(spec);
        Fitter fitter;
        fitter.configure({picture_.width(), picture_.height()}, {spec.width, spec.height}, fit_, bars_);
        fitter.apply(picture_.view(), fitted.view(), context);
        fitted_ = std::move(fitted);
        picture_ = Frame();
    }

    void do_apply(const ConstFrameView& /*layer*/, const ConstMaskView& /*alpha*/, const FrameView& out,
                  Context& context) override {
        context.parallel_rows(out.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                std::memcpy(bytes(out, y), bytes(fitted_.view(), y), row_size(out));
            }
        });
    }

    std::string path_;
    Fit fit_;
    Color bars_;
    Frame picture_, fitted_;
};

}  // namespace

StageEntry image_entry() {
    return {"image", "A picture file instead of the layer", kImageParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Image>(p); }), media_why_not};
}

}  // namespace vbg
