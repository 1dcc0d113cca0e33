#include "mask/fill_holes.hpp"

#include <array>
#include <cmath>
#include <memory>

#include "mask/component_fringe.hpp"

namespace vbg::mask {
namespace {

/// A hole is a connected area of background that does not reach the edge of the frame. Its pixels become 255,
/// and so does its soft rim: solid pixels within `margin` of it. (Person pixels touch at corners, so
/// background pixels must share a side to be connected; otherwise a hole could leak through a diagonal line.)
class FillHolesFilter final : public MaskFilter {
public:
    explicit FillHolesFilter(const Parameters& parameters)
        : max_area_(parameters.number("max_area")),
          level_(static_cast<std::uint8_t>(std::ceil(parameters.number("threshold") * 255 - 1e-9))),
          fringe_(parameters.integer("margin")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "fill_holes"; }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        components_.configure(spec.width, spec.height);
        fringe_.configure(spec.width, spec.height);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        components_.find(in, level_, Components::Side::below, Components::Neighbours::four);
        const double most = max_area_ * in.width * in.height;
        const auto is_hole = [&](const Components::Run& run) {
            return !components_.touches_edge(run) && components_.area(run) <= most;
        };
        const auto take_row = [&](int y, const std::uint8_t* fringe) {
            const std::uint8_t* from = bytes(in, y);
            std::uint8_t* to = bytes(out, y);
            for (int x = 0; x < in.width; ++x) to[x] = from[x] | fringe[x];
        };
        fringe_.find(components_, is_hole, take_row, context);
    }

    double max_area_;
    std::uint8_t level_;
    Components components_;
    ComponentFringe fringe_;
};

constexpr std::array kFillHolesParameters{
    Parameter{
        .name = "max_area",
        .type = ParameterType::number,
        .default_value = "0.005",
        .help = "Holes up to this part of the frame are filled; larger ones are taken for real, such as "
                "between an arm and the body.",
        .min = 0,
        .max = 1,
    },
    Parameter{
        .name = "threshold",
        .type = ParameterType::number,
        .default_value = "0.5",
        .help = "Alpha below which a pixel belongs to a hole.",
        .min = 0.002,
        .max = 1,
    },
    Parameter{
        .name = "margin",
        .type = ParameterType::integer,
        .default_value = "3",
        .help = "How far around a hole its soft rim is made solid too.",
        .unit = "px",
        .min = 0,
        .max = kMostMargin,
    },
};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry fill_holes_entry() {
    return {
        .name = "fill_holes",
        .summary = "Makes small holes inside a person solid.",
        .parameters = mask::kFillHolesParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::FillHolesFilter>(parameters); }),
    };
}

}  // namespace vbg
