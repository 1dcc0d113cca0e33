#pragma once
/// @file box_blur.hpp  Mean over a square window.

#include <vbg/registry.hpp>

#include "cuda/box_blur.hpp"
#include "cuda/runtime.hpp"
#include "mask/plane.hpp"

namespace vbg::mask {

/// Largest side of the window, pixels: 255 * 255 is the most that a row's sum of bytes in 16 bits can hold.
inline constexpr int kMaxBox = 255;

/// Mean over size x size pixels, rounded to nearest, with BORDER_REFLECT_101 and the window of an even size
/// reaching one pixel further left and up: cv::blur's habits.
class BoxBlur {
public:
    explicit BoxBlur(int size) : size_(size), anchor_(size / 2) {}
    void configure(int width, int height, const Device& device = {});
    /// out may be in. No allocation.
    void run(const ConstMaskView& in, const MaskView& out, Context& context);

private:
    void mean_rows(const ConstMaskView* in, const MaskView& out, int first, int last);

    int size_, anchor_;
    Plane<std::uint16_t> sums_;  // of each row, or a ring of the last few

    cuda::BoxBlurPlan plan_;  // on a GPU, with `device_scratch_` instead of the sums
    cuda::DeviceBuffer device_scratch_;
};

}  // namespace vbg::mask

namespace vbg {
StageEntry box_blur_entry();
}  // namespace vbg
