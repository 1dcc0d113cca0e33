// A first-order low-pass along time whose strength depends on the picture: where brightness stays the same
// the matte is averaged over `time`, where it changes the matte is believed at once. So flicker of the
// network goes and arms do not trail. Change is measured on means of 4 x 4 cells (camera noise averages out)
// and spread to the neighbouring cells. The state has 7 bits below the grey level: with 8 bits a slow average
// sticks.
#include "mask/temporal.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "cuda/runtime.hpp"
#include "mask/morphology.hpp"
#include "mask/temporal_kernels.hpp"

namespace vbg::mask {
namespace {

class TemporalFilter final : public MaskFilter {
public:
    explicit TemporalFilter(const Parameters& parameters)
        : time_(parameters.number("time")),
          noise_(parameters.number("noise")),
          motion_(parameters.number("motion")) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "temporal"; }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }

private:
    void do_configure(const FrameSpec& spec, Context&) override {
        frame_time_ = spec.fps > 0 ? 1 / spec.fps : 1.0 / 30;
        if (spec.device.type == DeviceType::cuda) {
            plan_ = cuda::TemporalPlan(spec.width, spec.height);
            kept_ = cuda::DeviceBuffer(plan_.scratch.bytes(), spec.device);
            return;
        }
        cells_x_ = (spec.width + kCell - 1) / kCell;
        cells_y_ = (spec.height + kCell - 1) / kCell;
        for (auto& plane : brightness_) plane.resize(cells_x_, cells_y_);
        change_.resize(cells_x_, cells_y_);
        spread_.configure(cells_x_, cells_y_);
        state_.resize(spec.width, spec.height);
    }
    void do_reset() noexcept override { first_ = true; }

    void do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        gains_ = temporal_gains(time_, noise_, motion_, first_ ? 0 : seconds_since_last(guide));
        last_ = guide.timestamp;
        if (out.device.type == DeviceType::cuda) {
            newest_ = 1 - newest_;
            cuda::temporal(plan_, kept_.data(), newest_, std::exchange(first_, false), gains_, guide, in, out,
                           context.stream());
            return;
        }
        measure(guide, context);
        MaskView change;
        change.data = reinterpret_cast<std::byte*>(change_.row(0));
        change.stride = change_.stride();
        change.width = cells_x_;
        change.height = cells_y_;
        if (!first_) spread_.run(Extremum::max, change, change, context);
        context.parallel_rows(cells_y_, 16, [&](int first, int last) { smooth(in, out, first, last); });
        first_ = false;
    }

    /// Brightness of this frame's cells and how far it is from the last frame's, in half grey levels.
    void measure(const ConstFrameView& guide, Context& context) {
        std::swap(brightness_[0], brightness_[1]);
        context.parallel_rows(cells_y_, 8, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                const auto row = [&](int at) {
                    return reinterpret_cast<const std::uint8_t*>(guide.row(std::min(at, guide.height - 1)));
                };
                cell_brightness(row(kCell * y), row(kCell * y + 2), brightness_[0].row(y), guide.width);
                if (first_) continue;
                const std::uint16_t* const now = brightness_[0].row(y);
                const std::uint16_t* const before = brightness_[1].row(y);
                std::uint8_t* const change = change_.row(y);
                for (int x = 0; x < cells_x_; ++x) {
                    const int difference = now[x] > before[x] ? now[x] - before[x] : before[x] - now[x];
                    change[x] = static_cast<std::uint8_t>(std::min(difference >> 4, 255));
                }
            }
        });
    }

    [[nodiscard]] double seconds_since_last(const ConstFrameView& guide) const {
        const double passed = std::chrono::duration<double>(guide.timestamp - last_).count();
        return passed > 0 ? passed : frame_time_;  // untimed frames count as regular ones
    }

    void smooth(const ConstMaskView& in, const MaskView& out, int first, int last) {
        std::int16_t gain[kMaxSide + kCell];
        for (int cell = first; cell < last; ++cell) {
            for (int x = 0; x < cells_x_ && !first_; ++x) {
                std::fill_n(gain + kCell * x, kCell, gains_.of[change_.row(cell)[x]]);
            }
            for (int y = kCell * cell; y < std::min(kCell * (cell + 1), in.height); ++y) {
                std::int16_t* const state = state_.row(y);
                if (first_) {
                    for (int x = 0; x < in.width; ++x) {
                        state[x] = static_cast<std::int16_t>(bytes(in, y)[x] << 7);
                    }
                    std::memmove(bytes(out, y), bytes(in, y), static_cast<std::size_t>(in.width));
                } else {
                    follow(bytes(in, y), state, gain, bytes(out, y), in.width);
                }
            }
        }
    }

    double time_, noise_, motion_, frame_time_ = 1.0 / 30;
    bool first_ = true;
    std::chrono::nanoseconds last_{};
    int cells_x_ = 0, cells_y_ = 0;
    std::array<Plane<std::uint16_t>, 2> brightness_;  // of this frame and the last
    Plane<std::uint8_t> change_;
    Morphology spread_{3, Shape::rect};
    Plane<std::int16_t> state_;
    cuda::Gains gains_;

    cuda::TemporalPlan plan_;  // on a GPU, with `kept_` instead of the planes
    cuda::DeviceBuffer kept_;
    int newest_ = 0;
};

constexpr std::array kTemporalParameters{
    Parameter{
        .name = "time",
        .type = ParameterType::number,
        .default_value = "0.12",
        .help = "How long the past counts where nothing moves: after this time a change is followed by 63 %.",
        .unit = "s",
        .min = 0,
        .max = 5,
    },
    Parameter{
        .name = "noise",
        .type = ParameterType::number,
        .default_value = "2.5",
        .help = "Change of brightness between two frames, mean over 4 x 4 pixels, that is camera noise.",
        .unit = "grey levels",
        .min = 0,
        .max = 100,
    },
    Parameter{
        .name = "motion",
        .type = ParameterType::number,
        .default_value = "8",
        .help = "Change beyond `noise` from which on the past is dropped and the matte followed at once.",
        .unit = "grey levels",
        .min = 0,
        .max = 100,
    },
};

}  // namespace

cuda::Gains temporal_gains(double time, double noise, double motion, double passed) {
    cuda::Gains gains;
    const double keep = time > 0 ? std::exp(-passed / time) : 0;
    for (int i = 0; i < 256; ++i) {
        const double levels = i / 2.0;
        const double moved = std::clamp((levels - noise) / std::max(motion, 0.01), 0.0, 1.0);
        gains.of[i] = static_cast<std::int16_t>(std::lround(32767 * (1 - keep * (1 - moved))));
    }
    return gains;
}

}  // namespace vbg::mask

namespace vbg {

StageEntry temporal_entry() {
    return {
        .name = "temporal",
        .summary = "Steadies the matte where the picture stands still and follows it where it moves.",
        .parameters = mask::kTemporalParameters,
        .make = Maker<MaskFilter>(
            [](const Parameters& parameters) { return std::make_unique<mask::TemporalFilter>(parameters); }),
    };
}

}  // namespace vbg
