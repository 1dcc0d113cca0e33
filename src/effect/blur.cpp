// Normalised convolution (Knutsson and Westin, 1993): colours times weights are blurred, and so are the
// weights; the quotient is the mean colour of what is known. The weight is 1 - alpha, so the person's colours
// never get into the background, and there is no halo around them. Beyond the frame the weight is 0, too.
//
// The blur is made of three box filters each way, which come close to a Gaussian (Wells, 1986), with
// fractional ends so that every sigma is met (Gwosdek et al., "Theoretical Foundations of Gaussian
// Convolution by Extended Box Filtering", 2011). From sigma 4 on it is done on cells of 2x2, 4x4 or 8x8
// pixels; the widening by the averaging into cells and by the linear enlargement afterwards is taken off the
// boxes.
#include "effect/blur.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "effect/blur_rows.hpp"
#include "effect/frame_rows.hpp"
#include "effect/gpu_effect.hpp"
#include "effect/weighted_grid.hpp"

namespace vbg {

namespace {

constexpr std::array kBlurParameters = {
    Parameter{"sigma", ParameterType::number, "12", "standard deviation of the blur", "px", 0.5, 200},
    Parameter{"exclude_person", ParameterType::boolean, "true",
              "keep the person's colours out, so that no halo stands around them"},
};

constexpr int kMostBlurStrips = 16;
constexpr std::size_t kColumns = 64;  // floats of a row that are worked on together, down the picture

class Blur final : public GpuEffect {
public:
    explicit Blur(const Parameters& parameters)
        : exclude_(parameters.boolean("exclude_person")),
          factor_(blur_factor(parameters.number("sigma"))),
          box_(blur_box(parameters.number("sigma"), factor_)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "blur"; }
    [[nodiscard]] bool uses_alpha() const noexcept override { return exclude_; }

private:
    /// What one strip of rows needs for itself while it is worked on.
    struct Scratch {
        std::vector<std::uint32_t> sums;
        std::array<std::vector<float>, 2> cells;    ///< a row, for the boxes across
        std::array<std::vector<float>, 2> columns;  ///< kColumns floats of every row, for the boxes down
        std::vector<std::uint16_t> lerped;
        std::array<std::vector<std::uint8_t>, 3> bytes;
    };

    void do_configure(const FrameSpec& spec, Context& context) override;
    void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                      Context& context) override;
    void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& alpha, const cuda::Target& out,
                      Context& context) override {
        cuda::background_blur(plan_, device_scratch_.data(), exclude_, layer, alpha, out, context.stream());
    }
    /// Calls body(strip, first row, last row) for strips that cover `rows`, on several threads.
    template <class Body>
    void for_strips(Context& context, int rows, Body&& body) {
        const int strips = static_cast<int>(scratch_.size());
        context.parallel_rows(strips, 1, [&](int first, int last) {
            for (int s = first; s < last; ++s) {
                body(scratch_[static_cast<std::size_t>(s)], rows * s / strips, rows * (s + 1) / strips);
            }
        });
    }
    void gather_row(const ConstFrameView& layer, const ConstMaskView& alpha, int cell_row, Scratch& scratch);
    void box_across(int cell_row, Scratch& scratch);
    void box_down(Scratch& scratch, std::size_t first, std::size_t count);
    void quantise_row(int cell_row);
    void write_row(const FrameView& out, int y, Scratch& scratch) const;
    /// Cells that one box reaches to either side.
    [[nodiscard]] std::size_t margin() const { return static_cast<std::size_t>(box_.radius) + 1; }
    [[nodiscard]] const std::uint16_t* plane_row(std::size_t plane, int y) const {
        return planes_.data() + (plane * rows_ + static_cast<std::size_t>(y)) * columns_;
    }

    bool exclude_;
    int factor_;
    cuda::BoxShape box_;  // of 2 radius + 1 cells, and the next one on either side by a share of `ends`
    std::size_t columns_ = 0, rows_ = 0;  ///< of cells, one beyond each border included
    WeightedGrid grid_;
    std::vector<std::uint16_t> planes_;  ///< the result's cells by colour, 4 binary places
    std::vector<std::uint8_t> no_person_;
    std::vector<Scratch> scratch_;

    cuda::BackgroundBlurPlan plan_;  // on a GPU, with `device_scratch_` instead of the grid
    cuda::DeviceBuffer device_scratch_;
};

