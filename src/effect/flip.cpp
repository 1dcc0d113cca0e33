#include "effect/flip.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "cuda/flip.hpp"
#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"

namespace vbg {

namespace {

constexpr std::array kFlipParameters = {
    Parameter{.name = "direction",
              .type = ParameterType::choice,
              .default_value = "horizontal",
              .help = "left and right swapped (horizontal), upside down (vertical), or both",
              .choices = "horizontal|vertical|both"},
};

class Flip final : public GpuEffect {
public:
    explicit Flip(const Parameters& parameters)
        : sideways_(parameters.text("direction") != "vertical"),
          upside_down_(parameters.text("direction") != "horizontal") {}
    [[nodiscard]] std::string_view name() const noexcept override { return "flip"; }

private:
    /// Two rows for each pair of rows: pairs are worked on at the same time on several threads.
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        if (spec.device.type == DeviceType::cuda) return;
        step_ = 3 * static_cast<std::size_t>(spec.width);
        pairs_ = (spec.height + 1) / 2;
        scratch_.resize(step_ * 2 * static_cast<std::size_t>(pairs_));
    }

    void turn(const std::uint8_t* from, std::uint8_t* to) const {
        if (sideways_) {
            rows::mirror(from, to, step_ / 3);
        } else {
            std::memcpy(to, from, step_);
        }
    }

    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const cuda::Target& out,
                      Context& context) override {
        cuda::flip(sideways_, upside_down_, layer, out, context.stream());
    }

    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                      Context& context) override {
        const int last_row = layer.height - 1;
        context.parallel_rows(pairs_, kGrainRows / 2, [&](int first, int last) {
            // A piece uses its first pair's place throughout. Both rows are read before either is written:
            // the layer may be the output.
            std::uint8_t* upper = scratch_.data() + static_cast<std::size_t>(first) * 2 * step_;
            std::uint8_t* lower = upper + step_;
            for (int y = first; y < last; ++y) {
                const int mirrored = last_row - y;
                turn(bytes(layer, y), upper);
                turn(bytes(layer, mirrored), lower);
                std::memcpy(bytes(out, upside_down_ ? mirrored : y), upper, step_);
                std::memcpy(bytes(out, upside_down_ ? y : mirrored), lower, step_);
            }
        });
    }

    bool sideways_, upside_down_;
    std::size_t step_ = 0;
    int pairs_ = 0;
    std::vector<std::uint8_t> scratch_;
};

}  // namespace

StageEntry flip_entry() {
    return {"flip", "Mirrors the layer: left and right, upside down, or both", kFlipParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Flip>(p); })};
}

}  // namespace vbg
