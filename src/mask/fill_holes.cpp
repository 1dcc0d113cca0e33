#include "mask/fill_holes.hpp"

#include <array>
#include <cmath>
#include <memory>

#include "mask/components.hpp"
#include "mask/morphology.hpp"

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
          margin_(2 * parameters.integer("margin") + 1, Shape::rect) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "fill_holes"; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        components_.configure(spec.width, spec.height);
        margin_.configure(spec.width, spec.height);
        holes_.resize(spec.width, spec.height);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        components_.find(in, level_, Components::Side::below, Components::Neighbours::four);
        const double most = max_area_ * in.width * in.height;
        const auto is_hole = [&](const Components::Run& run) {
            return !components_.touches_edge(run) && components_.area(run) <= most;
        };
        MaskView holes;
        holes.data = reinterpret_cast<std::byte*>(holes_.row(0));
        holes.stride = holes_.stride();
        holes.width = in.width;
        holes.height = in.height;
        context.parallel_rows(in.height, 64, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                std::memset(holes_.row(y), 0, static_cast<std::size_t>(in.width));
                for (const auto& run : components_.row(y)) {
                    if (is_hole(run)) std::memset(holes_.row(y) + run.first, 255, length(run));
                }
            }
        });
        margin_.run(Extremum::max, holes, holes, context);
        context.parallel_rows(in.height, 64, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                // Background near a hole but not in one stays; what is left is holes and their rims.
                for (const auto& run : components_.row(y)) {
                    if (!is_hole(run)) std::memset(holes_.row(y) + run.first, 0, length(run));
                }
                fill_row(bytes(in, y), holes_.row(y), bytes(out, y), in.width);
            }
        });
    }
    static std::size_t length(const Components::Run& run) {
        return static_cast<std::size_t>(run.last) - run.first;
    }
    static void fill_row(const std::uint8_t* in, const std::uint8_t* fill, std::uint8_t* out, int width) {
        for (int x = 0; x < width; ++x) out[x] = in[x] | fill[x];
    }

    double max_area_;
    std::uint8_t level_;
    Components components_;
    Morphology margin_;
    Plane<std::uint8_t> holes_;
};

constexpr std::array kTable{
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
        .max = (kMaxElement - 1) / 2,
    },
};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry fill_holes_entry() {
    return {
        .name = "fill_holes",
        .summary = "Makes small holes inside a person solid.",
        .parameters = mask::kTable,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::FillHolesFilter>(parameters); }),
    };
}

}  // namespace vbg
