#include "effect/scanlines.hpp"

#include <array>

#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"
#include "effect/random_bands.hpp"

namespace vbg {

namespace {

constexpr std::array kScanlinesParameters = {RandomBands::kSeed, RandomBands::kLength, RandomBands::kGap,
                                             RandomBands::kLow, RandomBands::kHigh};

class Scanlines final : public GpuEffect {
public:
    explicit Scanlines(const Parameters& parameters) : bands_(parameters) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "scanlines"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        bands_.configure(spec.height, spec.device);
    }
    void do_reset() noexcept override { bands_.reset(); }

    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const cuda::Target& out,
                      Context& context) override {
        bands_.draw();
        cuda::scanlines(bands_.on_device(context.stream()), layer, out, context.stream());
    }

    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                      Context& context) override {
        bands_.draw();
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
    return {"scanlines", "Flickering scan lines: bands of rows dimmed by random factors",
            kScanlinesParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Scanlines>(p); })};
}

}  // namespace vbg
