#include "segment/constant.hpp"

#include <array>
#include <utility>
#include <vbg/device.hpp>
#include <vbg/frame.hpp>

#include "core/device.hpp"
#include "cuda/runtime.hpp"

namespace vbg::segment {

namespace {

constexpr std::array kConstantParameters = {
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
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }

private:
    void do_configure(const FrameSpec& spec, Context& context) override {
        bytes_ = {};
        floats_ = {};
        if (on_host(spec.device)) return;
        bytes_ = on_gpu(spec, MaskFormat::u8, context);
        floats_ = on_gpu(spec, MaskFormat::f32, context);
    }
    /// The matte, ready to be copied.
    [[nodiscard]] Mask on_gpu(const FrameSpec& spec, MaskFormat format, Context& context) const {
        Mask here(spec.width, spec.height, format), there(spec.width, spec.height, format, spec.device);
        fill(here.view(), value_);
        copy_pixels(std::as_const(here).view(), there.view(), context.stream());
        cuda::synchronize(spec.device, context.stream());
        return there;
    }
    bool do_segment(const ConstFrameView& /*frame*/, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& /*foreground*/) override {
        if (on_host(alpha.device)) {
            fill(alpha, value_);
        } else {
            const Mask& made = alpha.format == MaskFormat::u8 ? bytes_ : floats_;
            copy_pixels(made.view(), alpha, context.stream());
        }
        return false;
    }
    std::uint8_t value_;
    Mask bytes_, floats_;  // on a GPU
};

}  // namespace

StageEntry constant_entry() {
    return {.name = "constant",
            .summary = "The same matte everywhere, for tests and measurements; finds nobody",
            .parameters = kConstantParameters,
            .make = Maker<Segmenter>([](const Parameters& p) { return std::make_unique<Constant>(p); })};
}

}  // namespace vbg::segment
