// Distance in colour, not in brightness: the screen's shadows and bright spots have its hue, too. In YCbCr it
// is the distance of (Cb, Cr); in HSV that of the points (saturation, hue) on the colour disc, with the
// saturation of nearly black pixels, which means nothing, taken down.
#include "segment/chroma_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "segment/mask_rows.hpp"

namespace vbg::segment {

namespace {

constexpr std::array kParameters = {
    Parameter{.name = "key",
              .type = ParameterType::color,
              .default_value = "#00ff00",
              .help = "Colour of the screen behind the person."},
    Parameter{.name = "tolerance",
              .type = ParameterType::number,
              .default_value = "0.35",
              .help = "Distance of colour from the key up to which a pixel is wholly background.",
              .min = 0,
              .max = 2},
    Parameter{.name = "softness",
              .type = ParameterType::number,
              .default_value = "0.1",
              .help = "Further distance over which the matte rises to the person; 0 gives a hard edge.",
              .min = 0,
              .max = 2},
    Parameter{.name = "space",
              .type = ParameterType::choice,
              .default_value = "ycbcr",
              .help = "Colour plane in which distance is measured: Cb and Cr, 0 to about 1, or hue and "
                      "saturation, 0 to 2.",
              .choices = "ycbcr|hsv"},
};

struct Point {
    float u, v;
};

/// BT.601 Cb and Cr, -0.5..0.5, of colours 0..255.
Point ycbcr(float r, float g, float b) {
    constexpr float k = 1.F / 255.F;
    return {(-0.168736F * r - 0.331264F * g + 0.5F * b) * k, (0.5F * r - 0.418688F * g - 0.081312F * b) * k};
}

/// Saturation as distance, hue as angle.
Point hsv(float r, float g, float b) {
    const float most = std::max({r, g, b}), least = std::min({r, g, b}), range = most - least;
    if (range <= 0) return {0, 0};
    constexpr float kDark = 40.F;  // below this brightness saturation fades out
    const float saturation = range / std::max(most, kDark);
    // Hue in sixths of a turn.
    float hue = most == r ? (g - b) / range : most == g ? 2 + (b - r) / range : 4 + (r - g) / range;
    hue *= 1.0471976F;
    return {saturation * std::cos(hue), saturation * std::sin(hue)};
}

class ChromaKey final : public Segmenter {
public:
    explicit ChromaKey(const Parameters& parameters)
        : key_(parameters.color("key")),
          tolerance_(static_cast<float>(parameters.number("tolerance"))),
          // A softness of nothing: a step just above the tolerance.
          rise_(1.F / std::max(static_cast<float>(parameters.number("softness")), 1e-6F)),
          hsv_(parameters.text("space") == "hsv") {}
    [[nodiscard]] std::string_view name() const noexcept override { return "chroma_key"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        red_ = spec.format == PixelFormat::bgr8 ? 2 : 0;
    }

    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& /*foreground*/) override {
        context.parallel_rows(frame.height, 16, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                hsv_ ? key_row(frame, alpha, y, hsv) : key_row(frame, alpha, y, ycbcr);
            }
        });
        return false;
    }

    template <class ToPoint>
    void key_row(const ConstFrameView& frame, const MaskView& alpha, int y, ToPoint to_point) const {
        const auto* row = reinterpret_cast<const std::uint8_t*>(frame.row(y));
        const Point key =
            to_point(static_cast<float>(key_.r), static_cast<float>(key_.g), static_cast<float>(key_.b));
        const int red = red_, blue = 2 - red_;
        const float tolerance = tolerance_, rise = rise_;
        write_floats(alpha, y, [=](int x) {
            const std::uint8_t* p = row + 3 * static_cast<std::ptrdiff_t>(x);
            const Point at =
                to_point(static_cast<float>(p[red]), static_cast<float>(p[1]), static_cast<float>(p[blue]));
            const float u = at.u - key.u, v = at.v - key.v;
            const float distance = std::sqrt(u * u + v * v);
            return std::min(std::max((distance - tolerance) * rise, 0.F), 1.F);
        });
    }

    Color key_;
    float tolerance_, rise_;
    bool hsv_;
    int red_ = 2;
};

}  // namespace

StageEntry chroma_key_entry() {
    return {.name = "chroma_key",
            .summary = "Everything that is not of the key colour: for a green screen",
            .parameters = kParameters,
            .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<ChromaKey>(p); })};
}

}  // namespace vbg::segment
