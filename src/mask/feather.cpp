// To sigma 8 the plain separable convolution in 16-bit fixed point. Above that the matte is halved (means of
// 2 x 2) until sigma is between 4 and 8 of the smaller pixels, convolved there, and doubled again with
// weights 1/4 and 3/4: P. Burt, E. Adelson, "The Laplacian pyramid as a compact image code", 1983. Halving
// adds a variance of 1/4 and doubling one of 3/4 square pixels at each level, 1 + 4 + 16 + .. = (4^n - 1) / 3
// in all, which is taken off what the convolution has to do. The cost is the same for every large sigma.
#include "mask/feather.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "mask/border.hpp"

namespace vbg::mask {

namespace {

/// Weights that sum to exactly 1, so that flat areas stay as they are.
Symmetric gaussian(double sigma) {
    Symmetric filter;
    filter.reach = std::clamp(static_cast<int>(std::ceil(3.3 * sigma)), 1, kMaxReach);
    const auto bell = [&](int i) { return std::exp(-0.5 * i * i / (sigma * sigma)); };
    double sum = bell(0);
    for (int i = 1; i <= filter.reach; ++i) sum += 2 * bell(i);
    int left = 32768;
    for (int i = filter.reach; i > 0; --i) {
        const auto weight = static_cast<int>(std::lround(32768 * bell(i) / sum));
        filter.weights[i] = static_cast<std::int16_t>(weight);
        left -= 2 * weight;
    }
    filter.weights[0] = static_cast<std::int16_t>(std::min(left, 32767));
    return filter;
}

}  // namespace

Feather::Feather(double sigma) {
    while (sigma / (1 << halvings_) > 8) ++halvings_;
    const double scale = std::pow(4.0, halvings_);
    filter_ = gaussian(std::sqrt((sigma * sigma - (scale - 1) / 3) / scale));
}

void Feather::configure(int width, int height, const Device& device) {
    if (device.type == DeviceType::cuda) {
        plan_ = plan(width, height);
        device_scratch_ = cuda::DeviceBuffer(plan_.scratch.bytes(), device);
        return;
    }
    for (int i = 0; i <= halvings_; ++i) {
        Level& level = levels_[static_cast<std::size_t>(i)];
        level.width = width;
        level.height = height;
        if (i > 0) level.values.resize(width, height);
        if (i == halvings_) break;
        width = (width + 1) / 2;
        height = (height + 1) / 2;
    }
    across_.resize(width, height + 2 * filter_.reach);
    if (halvings_ > 0) smooth_.resize(width, height);
}

void Feather::run(const ConstMaskView& in, const MaskView& out, Context& context) {
    if (out.device.type == DeviceType::cuda) {
        return cuda::feather(plan_, device_scratch_.data(), in, out, context.stream());
    }
    halve_down(in, context);
    filter_rows(in, context);
    if (halvings_ == 0) {
        filter_columns_into([&](int y) { return bytes(out, y); }, out.stride, context);
    } else {
        filter_columns_into([&](int y) { return smooth_.row(y); }, smooth_.stride(), context);
        double_up(out, context);
    }
}

void Feather::halve_down(const ConstMaskView& in, Context& context) {
    for (int i = 1; i <= halvings_; ++i) {
        const Level& from = levels_[static_cast<std::size_t>(i - 1)];
        Level& to = levels_[static_cast<std::size_t>(i)];
        context.parallel_rows(to.height, 32, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const int above = 2 * y;
                const int below = std::min(2 * y + 1, from.height - 1);
                if (i == 1) {
                    halve(bytes(in, above), bytes(in, below), to.values.row(y), from.width);
                } else {
                    halve(from.values.row(above), from.values.row(below), to.values.row(y), from.width);
                }
            }
        });
    }
}

