#include "effect/color.hpp"

#include <array>
#include <vbg/frame.hpp>

#include "cuda/runtime.hpp"
#include "cuda/tint.hpp"
#include "effect/frame_rows.hpp"

namespace vbg {

namespace {

constexpr std::array kColorParameters = {
    Parameter{"value", ParameterType::color, "#00b140", "the colour; the default is a green screen's"},
};

class SolidColor final : public Effect {
public:
    explicit SolidColor(const Parameters& parameters) : color_(parameters.color("value")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "color"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] bool replaces_layer() const noexcept override { return true; }
    [[nodiscard]] bool is_still() const noexcept override { return true; }

private:
    void do_configure(const FrameSpec& /*spec*/, Context& /*context*/) override {}
    void do_apply(const ConstFrameView& /*layer*/, const ConstMaskView& /*alpha*/, const FrameView& out,
                  Context& context) override {
        if (out.device.type == DeviceType::cuda) {
            const bool blue_first = blue_at(out.format) == 0;
            const cuda::Color3 color{
                {blue_first ? color_.b : color_.r, color_.g, blue_first ? color_.r : color_.b}};
            return cuda::fill(color, out, context.stream());
        }
        fill(out, color_.r, color_.g, color_.b);
    }

    Color color_;
};

}  // namespace

StageEntry color_entry() {
    return {"color", "One colour all over", kColorParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<SolidColor>(p); })};
}

}  // namespace vbg
