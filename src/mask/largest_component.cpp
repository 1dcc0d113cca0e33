#include "mask/largest_component.hpp"

#include <array>
#include <cmath>
#include <memory>

#include "mask/component_fringe.hpp"

namespace vbg::mask {
namespace {

/// Areas of solid matte are found and the large ones kept, with the soft fringe around them: what lies within
/// `margin` of a kept area and is not itself part of a dropped one stays as it is, all else becomes 0.
class LargestComponentFilter final : public MaskFilter {
public:
    explicit LargestComponentFilter(const Parameters& parameters)
        : min_area_(parameters.number("min_area")),
          level_(static_cast<std::uint8_t>(std::ceil(parameters.number("threshold") * 255 - 1e-9))),
          fringe_(parameters.integer("margin")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "largest_component"; }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        components_.configure(spec.width, spec.height);
        fringe_.configure(spec.width, spec.height);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        components_.find(in, level_, Components::Side::at_least, Components::Neighbours::eight);
        const double least = min_area_ * components_.largest();
        const auto stays = [&](const Components::Run& run) { return components_.area(run) >= least; };
        const auto take_row = [&](int y, const std::uint8_t* fringe) {
            const std::uint8_t* from = bytes(in, y);
            std::uint8_t* to = bytes(out, y);
            for (int x = 0; x < in.width; ++x) to[x] = from[x] & fringe[x];
        };
        fringe_.find(components_, stays, take_row, context);
    }

    double min_area_;
    std::uint8_t level_;
    Components components_;
    ComponentFringe fringe_;
};

constexpr std::array kLargestComponentParameters{
    Parameter{
        .name = "min_area",
        .type = ParameterType::number,
        .default_value = "0.25",
        .help = "Areas stay that are at least this part of the largest: 1 keeps the largest person alone, "
                "0.25 also keeps somebody farther off.",
        .min = 0,
        .max = 1,
    },
    Parameter{
        .name = "threshold",
        .type = ParameterType::number,
        .default_value = "0.5",
        .help = "Alpha from which on a pixel is solid and connects its neighbours.",
        .min = 0.002,
        .max = 1,
    },
    Parameter{
        .name = "margin",
        .type = ParameterType::integer,
        .default_value = "12",
        .help = "How far the soft edge around a kept area may reach; what is fainter and farther off goes.",
        .unit = "px",
        .min = 0,
        .max = kMostMargin,
    },
};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry largest_component_entry() {
    return {
        .name = "largest_component",
        .summary = "Keeps the largest person (or persons) and removes specks elsewhere.",
        .parameters = mask::kLargestComponentParameters,
        .make = Maker<MaskFilter>([](const Parameters& parameters) {
            return std::make_unique<mask::LargestComponentFilter>(parameters);
        }),
    };
}

}  // namespace vbg
