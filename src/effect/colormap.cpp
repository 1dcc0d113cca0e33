#include "effect/colormap.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "cuda/tint.hpp"
#include "effect/color_map.hpp"
#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"

namespace vbg {

namespace {

constexpr std::string_view kMaps =
    "autumn|bone|jet|winter|rainbow|ocean|summer|spring|cool|hsv|pink|hot|parula|magma|inferno|plasma|"
    "viridis|"
    "cividis|twilight|twilight_shifted|turbo|deepgreen";  // in the order of OpenCV's numbers

constexpr std::array kColormapParameters = {
    Parameter{.name = "map",
              .type = ParameterType::choice,
              .default_value = "winter",
              .help = "which colours; the names are OpenCV's",
              .choices = kMaps},
};

int map_number(std::string_view name) {
    int number = 0;
    for (std::size_t at = 0; at < kMaps.size(); ++number) {
        const std::size_t end = std::min(kMaps.find('|', at), kMaps.size());
        if (kMaps.substr(at, end - at) == name) break;
        at = end + 1;
    }
    return number;
}

class Colormap final : public GpuEffect {
public:
    explicit Colormap(const Parameters& parameters) : map_(map_number(parameters.text("map"))) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "colormap"; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        table_ = color_map(map_, spec.format == PixelFormat::rgb8);
        if (spec.device.type == DeviceType::cuda) return;
        grey_.resize(static_cast<std::size_t>(spec.height) * static_cast<std::size_t>(spec.width));
    }

    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const cuda::Target& out,
                      Context& context) override {
        cuda::tint(table_, layer, out, context.stream());
    }

    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                      Context& context) override {
        const auto width = static_cast<std::size_t>(layer.width);
        const rows::Order order = order_of(layer.format);
        context.parallel_rows(layer.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                std::uint8_t* grey = grey_.data() + static_cast<std::size_t>(y) * width;
                rows::grey(bytes(layer, y), order, grey, width);
                std::uint8_t* to = bytes(out, y);
                for (std::size_t x = 0; x < width; ++x) {
                    for (std::size_t c = 0; c < 3; ++c) to[3 * x + c] = table_.of[grey[x]].at[c];
                }
            }
        });
    }

    int map_;
    cuda::ColorTable table_;
    std::vector<std::uint8_t> grey_;
};

}  // namespace

StageEntry colormap_entry() {
    return {"colormap", "Brightness as colour, by one of OpenCV's colour maps", kColormapParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Colormap>(p); })};
}

}  // namespace vbg