void Blur::do_configure(const FrameSpec& spec, Context& /*context*/) {
    if (spec.device.type == DeviceType::cuda) {
        plan_ = cuda::BackgroundBlurPlan(spec.width, spec.height, factor_, box_);
        device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), spec.device);
        return;
    }
    const auto width = static_cast<std::size_t>(spec.width);
    const auto factor = static_cast<std::size_t>(factor_);
    columns_ = (width + factor - 1) / factor + 2;
    rows_ = (static_cast<std::size_t>(spec.height) + factor - 1) / factor + 2;
    grid_.configure(static_cast<int>(columns_), static_cast<int>(rows_));
    planes_.assign(factor_ > 1 ? 3 * rows_ * columns_ : 0, 0);
    no_person_.assign(width, 0);
    scratch_.assign(std::min<std::size_t>(kMostBlurStrips, rows_), Scratch());
    const std::size_t margin = this->margin();
    for (Scratch& scratch : scratch_) {
        scratch.sums.assign(8 * blur_rows::half_for(width), 0);
        for (auto& cells : scratch.cells) cells.assign(4 * (columns_ + 6 * margin), 0.0F);
        scratch.columns[0].assign(kColumns * (rows_ + 4 * margin), 0.0F);
        scratch.columns[1].assign(kColumns * (rows_ + 2 * margin), 0.0F);
        if (factor_ == 1) continue;
        scratch.lerped.assign(columns_, 0);
        for (auto& row : scratch.bytes) row.assign((columns_ - 2) * factor, 0);
    }
}

/// Averages the frame's rows of one row of cells into the strip's first row of cells.
void Blur::gather_row(const ConstFrameView& layer, const ConstMaskView& alpha, int cell_row,
                      Scratch& scratch) {
    const auto width = static_cast<std::size_t>(layer.width);
    const blur_rows::PairSums sums{scratch.sums.data(), blur_rows::half_for(width)};
    float* cells = scratch.cells[0].data() + 4 * (3 * margin() + 1);
    std::fill(scratch.cells[0].begin(), scratch.cells[0].end(), 0.0F);
    const int first = (cell_row - 1) * factor_, last = std::min(layer.height, first + factor_);
    if (factor_ == 1) {
        const std::uint8_t* pixel = bytes(layer, first);
        const std::uint8_t* a = exclude_ ? bytes(alpha, first) : no_person_.data();
        for (std::size_t x = 0; x < width; ++x, pixel += 3) {
            const float weight = static_cast<float>(255 - a[x]) / 255.0F;
            for (std::size_t c = 0; c < 3; ++c) cells[4 * x + c] = weight * static_cast<float>(pixel[c]);
            cells[4 * x + 3] = weight;
        }
        return;
    }
    for (int y = first; y < last; ++y) {
        blur_rows::add_pairs(bytes(layer, y), exclude_ ? bytes(alpha, y) : no_person_.data(), width,
                             y > first, sums);
    }
    const std::size_t pairs = (width + 1) / 2, per_cell = static_cast<std::size_t>(factor_) / 2;
    const float scale = 1.0F / (255.0F * static_cast<float>(factor_ * factor_));
    for (std::size_t x = 0; x < columns_ - 2; ++x) {
        const std::size_t end = std::min(pairs, (x + 1) * per_cell);
        for (std::size_t plane = 0; plane < 4; ++plane) {
            std::uint32_t sum = 0;
            for (std::size_t pair = x * per_cell; pair < end; ++pair) sum += sums.at(plane, pair);
            cells[4 * x + plane] = static_cast<float>(sum) * (plane < 3 ? scale : scale / 255.0F);
        }
    }
}

/// Three boxes along the strip's row of cells, into the grid. What the first two carry beyond the borders may
/// come back with the next one, so it is kept: a margin's width for each box to come.
void Blur::box_across(int cell_row, Scratch& scratch) {
    const std::size_t m = margin();
    float* a = scratch.cells[0].data();  // cell -3m stands first in both
    float* b = scratch.cells[1].data();
    const auto box = [&](const float* from, float* to, std::size_t cells) {
        blur_rows::box_cells(from, box_.radius, box_.ends, box_.scale, to, cells);
    };
    box(a + 4 * m, b + 4 * m, columns_ + 4 * m);
    box(b + 8 * m, a + 8 * m, columns_ + 2 * m);
    box(a + 12 * m, grid_.row(cell_row), columns_);
}

/// Three boxes down some columns (floats) of the grid, likewise.
void Blur::box_down(Scratch& scratch, std::size_t first, std::size_t count) {
    struct Rows {
        float* data;       ///< of row `begin`
        std::size_t step;  ///< floats
        int begin, end;    ///< rows there are
        [[nodiscard]] float* at(int y) const {
            return y < begin || y >= end ? nullptr : data + static_cast<std::ptrdiff_t>(step) * (y - begin);
        }
    };
    const int rows = static_cast<int>(rows_), r = box_.radius, m = r + 1;
    const Rows grid{grid_.row(0) + first, 4 * columns_, 0, rows};
    const Rows one{scratch.columns[0].data(), kColumns, -2 * m, rows + 2 * m};
    const Rows two{scratch.columns[1].data(), kColumns, -m, rows + m};
    const auto box = [&](const Rows& from, const Rows& to) {
        alignas(64) float sum[kColumns] = {};
        alignas(64) float unused[kColumns];
        for (int y = std::min(to.begin, from.begin - r); y < to.end; ++y) {  // the sum fills up first
            float* out = y < to.begin ? unused : to.at(y);
            blur_rows::box_row(sum, from.at(y + r), from.at(y - r - 1), from.at(y - r - 1),
                               from.at(y + r + 1), box_.ends, box_.scale, out, count);
        }
    };
    box(grid, one);
    box(one, two);
    box(two, grid);
}

