// The "over" of Porter and Duff ("Compositing Digital Images", 1984), for an opaque background.
#include "composite/over.hpp"

#include "composite/over_kernel.hpp"
#include "cuda/over.hpp"
#include "cuda/runtime.hpp"

namespace vbg {

namespace {

constexpr int kGrainRows = 16;  // fewer rows are not worth waking a thread for

class Over final : public Compositor {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "over"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }

private:
    void do_configure(const FrameSpec& /*spec*/, Context& /*context*/) override {}

    void do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                    const ConstFrameView& background, const FrameView& out, Context& context) override {
        if (out.device.type == DeviceType::cuda) {
            return cuda::over(foreground, alpha, background, out, context.stream());
        }
        const auto pixels = static_cast<std::size_t>(out.width);
        context.parallel_rows(out.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                over_kernel::row(reinterpret_cast<const std::uint8_t*>(foreground.row(y)),
                                 reinterpret_cast<const std::uint8_t*>(alpha.row(y)),
                                 reinterpret_cast<const std::uint8_t*>(background.row(y)),
                                 reinterpret_cast<std::uint8_t*>(out.row(y)), pixels);
            }
        });
    }
};

}  // namespace

bool is_over(const Compositor& compositor) noexcept {
    return dynamic_cast<const Over*>(&compositor) != nullptr;
}

StageEntry over_entry() {
    return {
        "over", "The person over the background, mixed by the matte; bit-exact where the matte is 0 or 255",
        {},     Maker<Compositor>([](const Parameters&) { return std::make_unique<Over>(); }),
        {},     1};
}

}  // namespace vbg
