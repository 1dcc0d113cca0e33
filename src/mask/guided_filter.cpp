// K. He, J. Sun, X. Tang, "Guided image filtering", 2010, with the three-channel guide of its section 3.5,
// the coefficients made at a fraction of the resolution: K. He, J. Sun, "Fast guided filter", 2015.
//
// In each window the matte is fitted by a linear function of the picture's colour. A network is unsure where
// it is wrong: along hair, behind fast arms. Its half-transparent guesses there must not pull at the fit, so
// each pixel counts as much as its alpha is sure (near 0 or 1), and windows are averaged with the weight they
// have in all. What is left unsure is then decided by its colour. With confidence = 0 all count the same,
// which is the published filter. A small eps matters as much: a large one lets the matte smear where the
// picture is flat.
#include "mask/guided_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "cuda/guided_filter.hpp"
#include "cuda/runtime.hpp"
#include "mask/border.hpp"
#include "mask/guided_filter_kernels.hpp"
#include "mask/plane.hpp"

namespace vbg::mask {
namespace {

class GuidedFilter final : public MaskFilter {
public:
    explicit GuidedFilter(const Parameters& parameters)
        : shape_{parameters.text("guide") == "gray" ? 1 : 3},
          cell_(std::stoi(parameters.text("subsample"))),
          reach_(std::clamp(static_cast<int>(std::lround(parameters.number("radius") / cell_)), 1,
                            kMaxWindowReach)),
          eps_(static_cast<float>(parameters.number("eps"))),
          confidence_(static_cast<float>(parameters.number("confidence"))) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "guided_filter"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        if (spec.device.type == DeviceType::cuda) return configure_device(spec);
        width_ = (spec.width + cell_ - 1) / cell_;
        height_ = (spec.height + cell_ - 1) / cell_;
        reversed_ = spec.format == PixelFormat::rgb8;
        inputs_.resize(width_ + 2 * kPad, height_ * shape_.inputs());
        sums_.resize(width_, height_ * shape_.statistics());
        fits_.resize(width_ + 2 * kPad, height_ * shape_.coefficients());
        // A piece of output rows that begins at row y owns rows y .. y + 2 * averages - 1 of these.
        expanded_.resize(spec.width, spec.height + 2 * shape_.averages());
    }