void Feather::filter_rows(const ConstMaskView& in, Context& context) {
    const Level& level = levels_[static_cast<std::size_t>(halvings_)];
    const int reach = filter_.reach;
    const int width = level.width;
    context.parallel_rows(level.height, 32, [&](int first, int last) {
        alignas(64) std::int16_t line[kMaxSide + 2 * kMaxReach + 2 * kRowSlack];
        std::int16_t* const middle = line + kMaxReach;
        for (int y = first; y < last; ++y) {
            if (halvings_ == 0) {
                widen(bytes(in, y), middle, width);
            } else {
                std::copy_n(level.values.row(y), width, middle);
            }
            for (int i = 0; i < reach; ++i) {
                middle[-1 - i] = middle[reflect(-1 - i, width)];
                middle[width + i] = middle[reflect(width + i, width)];
            }
            std::fill_n(middle + width + reach, kRowSlack, std::int16_t{0});
            filter_row(middle, across_.row(y + reach), width, filter_);
            for (int i = 0; i < reach; ++i) {  // rows beyond the frame are mirror images of some row
                const auto copy_to = [&](int beyond) {
                    if (reflect(beyond, level.height) != y) return;
                    std::copy_n(across_.row(y + reach), width, across_.row(beyond + reach));
                };
                copy_to(-1 - i);
                copy_to(level.height + i);
            }
        }
    });
}

template <class Row>
void Feather::filter_columns_into(Row&& row_of, std::ptrdiff_t stride, Context& context) {
    constexpr int kStrip = 128;  // columns: all rows the filter reaches stay in the first-level cache
    const Level& level = levels_[static_cast<std::size_t>(halvings_)];
    context.parallel_rows(level.height, 32, [&](int first, int last) {
        for (int x = 0; x < level.width; x += kStrip) {
            filter_columns(across_.row(first + filter_.reach) + x, across_.stride(), row_of(first) + x,
                           stride, std::min(kStrip, level.width - x), last - first, filter_);
        }
    });
}

void Feather::double_up(const MaskView& out, Context& context) {
    for (int i = halvings_ - 1; i >= 0; --i) {
        const Level& coarse = levels_[static_cast<std::size_t>(i + 1)];
        Level& fine = levels_[static_cast<std::size_t>(i)];
        const Plane<std::int16_t>& from = i + 1 == halvings_ ? smooth_ : coarse.values;
        context.parallel_rows(fine.height, 32, [&](int first, int last) {
            alignas(64) std::int16_t line[kMaxSide + kRowSlack];
            for (int y = first; y < last; ++y) {
                const int near = y / 2;
                const int next = y % 2 == 0 ? std::max(near - 1, 0) : std::min(near + 1, coarse.height - 1);
                std::int16_t* const to = i == 0 ? line : fine.values.row(y);
                double_row(from.row(near), from.row(next), to, fine.width);
                if (i == 0) narrow(line, bytes(out, y), fine.width);
            }
        });
    }
}

namespace {

class FeatherFilter final : public MaskFilter {
public:
    explicit FeatherFilter(const Parameters& parameters) : feather_(parameters.number("sigma")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "feather"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }
    [[nodiscard]] bool uses_guide() const noexcept override { return false; }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        feather_.configure(spec.width, spec.height, spec.device);
    }
    void do_apply(const ConstFrameView&, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        feather_.run(in, out, context);
    }

    Feather feather_;
};

constexpr std::array kFeatherParameters{Parameter{
    .name = "sigma",
    .type = ParameterType::number,
    .default_value = "3",
    .help = "Standard deviation of the Gaussian; a hard edge becomes a slope about four times as wide.",
    .unit = "px",
    .min = 0.3,
    .max = kMaxSigma,
}};

}  // namespace
}  // namespace vbg::mask

namespace vbg {

StageEntry feather_entry() {
    return {
        .name = "feather",
        .summary = "Softens the edge with a Gaussian blur.",
        .parameters = mask::kFeatherParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::FeatherFilter>(parameters); }),
    };
}

}  // namespace vbg
