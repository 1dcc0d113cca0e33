#include "effect/scanlines.hpp"

#include <array>

#include "cuda/runtime.hpp"
#include "effect/frame_rows.hpp"
#include "effect/random_bands.hpp"

namespace vbg {

namespace {

constexpr std::array kParameters = {RandomBands::kSeed, RandomBands::kLength, RandomBands::kGap,
                                    RandomBands::kLow, RandomBands::kHigh};

class Scanlines final : public Effect {
public:
    explicit Scanlines(const Parameters& parameters) : bands_(parameters) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "scanlines"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        bands_.configure(spec.height, spec.device);
    }
    void do_reset() noexcept override { bands_.reset(); }

    void do_apply(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                  Context& context) override {
        bands_.draw();
        if (out.device.type == DeviceType::cuda) {
            return cuda::scanlines(bands_.on_device(context.stream()), layer, out, context.stream());
        }
        context.parallel_rows(layer.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                if (const rows::Dimmer* dimmer = bands_.row(y)) {
                    rows::dim(bytes(layer, y), *dimmer, bytes(out, y), row_size(layer));
                } else if (bytes(layer, y) != bytes(out, y)) {
                    std::memcpy(bytes(out, y), bytes(layer, y), row_size(layer));
                }
            }
        });
    }

    RandomBands bands_;
};

}  // namespace

StageEntry scanlines_entry() {
    return {"scanlines", "Flickering scan lines: bands of rows dimmed by random factors", kParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Scanlines>(p); })};
}

}  // namespace vbg