    void configure_device(const FrameSpec& spec) {
        plan_ = cuda::GuidedFilterPlan(spec.width, spec.height, shape_.channels, cell_, reach_);
        plan_.eps = eps_;
        plan_.confidence = confidence_;
        plan_.reversed = spec.format == PixelFormat::rgb8;
        device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), spec.device);
    }

    void do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        if (out.device.type == DeviceType::cuda) {
            return cuda::guided_filter(plan_, device_scratch_.data(), guide, in, out, context.stream());
        }
        context.parallel_rows(height_, 8, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                shrink(guide, in, y);
                std::array<const float*, kMostInputs> rows{};
                for (int i = 0; i < shape_.inputs(); ++i) rows[static_cast<std::size_t>(i)] = input(y, i);
                sum_statistics(shape_, rows, sums_.row(y * shape_.statistics()), sums_.stride(), width_,
                               reach_);
            }
        });
        context.parallel_rows(height_, 8, [&](int first, int last) {
            for (int y = first; y < last; ++y) fit(y);
        });
        context.parallel_rows(height_, 8, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                for (int i = 0; i < shape_.coefficients(); ++i) {
                    sum_window(coefficient(y, i), sums_.row(y * shape_.coefficients() + i), width_, reach_);
                }
            }
        });
        context.parallel_rows(height_, 8, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const Rows rows = rows_around(y, shape_.coefficients());
                average(shape_, rows.data(), 2 * reach_ + 1, sums_.stride(), coefficient(y, 0),
                        fits_.stride(), width_);
            }
        });
        const int piece = one_piece_a_thread(in.height, context, 2 * shape_.averages());
        context.parallel_rows(in.height, piece,
                              [&](int first, int last) { apply_rows(guide, out, first, last); });
    }

    /// Means of the guide and of the matte in one row of cells, mirrored beyond its ends.
    void shrink(const ConstFrameView& guide, const ConstMaskView& in, int cell_y) {
        alignas(64) std::uint16_t sums[4][kMaxSide + 64];
        const int columns = width_ * cell_;
        for (auto& row : sums) std::fill_n(row, columns, std::uint16_t{0});
        for (int i = 0; i < cell_; ++i) {
            const int y = std::min(cell_y * cell_ + i, in.height - 1);
            add_colors(reinterpret_cast<const std::uint8_t*>(guide.row(y)), {sums[0], sums[1], sums[2]},
                       in.width);
            add_bytes(bytes(in, y), sums[3], in.width);
        }
        for (auto& row : sums) std::fill(row + in.width, row + columns, row[in.width - 1]);
        if (reversed_) std::swap_ranges(sums[0], sums[0] + columns, sums[2]);
        const float scale = 1.0F / (255.0F * static_cast<float>(cell_ * cell_));
        if (shape_.channels == 1) {
            for (int x = 0; x < columns; ++x) {  // at most 4 * 8 * 255: no overflow
                sums[0][x] = static_cast<std::uint16_t>(sums[0][x] + 2 * sums[1][x] + sums[2][x]);
            }
            fold(sums[0], input(cell_y, 0), width_, cell_, scale / 4);
        } else {
            for (int c = 0; c < 3; ++c) fold(sums[c], input(cell_y, c), width_, cell_, scale);
        }
        fold(sums[3], input(cell_y, shape_.channels), width_, cell_, scale);
        std::array<float*, kMostInputs> rows{};
        for (int i = 0; i < shape_.inputs(); ++i) rows[static_cast<std::size_t>(i)] = input(cell_y, i);
        weigh(shape_, rows, width_, confidence_);
        for (int i = 0; i < shape_.inputs(); ++i) mirror_ends(input(cell_y, i));
    }

    void mirror_ends(float* row) const {
        for (int i = 1; i <= reach_; ++i) {
            row[-i] = row[reflect_101(-i, width_)];
            row[width_ - 1 + i] = row[reflect_101(width_ - 1 + i, width_)];
        }
        std::fill_n(row + width_ + reach_, kPad - reach_, 0.0F);  // read by the last vector, not used
    }

    using Rows = std::array<const float*, 2 * kMaxWindowReach + 1>;
    /// The rows of sums in the window around row y, mirrored beyond the frame.
    [[nodiscard]] Rows rows_around(int y, int rows_a_cell) const {
        Rows rows{};
        for (int i = 0; i <= 2 * reach_; ++i) {
            rows[static_cast<std::size_t>(i)] = sums_.row(reflect_101(y - reach_ + i, height_) * rows_a_cell);
        }
        return rows;
    }

    void fit(int y) {
        const Rows rows = rows_around(y, shape_.statistics());
        solve(shape_, rows.data(), 2 * reach_ + 1, sums_.stride(), coefficient(y, 0), fits_.stride(), width_,
              eps_);
        for (int i = 0; i < shape_.coefficients(); ++i) mirror_ends(coefficient(y, i));
    }

    void apply_rows(const ConstFrameView& guide, const MaskView& out, int first, int last) {
        const int n = shape_.averages();
        std::array<float*, 2> rows{expanded_.row(first), expanded_.row(first + n)};
        std::array<int, 2> holds{-1, -1};
        const auto fill = [&](std::size_t which, int cell_y) {
            if (holds[which] == cell_y) return;
            for (int i = 0; i < n; ++i) {
                expand(coefficient(cell_y, i), rows[which] + i * expanded_.stride(), width_, out.width,
                       cell_);
            }
            holds[which] = cell_y;
        };
        for (int y = first; y < last; ++y) {
            const float at = (static_cast<float>(y) + 0.5F) / static_cast<float>(cell_) - 0.5F;
            const int upper = static_cast<int>(std::floor(at));
            const int cell = std::max(upper, 0);
            if (holds[1] == cell) {  // one cell further down: what was below is above now
                std::swap(rows[0], rows[1]);
                std::swap(holds[0], holds[1]);
            }
            fill(0, cell);
            fill(1, std::min(upper + 1, height_ - 1));
            apply_guide(shape_, reinterpret_cast<const std::uint8_t*>(guide.row(y)), rows[0], rows[1],
                        expanded_.stride(), at - static_cast<float>(upper), reversed_, bytes(out, y),
                        out.width);
        }
    }

    [[nodiscard]] float* input(int y, int i) noexcept { return inputs_.row(y * shape_.inputs() + i) + kPad; }
    [[nodiscard]] float* coefficient(int y, int i) noexcept {
        return fits_.row(y * shape_.coefficients() + i) + kPad;
    }

    static constexpr int kPad = kMaxWindowReach + 16;

    GuideShape shape_;
    int cell_;
    int reach_;  // cells
    float eps_, confidence_;
    bool reversed_ = false;
    int width_ = 0, height_ = 0;  // cells
    Plane<float> inputs_;         // means of guide and matte
    Plane<float> sums_;           // along rows: of the statistics, later of the coefficients
    Plane<float> fits_;           // coefficients of each window, later their averages
    Plane<float> expanded_;       // averages at full width

    cuda::GuidedFilterPlan plan_;  // on a GPU, with `device_scratch_` instead of the planes
    cuda::DeviceBuffer device_scratch_;
};

constexpr std::array kGuidedFilterParameters{
    Parameter{
        .name = "radius",
        .type = ParameterType::number,
        .default_value = "16",
        .help = "Half the side of the window that a fit is made in: how far the edge may move.",
        .unit = "px",
        .min = 1,
        .max = 64,
    },
    Parameter{
        .name = "eps",
        .type = ParameterType::number,
        .default_value = "1e-4",
        .help = "Variance (of colours 0..1) below which the picture counts as flat: larger is softer.",
        .min = 1e-5,
        .max = 1,
    },
    Parameter{
        .name = "subsample",
        .type = ParameterType::choice,
        .default_value = "4",
        .help = "The fits are made on means of that many pixels squared: larger is faster and coarser.",
        .choices = "1|2|4|8",
    },
    Parameter{
        .name = "guide",
        .type = ParameterType::choice,
        .default_value = "color",
        .help =
            "What the matte is fitted by; gray is faster, color sees edges between equally bright things.",
        .choices = "color|gray",
    },
    Parameter{
        .name = "confidence",
        .type = ParameterType::number,
        .default_value = "0.5",
        .help =
            "How little half-transparent pixels count in the fit: 0 as much as any (the published filter), 1 "
            "next to nothing.",
        .min = 0,
        .max = 1,
    },
};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry guided_filter_entry() {
    return {
        .name = "guided_filter",
        .summary = "Brings the matte's edge to the picture's edge, where the picture has one.",
        .parameters = mask::kGuidedFilterParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::GuidedFilter>(parameters); }),
    };
}

}  // namespace vbg
