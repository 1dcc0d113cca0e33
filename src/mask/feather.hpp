#pragma once
/// @file feather.hpp  Gaussian blur of a matte.

#include <array>
#include <vbg/registry.hpp>

#include "cuda/feather.hpp"
#include "cuda/runtime.hpp"
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
    void configure(int width, int height, const Device& device = {});
    /// out may be in. No allocation.
    void run(const ConstMaskView& in, const MaskView& out, Context& context);
    /// What a GPU does for frames of this size.
    [[nodiscard]] cuda::FeatherPlan plan(int width, int height) const {
        return {width, height, halvings_, filter_};
    }

private:
    static constexpr int kMaxHalvings = cuda::kMostHalvings;
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

    cuda::FeatherPlan plan_;  // on a GPU, with `device_scratch_` instead of the planes
    cuda::DeviceBuffer device_scratch_;
};

}  // namespace vbg::mask

namespace vbg {
StageEntry feather_entry();
}  // namespace vbg
