#include "effect/grayscale.hpp"

#include <vector>

#include "cuda/tint.hpp"
#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"

namespace vbg {

namespace {

class Grayscale final : public GpuEffect {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "grayscale"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        if (spec.device.type == DeviceType::cuda) return;
        grey_.resize(static_cast<std::size_t>(spec.height) * static_cast<std::size_t>(spec.width));
    }

    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const cuda::Target& out,
                      Context& context) override {
        cuda::tint(greys(), layer, out, context.stream());
    }

    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                      Context& context) override {
        const auto width = static_cast<std::size_t>(layer.width);
        const rows::Order order = order_of(layer.format);
        context.parallel_rows(layer.height, kGrainRows, [&](int first, int last) {
            // A piece uses its first row's place for all its rows, so that it stays in the cache.
            std::uint8_t* grey = grey_.data() + static_cast<std::size_t>(first) * width;
            for (int y = first; y < last; ++y) {
                rows::grey(bytes(layer, y), order, grey, width);
                rows::spread(grey, bytes(out, y), width);
            }
        });
    }

    /// Every grey value as a colour, for GPUs.
    static const cuda::ColorTable& greys() {
        static const cuda::ColorTable table = [] {
            cuda::ColorTable grey;
            for (int i = 0; i < 256; ++i) {
                for (std::uint8_t& byte : grey.of[i].at) byte = static_cast<std::uint8_t>(i);
            }
            return grey;
        }();
        return table;
    }

    std::vector<std::uint8_t> grey_;
};

}  // namespace

StageEntry grayscale_entry() {
    return {"grayscale", "Takes the colour out (BT.601 luma)", {}, Maker<Effect>([](const Parameters&) {
                return std::make_unique<Grayscale>();
            })};
}

}  // namespace vbg
