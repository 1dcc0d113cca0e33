#include "effect/pixelate.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "effect/frame_rows.hpp"
#include "effect/weighted_grid.hpp"

namespace vbg {

namespace {

constexpr std::array kPixelateParameters = {
    Parameter{"size", ParameterType::integer, "16", "side of the squares", "px", 1, 1024},
    Parameter{"exclude_person", ParameterType::boolean, "true",
              "average the background's colours alone, so that the person does not show in the squares"},
};

class Pixelate final : public Effect {
public:
    explicit Pixelate(const Parameters& parameters)
        : size_(parameters.integer("size")), exclude_(parameters.boolean("exclude_person")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "pixelate"; }
    [[nodiscard]] bool uses_alpha() const noexcept override { return exclude_; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        grid_.configure((spec.width + size_ - 1) / size_, (spec.height + size_ - 1) / size_);
    }

    /// Adds one row of the frame to its row of squares. Sums are of whole numbers and below 2^24 for squares
    /// up to 16 pixels, so exact; beyond that good to seven digits.
    void add_row(const std::uint8_t* pixel, const std::uint8_t* alpha, int width, float* square) const {
        for (int x = 0; x < width; square += 4) {
            const int end = std::min(width, x + size_);
            std::uint32_t sums[4] = {};
            for (; x < end; ++x, pixel += 3) {
                const std::uint32_t weight = exclude_ ? 255U - alpha[x] : 255U;
                for (int c = 0; c < 3; ++c) sums[c] += weight * pixel[c];
                sums[3] += weight;
            }
            for (int c = 0; c < 4; ++c) square[c] += static_cast<float>(sums[c]);
        }
    }

    static void paint_row(const float* square, int size, std::uint8_t* to, int width) {
        for (int x = 0; x < width; square += 4) {
            std::uint8_t color[3];
            for (int c = 0; c < 3; ++c) {
                color[c] = static_cast<std::uint8_t>(std::clamp(square[c] + 0.5F, 0.0F, 255.0F));
            }
            for (const int end = std::min(width, x + size); x < end; ++x, to += 3) {
                to[0] = color[0];
                to[1] = color[1];
                to[2] = color[2];
            }
        }
    }

    void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                  Context& context) override {
        const auto squares = static_cast<std::size_t>(grid_.width());
        context.parallel_rows(grid_.height(), 1, [&](int first, int last) {
            for (int row = first; row < last; ++row) {
                float* cells = grid_.row(row);
                std::fill(cells, cells + 4 * squares, 0.0F);
                for (int y = row * size_; y < std::min(layer.height, (row + 1) * size_); ++y) {
                    add_row(bytes(layer, y), bytes(alpha, y), layer.width, cells);
                }
                for (std::size_t i = 0; i < squares; ++i) {  // those at the border may be smaller
                    const int left = static_cast<int>(i) * size_, top = row * size_;
                    const int area =
                        std::min(size_, layer.width - left) * std::min(size_, layer.height - top);
                    const float scale = 1.0F / (255.0F * static_cast<float>(area));
                    for (std::size_t c = 0; c < 4; ++c) cells[4 * i + c] *= scale;
                }
            }
        });
        grid_.resolve(context);
        context.parallel_rows(grid_.height(), 1, [&](int first, int last) {
            for (int row = first; row < last; ++row) {
                const int top = row * size_;
                paint_row(grid_.row(row), size_, bytes(out, top), out.width);
                for (int y = top + 1; y < std::min(out.height, top + size_); ++y) {
                    std::memcpy(bytes(out, y), bytes(out, top), row_size(out));
                }
            }
        });
    }

    int size_;
    bool exclude_;
    WeightedGrid grid_;
};

}  // namespace

StageEntry pixelate_entry() {
    return {"pixelate", "Coarse squares, of the background's colours alone", kPixelateParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Pixelate>(p); })};
}

}  // namespace vbg
