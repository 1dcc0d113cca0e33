#include "mask/largest_component.hpp"

#include <array>
#include <cmath>
#include <memory>

#include "mask/components.hpp"
#include "mask/morphology.hpp"

namespace vbg::mask {
namespace {

/// Areas of solid matte are found and the large ones kept, with the soft fringe around them: what lies within
/// `margin` of a kept area and is not itself part of a dropped one stays as it is, all else becomes 0.
class LargestComponentFilter final : public MaskFilter {
public:
    explicit LargestComponentFilter(const Parameters& parameters)
        : min_area_(parameters.number("min_area")),
          level_(static_cast<std::uint8_t>(std::ceil(parameters.number("threshold") * 255 - 1e-9))),
          margin_(2 * parameters.integer("margin") + 1, Shape::rect) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "largest_component"; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        components_.configure(spec.width, spec.height);
        margin_.configure(spec.width, spec.height);
        kept_.resize(spec.width, spec.height);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        components_.find(in, level_, Components::Side::at_least, Components::Neighbours::eight);
        const double least = min_area_ * components_.largest();
        const auto stays = [&](const Components::Run& run) { return components_.area(run) >= least; };
        MaskView kept;
        kept.data = reinterpret_cast<std::byte*>(kept_.row(0));
        kept.stride = kept_.stride();
        kept.width = in.width;
        kept.height = in.height;
        context.parallel_rows(in.height, 64, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                std::memset(kept_.row(y), 0, static_cast<std::size_t>(in.width));
                for (const auto& run : components_.row(y)) {
                    if (stays(run)) std::memset(kept_.row(y) + run.first, 255, length(run));
                }
            }
        });
        margin_.run(Extremum::max, kept, kept, context);
        context.parallel_rows(in.height, 64, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                for (const auto& run : components_.row(y)) {
                    if (!stays(run)) std::memset(kept_.row(y) + run.first, 0, length(run));
                }
                mask_row(bytes(in, y), kept_.row(y), bytes(out, y), in.width);
            }
        });
    }
    static std::size_t length(const Components::Run& run) {
        return static_cast<std::size_t>(run.last) - run.first;
    }
    static void mask_row(const std::uint8_t* in, const std::uint8_t* keep, std::uint8_t* out, int width) {
        for (int x = 0; x < width; ++x) out[x] = in[x] & keep[x];
    }

    double min_area_;
    std::uint8_t level_;
    Components components_;
    Morphology margin_;
    Plane<std::uint8_t> kept_;
};

constexpr std::array kTable{
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
        .max = (kMaxElement - 1) / 2,
    },
};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry largest_component_entry() {
    return {
        .name = "largest_component",
        .summary = "Keeps the largest person (or persons) and removes specks elsewhere.",
        .parameters = mask::kTable,
        .make = Maker<MaskFilter>([](const Parameters& parameters) {
            return std::make_unique<mask::LargestComponentFilter>(parameters);
        }),
    };
}

}  // namespace vbg
