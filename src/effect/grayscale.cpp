#include "effect/grayscale.hpp"

#include <vector>

#include "effect/frame_rows.hpp"

namespace vbg {

namespace {

class Grayscale final : public Effect {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "grayscale"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        grey_.resize(static_cast<std::size_t>(spec.height) * static_cast<std::size_t>(spec.width));
    }

    void do_apply(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
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

    std::vector<std::uint8_t> grey_;
};

}  // namespace

StageEntry grayscale_entry() {
    return {"grayscale", "Takes the colour out (BT.601 luma)", {}, Maker<Effect>([](const Parameters&) {
                return std::make_unique<Grayscale>();
            })};
}

}  // namespace vbg
