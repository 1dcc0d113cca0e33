#include "segment/constant.hpp"

#include <array>
#include <vbg/frame.hpp>

namespace vbg::segment {

namespace {

constexpr std::array kParameters = {
    Parameter{.name = "value",
              .type = ParameterType::integer,
              .default_value = "0",
              .help = "The matte: 0 shows the background alone, 255 everything the camera sees.",
              .min = 0,
              .max = 255},
};

class Constant final : public Segmenter {
public:
    explicit Constant(const Parameters& parameters)
        : value_(static_cast<std::uint8_t>(parameters.integer("value"))) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "constant"; }

private:
    void do_configure(const FrameSpec& /*spec*/, Context& /*context*/) override {}
    bool do_segment(const ConstFrameView& /*frame*/, const MaskView& alpha, Context& /*context*/,
                    const std::optional<FrameView>& /*foreground*/) override {
        fill(alpha, value_);
        return false;
    }
    std::uint8_t value_;
};

}  // namespace

StageEntry constant_entry() {
    return {.name = "constant",
            .summary = "The same matte everywhere, for tests and measurements; finds nobody",
            .parameters = kParameters,
            .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<Constant>(p); })};
}

}  // namespace vbg::segment