void Blur::quantise_row(int cell_row) {
    const float* cells = grid_.row(cell_row);
    for (std::size_t plane = 0; plane < 3; ++plane) {
        auto* to = const_cast<std::uint16_t*>(plane_row(plane, cell_row));
        for (std::size_t x = 0; x < columns_; ++x) {
            const float v = std::clamp(cells[4 * x + plane] * 16.0F + 0.5F, 0.0F, 4080.0F);
            to[x] = static_cast<std::uint16_t>(v);
        }
    }
}

void Blur::write_row(const FrameView& out, int y, Scratch& scratch) const {
    const auto width = static_cast<std::size_t>(out.width);
    std::uint8_t* to = bytes(out, y);
    // How far from the centre of its cell the row lies, in sixteenths of a cell; so much of the next one.
    const int offset = (2 * (y % factor_) + 1) * 8 / factor_ - 8;
    const int here = y / factor_ + 1;
    const int beside = here + (offset < 0 ? -1 : 1);
    for (std::size_t plane = 0; plane < 3; ++plane) {
        blur_rows::lerp_row(plane_row(plane, here), plane_row(plane, beside),
                            static_cast<unsigned>(std::abs(offset)), scratch.lerped.data(), columns_);
        blur_rows::enlarge_row(scratch.lerped.data() + 1, columns_ - 2, factor_, scratch.bytes[plane].data());
    }
    blur_rows::join_row(scratch.bytes[0].data(), scratch.bytes[1].data(), scratch.bytes[2].data(), to, width);
}

void Blur::apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                        Context& context) {
    const int rows = static_cast<int>(rows_);
    for_strips(context, rows, [&](Scratch& scratch, int first, int last) {
        for (int y = first; y < last; ++y) {
            if (y == 0 || y == rows - 1) {  // beyond the frame: nothing, until the boxes down bring something
                std::fill_n(grid_.row(y), 4 * columns_, 0.0F);
                continue;
            }
            gather_row(layer, alpha, y, scratch);
            box_across(y, scratch);
        }
    });
    const std::size_t floats = 4 * columns_;
    for_strips(context, static_cast<int>((floats + kColumns - 1) / kColumns),
               [&](Scratch& scratch, int first, int last) {
                   for (int i = first; i < last; ++i) {
                       const std::size_t at = static_cast<std::size_t>(i) * kColumns;
                       box_down(scratch, at, std::min(kColumns, floats - at));
                   }
               });
    grid_.resolve(context);
    if (factor_ == 1) {
        context.parallel_rows(out.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const float* cell = grid_.row(y + 1) + 4;
                std::uint8_t* to = bytes(out, y);
                for (std::size_t x = 0; x < columns_ - 2; ++x) {
                    for (std::size_t c = 0; c < 3; ++c) {
                        to[3 * x + c] =
                            static_cast<std::uint8_t>(std::clamp(cell[4 * x + c] + 0.5F, 0.0F, 255.0F));
                    }
                }
            }
        });
        return;
    }
    context.parallel_rows(rows, kGrainRows, [&](int first, int last) {
        for (int y = first; y < last; ++y) quantise_row(y);
    });
    for_strips(context, out.height, [&](Scratch& scratch, int first, int last) {
        for (int y = first; y < last; ++y) write_row(out, y, scratch);
    });
}

}  // namespace

int blur_factor(double sigma) { return sigma >= 16 ? 8 : sigma >= 8 ? 4 : sigma >= 4 ? 2 : 1; }

cuda::BoxShape blur_box(double sigma, int factor) {
    const double area = factor * factor;
    double tent = 0;  // of linear interpolation: the mean of t (1 - t) over the pixels of a cell
    for (int p = 0; p < factor && factor > 1; ++p) {
        const double t = std::abs((p + 0.5) / factor - 0.5);
        tent += t * (1 - t) / factor;
    }
    const double variance = std::max(0.0, (sigma * sigma - (area - 1) / 12 - tent * area) / area / 3);
    // Whole boxes of radius r have the variance r (r + 1) / 3.
    int r = 0;
    while ((r + 1) * (r + 2) / 3.0 <= variance) ++r;
    const double whole = 2 * r + 1, squares = r * (r + 1) * whole / 3;
    const double next = (r + 1.0) * (r + 1.0);
    const double share = std::max(0.0, (variance * whole - squares) / (2 * (next - variance)));
    return {r, static_cast<float>(share), static_cast<float>(1 / (whole + 2 * share))};
}

StageEntry blur_entry() {
    return {"blur", "Gaussian blur of the background, without the person's colours", kBlurParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Blur>(p); })};
}

}  // namespace vbg
