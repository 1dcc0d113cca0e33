#include "effect/ghost.hpp"

#include <array>

#include "cuda/hologram.hpp"
#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"
#include "effect/row_window.hpp"

namespace vbg {

namespace {

constexpr std::array kGhostParameters = {
    Parameter{"shift", ParameterType::integer, "5",
              "how far the copies stand off: right and down, left and up", "px", 0, 64},
};

class Ghost final : public GpuEffect {
public:
    explicit Ghost(const Parameters& parameters) : shift_(parameters.integer("shift")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "ghost"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        if (spec.device.type == DeviceType::cuda) {
            plan_ = cuda::GhostPlan(spec.width, spec.height, shift_);
            device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), spec.device);
            return;
        }
        window_.configure(spec.height, shift_, 1, 3 * static_cast<std::size_t>(spec.width),
                          3 * static_cast<std::size_t>(shift_), 0);
    }

    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const cuda::Target& out,
                      Context& context) override {
        cuda::ghost(plan_, device_scratch_.data(), layer, out, context.stream());
    }

    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                      Context& context) override {
        const std::ptrdiff_t shift = 3 * static_cast<std::ptrdiff_t>(shift_);
        window_.run(
            context,
            [&](int y, RowWindow::Row kept) { std::memcpy(kept.plane(0), bytes(layer, y), row_size(layer)); },
            [&](int y, RowWindow::Row above, RowWindow::Row here, RowWindow::Row below, std::uint8_t*) {
                rows::ghost(here.plane(0), above.plane(0) - shift, below.plane(0) + shift, bytes(out, y),
                            row_size(layer));
            });
    }

    int shift_;
    RowWindow window_;

    cuda::GhostPlan plan_;  // on a GPU, with `device_scratch_` instead of the window
    cuda::DeviceBuffer device_scratch_;
};

}  // namespace

StageEntry ghost_entry() {
    return {"ghost", "Two displaced copies over the picture, right and down, left and up", kGhostParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Ghost>(p); })};
}

}  // namespace vbg
