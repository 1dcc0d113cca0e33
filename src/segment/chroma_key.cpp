// Distance in colour, not in brightness: the screen's shadows and bright spots have its hue, too. ycbcr: the
// distance of (Cb, Cr), BT.601. hsv: the distance on the colour disc of hue and saturation, with the vector
// form of both (alpha = R - (G + B) / 2, beta = sqrt(3) / 2 (G - B), divided by the largest channel), which
// needs no angles; the saturation of nearly black pixels means nothing and is taken down.
#include "segment/chroma_key.hpp"

#include <algorithm>
#include <array>

#include "segment/mask_rows.hpp"
#include "segment/pixel_kernels.hpp"

namespace vbg::segment {

namespace {

constexpr std::array kChromaKeyParameters = {
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

/// How a plane is made of R, G, B (0..255).
struct Plane {
    float u[3], v[3];
    bool relative;
};
constexpr float kByte = 1.F / 255.F;
constexpr Plane kYcbcr = {{-0.168736F * kByte, -0.331264F * kByte, 0.5F * kByte},
                          {0.5F * kByte, -0.418688F * kByte, -0.081312F * kByte},
                          false};
constexpr Plane kHsv = {{1.F, -0.5F, -0.5F}, {0.F, 0.8660254F, -0.8660254F}, true};
/// Below this brightness saturation fades out.
constexpr float kDark = 40.F;

/// The key for pixels whose channel `red` (0 or 2) is red.
kernels::ColorKey make_key(const Plane& plane, const Color& color, int red) {
    kernels::ColorKey key;
    const float rgb[3] = {static_cast<float>(color.r), static_cast<float>(color.g),
                          static_cast<float>(color.b)};
    for (int c = 0; c < 3; ++c) {
        const int at = c == 1 ? 1 : c == 0 ? red : 2 - red;
        key.u[at] = plane.u[c];
        key.v[at] = plane.v[c];
        key.key_u += plane.u[c] * rgb[c];
        key.key_v += plane.v[c] * rgb[c];
    }
    key.relative = plane.relative;
    key.dark = kDark;
    if (plane.relative) {
        const float most = std::max({rgb[0], rgb[1], rgb[2], kDark});
        key.key_u /= most;
        key.key_v /= most;
    }
    return key;
}

class ChromaKey final : public Segmenter {
public:
    explicit ChromaKey(const Parameters& parameters)
        : color_(parameters.color("key")),
          tolerance_(parameters.number("tolerance")),
          softness_(parameters.number("softness")),
          plane_(parameters.text("space") == "hsv" ? kHsv : kYcbcr) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "chroma_key"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        key_ = make_key(plane_, color_, spec.format == PixelFormat::bgr8 ? 2 : 0);
        // A hair more than asked for, so that rounding does not part the key from itself.
        key_.tolerance = static_cast<float>(tolerance_ + 1e-5);
        key_.rise = static_cast<float>(1 / std::max(softness_, 1e-6));
    }

    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& /*foreground*/) override {
        context.parallel_rows(frame.height, 16, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const auto* row = reinterpret_cast<const std::uint8_t*>(frame.row(y));
                with_row(alpha, y, [&](auto* out) { kernels::key_row(row, frame.width, key_, out); });
            }
        });
        return false;
    }

    Color color_;
    double tolerance_, softness_;
    const Plane& plane_;
    kernels::ColorKey key_;
};

}  // namespace

StageEntry chroma_key_entry() {
    return {.name = "chroma_key",
            .summary = "Everything that is not of the key colour: for a green screen",
            .parameters = kChromaKeyParameters,
            .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<ChromaKey>(p); })};
}

}  // namespace vbg::segment
