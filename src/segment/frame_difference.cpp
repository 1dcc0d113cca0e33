// Two consecutive frames, their absolute difference in each channel, grey (BT.601 weights in 15 bits, as
// OpenCV's colour conversion has them), threshold.
#include "segment/frame_difference.hpp"

#include <algorithm>
#include <array>
#include <vbg/frame.hpp>

#include "segment/mask_rows.hpp"
#include "segment/pixel_kernels.hpp"

namespace vbg::segment {

namespace {

constexpr std::array kFrameDifferenceParameters = {
    Parameter{
        .name = "threshold",
        .type = ParameterType::integer,
        .default_value = "3",
        .help =
            "Grey levels by which a pixel must have changed, to be more than this, to count as the person's.",
        .unit = "grey levels",
        .min = 0,
        .max = 254},
};

constexpr int kRed = 9798, kGreen = 19235, kBlue = 3735, kBits = 15;  // sum 2^15

class FrameDifference final : public Segmenter {
public:
    explicit FrameDifference(const Parameters& parameters) : threshold_(parameters.integer("threshold")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "frame_difference"; }
    [[nodiscard]] int warm_up_frames() const noexcept override { return 1; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        last_ = Frame(spec);
        const bool bgr = spec.format == PixelFormat::bgr8;
        weights_[0] = bgr ? kBlue : kRed;
        weights_[2] = bgr ? kRed : kBlue;
    }
    void do_reset() noexcept override { have_last_ = false; }

    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& /*foreground*/) override {
        if (!have_last_) {
            copy_pixels(frame, last_.view());
            fill(alpha, 0);
            have_last_ = true;
            return false;
        }
        context.parallel_rows(frame.height, 32, [&](int first, int last) {
            for (int y = first; y < last; ++y) compare_row(frame, alpha, y);
        });
        return false;
    }

    /// Writes the matte's row and keeps the frame's for the next time.
    void compare_row(const ConstFrameView& frame, const MaskView& alpha, int y) {
        const auto* now = reinterpret_cast<const std::uint8_t*>(frame.row(y));
        auto* before = reinterpret_cast<std::uint8_t*>(last_.view().row(y));
        // Rounds to more than the threshold.
        const int least = ((threshold_ + 1) << kBits) - (1 << (kBits - 1));
        with_row(alpha, y,
                 [&](auto* out) { kernels::changed_row(now, before, frame.width, weights_, least, out); });
        std::copy_n(now, static_cast<std::size_t>(frame.width) * 3, before);
    }

    int threshold_;
    int weights_[3] = {kBlue, kGreen, kRed};
    Frame last_;
    bool have_last_ = false;
};

}  // namespace

StageEntry frame_difference_entry() {
    return {
        .name = "frame_difference",
        .summary = "What moved since the last frame; needs no network and a camera that stands still",
        .parameters = kFrameDifferenceParameters,
        .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<FrameDifference>(p); })};
}

}  // namespace vbg::segment
