#include "circle.hpp"

#include <algorithm>
#include <array>

namespace {

constexpr std::array kCircleParameters{
    vbg::Parameter{.name = "radius",
                   .type = vbg::ParameterType::number,
                   .default_value = "0.4",
                   .help = "Radius of the circle as a part of the frame's smaller side",
                   .min = 0,
                   .max = 2},
};

class Circle final : public vbg::MaskFilter {
public:
    explicit Circle(double radius) : radius_(radius) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "circle"; }

private:
    void do_configure(const vbg::FrameSpec& spec, vbg::Context&) override {
        const double r = radius_ * std::min(spec.width, spec.height);
        square_ = r * r;
    }

    void do_apply(const vbg::ConstFrameView&, const vbg::ConstMaskView& in, const vbg::MaskView& out,
                  vbg::Context&) override {
        for (int y = 0; y < in.height; ++y) {
            for (int x = 0; x < in.width; ++x) {
                const double dx = x + 0.5 - in.width / 2.0, dy = y + 0.5 - in.height / 2.0;
                out.row(y)[x] = dx * dx + dy * dy <= square_ ? in.row(y)[x] : std::byte{0};
            }
        }
    }

    double radius_;
    double square_ = 0;
};

}  // namespace

vbg::StageEntry circle_entry() {
    return {.name = "circle",
            .summary = "Keeps the person inside a circle in the middle of the frame",
            .parameters = kCircleParameters,
            .make = vbg::Maker<vbg::MaskFilter>(
                [](const vbg::Parameters& p) { return std::make_unique<Circle>(p.number("radius")); })};
}
