#pragma once
/// @file feather.hpp  Gaussian blur of a matte.

#include <array>
#include <vbg/registry.hpp>

#include "mask/feather_kernels.hpp"
#include "mask/plane.hpp"

namespace vbg::mask {

/// Largest standard deviation, pixels.
inline constexpr double kMaxSigma = 100;

/// Gaussian blur; the frame is mirrored about its edges (BORDER_REFLECT). To sigma 8 within 1 grey level of
/// the exact convolution, above within 2. There, the right and bottom mirror lies up to 15 pixels beyond the
/// edge of frames whose sides are no multiple of 16.
class Feather {
public:
    /// `sigma` 0.3 to kMaxSigma pixels.
    explicit Feather(double sigma);
    void configure(int width, int height);
    /// out may be in. No allocation.
    void run(const ConstMaskView& in, const MaskView& out, Context& context);

private:
    static constexpr int kMaxHalvings = 4;
    struct Level {
        int width = 0, height = 0;
        Plane<std::int16_t> values;
    };
    void halve_down(const ConstMaskView& in, Context& context);
    void filter_rows(const ConstMaskView& in, Context& context);
    template <class Row>
    void filter_columns_into(Row&& row_of, std::ptrdiff_t stride, Context& context);
    void double_up(const MaskView& out, Context& context);

    int halvings_ = 0;
    Symmetric filter_;
    std::array<Level, kMaxHalvings + 1> levels_;  // [0] is the frame itself and has no values
    Plane<std::int16_t> across_;                  // filtered along rows, with `reach` rows more at each end
    Plane<std::int16_t> smooth_;                  // filtered both ways, at the coarsest level
};

}  // namespace vbg::mask

namespace vbg {
StageEntry feather_entry();
}  // namespace vbg
