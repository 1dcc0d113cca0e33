// The hologram of the 2020 "fakecam" script, in one pass: each row is turned to winter colours and dimmed
// once, kept for ten rows, and mixed with its two ghosts and the picture when they are there.
#include "effect/hologram.hpp"

#include <array>

#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"
#include "effect/random_bands.hpp"
#include "effect/row_window.hpp"

namespace vbg {

namespace {

constexpr std::array kHologramParameters = {
    RandomBands::kSeed,
    RandomBands::kLength,
    RandomBands::kGap,
    RandomBands::kLow,
    RandomBands::kHigh,
    Parameter{"shift", ParameterType::integer, "5",
              "how far the ghosts stand off: right and down, left and up", "px", 0, 64},
};

class Hologram final : public GpuEffect {
public:
    explicit Hologram(const Parameters& parameters)
        : bands_(parameters), shift_(parameters.integer("shift")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "hologram"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        const auto width = static_cast<std::size_t>(spec.width);
        bands_.configure(spec.height, spec.device);
        if (spec.device.type == DeviceType::cuda) {
            plan_ = cuda::HologramPlan(spec.width, spec.height, shift_, blue_at(spec.format));
            device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), spec.device);
            return;
        }
        window_.configure(spec.height, shift_, 2, width, static_cast<std::size_t>(shift_), 5 * width);
    }

    void do_reset() noexcept override { bands_.reset(); }

    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const cuda::Target& out,
                      Context& context) override {
        bands_.draw();
        cuda::hologram(plan_, device_scratch_.data(), bands_.on_device(context.stream()), layer, out,
                       context.stream());
    }

    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                      Context& context) override {
        const auto width = static_cast<std::size_t>(layer.width);
        const rows::Order order = order_of(layer.format);
        const std::ptrdiff_t shift = shift_;
        bands_.draw();
        // Winter's red is 0 everywhere, so only blue and green are kept; green is the grey value itself.
        window_.run(
            context,
            [&](int y, RowWindow::Row kept) {
                std::uint8_t* blue = kept.plane(0);
                std::uint8_t* green = kept.plane(1);
                rows::grey(bytes(layer, y), order, green, width);
                rows::winter_blue(green, blue, width);
                if (const rows::Dimmer* dimmer = bands_.row(y)) {
                    rows::dim(blue, *dimmer, blue, width);
                    rows::dim(green, *dimmer, green, width);
                }
            },
            [&](int y, RowWindow::Row above, RowWindow::Row here, RowWindow::Row below,
                std::uint8_t* scratch) {
                std::uint8_t* blue = scratch;
                std::uint8_t* green = blue + width;
                std::uint8_t* light = green + width;
                rows::ghost(here.plane(0), above.plane(0) - shift, below.plane(0) + shift, blue, width);
                rows::ghost(here.plane(1), above.plane(1) - shift, below.plane(1) + shift, green, width);
                rows::interleave(blue, green, order, light, width);
                rows::add_light(bytes(layer, y), light, bytes(out, y), 3 * width);
            });
    }

    RandomBands bands_;
    int shift_;
    RowWindow window_;

    cuda::HologramPlan plan_;  // on a GPU, with `device_scratch_` instead of the window
    cuda::DeviceBuffer device_scratch_;
};

}  // namespace

StageEntry hologram_entry() {
    return {"hologram",
            "A projection: winter colours, flickering scan lines and two ghosts (the 2020 script)",
            kHologramParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Hologram>(p); })};
}

}  // namespace vbg
