// OpenCV's models of a background that every pixel learns by itself. MOG2: Zivkovic, "Improved adaptive
// Gaussian mixture model for background subtraction", ICPR 2004. KNN: Zivkovic and van der Heijden,
// "Efficient adaptive density estimation per image pixel for the task of background subtraction", PRL 2006.
#include "segment/background_subtraction.hpp"

#include <array>
#include <vbg/error.hpp>
#include <vbg/frame.hpp>

#ifdef VBG_HAVE_MEDIA
#    include <opencv2/core/utility.hpp>
#    include <opencv2/video/background_segm.hpp>
#    include <vbg/interop/opencv.hpp>
#endif

namespace vbg::segment {

namespace {

constexpr std::array kBackgroundSubtractionParameters = {
    Parameter{.name = "method",
              .type = ParameterType::choice,
              .default_value = "mog2",
              .help = "mog2 (mixture of Gaussians) or knn (nearest neighbours).",
              .choices = "mog2|knn"},
    Parameter{
        .name = "history",
        .type = ParameterType::integer,
        .default_value = "500",
        .help = "Frames that the background is learnt from; who sits still that long becomes background.",
        .unit = "frames",
        .min = 1,
        .max = 100000},
    Parameter{
        .name = "threshold",
        .type = ParameterType::number,
        .default_value = "auto",
        .help =
            "Squared distance from the background, in its variance (mog2: 16) or in grey levels (knn: 400).",
        .min = 0,
        .max = 1e6,
        .choices = "auto"},
};

#ifdef VBG_HAVE_MEDIA

class BackgroundSubtraction final : public Segmenter {
public:
    explicit BackgroundSubtraction(const Parameters& parameters)
        : knn_(parameters.text("method") == "knn"), history_(parameters.integer("history")) {
        threshold_ = parameters.is_word("threshold") ? (knn_ ? 400. : 16.) : parameters.number("threshold");
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "background_subtraction"; }
    /// MOG2 calls everything foreground in its first frame, KNN in its first four.
    [[nodiscard]] int warm_up_frames() const noexcept override { return knn_ ? 5 : 1; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        frame_ = Frame(spec);
        mask_ = Mask(spec.width, spec.height);
    }

    void do_reset() noexcept override {
        subtractor_.reset();
        frames_ = 0;
    }

    void make_subtractor() {
        constexpr bool kShadows = false;
        if (knn_) {
            subtractor_ = cv::createBackgroundSubtractorKNN(history_, threshold_, kShadows);
        } else {
            subtractor_ = cv::createBackgroundSubtractorMOG2(history_, threshold_, kShadows);
        }
    }

    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& /*context*/,
                    const std::optional<FrameView>& /*foreground*/) override try {
        if (subtractor_ == nullptr) make_subtractor();
        // cv::Mat knows no bottom-up rows; the copy also keeps OpenCV's own alignment.
        copy_pixels(frame, frame_.view());
        const FrameView pixels = frame_.view();
        const MaskView result = mask_.view();
        const cv::Mat in = interop::to_mat(pixels);
        cv::Mat out = interop::to_mat(result);
        subtractor_->apply(in, out);
        if (out.data != reinterpret_cast<const uchar*>(result.data)) {
            throw Error(Errc::internal, "background_subtraction: OpenCV wrote its mask elsewhere");
        }
        write(result, alpha);
        return false;
    } catch (const cv::Exception& error) {
        throw Error(Errc::internal, std::string("background_subtraction: OpenCV: ") + error.what());
    }

    void write(const ConstMaskView& result, const MaskView& alpha) {
        if (frames_ < warm_up_frames()) {  // nothing is known yet: nobody is shown
            ++frames_;
            fill(alpha, 0);
            return;
        }
        if (alpha.format == MaskFormat::u8) return copy_pixels(result, alpha);
        for (int y = 0; y < alpha.height; ++y) {
            const auto* from = reinterpret_cast<const std::uint8_t*>(result.row(y));
            auto* to = reinterpret_cast<float*>(alpha.row(y));
            for (int x = 0; x < alpha.width; ++x) to[x] = from[x] != 0 ? 1.F : 0.F;
        }
    }

    bool knn_;
    int history_;
    double threshold_ = 0;
    cv::Ptr<cv::BackgroundSubtractor> subtractor_;
    Frame frame_;
    Mask mask_;
    int frames_ = 0;
};

std::string why_no_subtraction() { return ""; }
std::unique_ptr<Segmenter> make(const Parameters& parameters) {
    return std::make_unique<BackgroundSubtraction>(parameters);
}

#else

std::string why_no_subtraction() {
    return "not built: configure with -DVBG_MEDIA=ON (needs OpenCV's video module)";
}
std::unique_ptr<Segmenter> make(const Parameters& /*parameters*/) {
    throw Error(Errc::not_built, "background_subtraction: " + why_no_subtraction());
}

#endif

}  // namespace

StageEntry background_subtraction_entry() {
    return {.name = "background_subtraction",
            .summary =
                "What differs from a learnt background (MOG2, KNN); needs no network and a camera that "
                "stands still",
            .parameters = kBackgroundSubtractionParameters,
            .make = Maker<Segmenter>(make),
            .why_not = why_no_subtraction};
}

}  // namespace vbg::segment
