#include "sepia.hpp"

#include <algorithm>
#include <array>

namespace {

// The parameters, as data: the spec-string parser, its error texts and vbg::list_stages() all read this
// table.
constexpr std::array kSepiaParameters{
    vbg::Parameter{.name = "amount",
                   .type = vbg::ParameterType::number,
                   .default_value = "1",
                   .help = "0 leaves the picture as it is, 1 is all brown",
                   .min = 0,
                   .max = 1},
};

class Sepia final : public vbg::Effect {
public:
    explicit Sepia(double amount) : amount_(static_cast<int>(amount * 256)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "sepia"; }

private:
    // What depends on the size of the frames is made here; do_apply() allocates nothing.
    void do_configure(const vbg::FrameSpec& spec, vbg::Context&) override {
        red_ = spec.format == vbg::PixelFormat::rgb8 ? 0 : 2;
    }

    // The base class has checked sizes, formats, planes and overlap; rows may be far apart or run upwards.
    void do_apply(const vbg::ConstFrameView& layer, const vbg::ConstMaskView&, const vbg::FrameView& out,
                  vbg::Context& context) override {
        context.parallel_rows(out.height, 16, [&](int first, int last) {
            for (int y = first; y < last; ++y) row(layer.row(y), out.row(y), out.width);
        });
    }

    void row(const std::byte* from, std::byte* to, int width) const {
        for (int x = 0; x < width; ++x, from += 3, to += 3) {
            const int r = std::to_integer<int>(from[red_]), g = std::to_integer<int>(from[1]);
            const int b = std::to_integer<int>(from[2 - red_]);
            const int gray = (77 * r + 150 * g + 29 * b) >> 8;
            to[red_] = mix(r, std::min(255, gray * 280 / 256));
            to[1] = mix(g, gray * 240 / 256);
            to[2 - red_] = mix(b, gray * 190 / 256);
        }
    }

    [[nodiscard]] std::byte mix(int before, int after) const {
        return static_cast<std::byte>((before * (256 - amount_) + after * amount_) >> 8);
    }

    int amount_;
    int red_ = 2;
};

}  // namespace

vbg::StageEntry sepia_entry() {
    return {.name = "sepia",
            .summary = "Old brown photographs",
            .parameters = kSepiaParameters,
            .make = vbg::Maker<vbg::Effect>(
                [](const vbg::Parameters& p) { return std::make_unique<Sepia>(p.number("amount")); })};
}
